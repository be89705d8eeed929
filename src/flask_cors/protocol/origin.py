"""Serialised origins: ``scheme://host[:port]``, or ``null``.

Imports no framework, and nothing of the project outside ``protocol``. How a browser serialises an
origin: https://html.spec.whatwg.org/#ascii-serialisation-of-an-origin
"""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from .idna_host import host_to_ascii

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address

# A scheme of 64 characters, "://", a host of 253, ":" and a port of five digits.
MAX_ORIGIN_LENGTH = 326

# RFC 3986 3.1        scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." )
_SCHEME = r"[a-z][a-z0-9+.-]*"
_LABEL = r"[a-z0-9_-]+"
_PORT = r"[1-9][0-9]{0,4}"  # not 0: browsers load no page from it
_parse = re.compile(
    rf"(?P<scheme>{_SCHEME})://(?P<host>{_LABEL}(?:\.{_LABEL})*\.?|\[[0-9a-f:.]+\])"
    rf"(?::(?P<port>{_PORT}))?"
).fullmatch

DEFAULT_PORTS = {"http": "80", "https": "443", "ws": "80", "wss": "443", "ftp": "21"}


class Origin(NamedTuple):
    """An origin with scheme, host and port. ``port`` is None if it is left out."""

    scheme: str
    host: str
    port: str | None


def is_well_formed(value: str) -> bool:
    """Return whether a client's ``Origin`` has 1 to 326 visible ASCII characters and no comma.
    Every policy refuses any other."""
    # WSGI servers join two Origin lines with a comma, and no serialised origin contains one.
    return (
        0 < len(value) <= MAX_ORIGIN_LENGTH
        and value.isascii()
        and value.isprintable()
        and " " not in value
        and "," not in value
    )


def parse(text: str) -> Origin | None:
    """Return ``text``, in lower case, as an origin, or None if it is not one. None too if it
    :func:`is_hostless`, because no pattern can match it."""
    found = _parse(text)
    if found is None:
        return None
    scheme, host, port = found.group("scheme", "host", "port")
    if port is not None and int(port) > 65535:
        return None
    if host.startswith("[") and not _is_ipv6(host[1:-1]):
        return None
    return Origin(scheme, host, port)


# "app://." in Electron. Not "file://.": the origin of a file has no host at all.
_DOT_FOR_A_HOST = rf"(?!file:)(?P<scheme>{_SCHEME})://\."


def is_hostless(text: str) -> bool:
    """Return whether ``text``, in lower case, is an origin without a host name: ``file://``,
    ``app://.``. Apps that contain their own pages send these."""
    found = re.fullmatch(_DOT_FOR_A_HOST, text)
    return text == "file://" or (found is not None and found["scheme"] not in DEFAULT_PORTS)


def is_ip_host(host: str) -> bool:
    """Return whether a host is an IP address, which has no subdomains."""
    return host.startswith("[") or _is_ipv4(host)


def ipv6_text(address: IPv6Address) -> str:
    """Return an address as browsers write it (https://url.spec.whatwg.org/#concept-ipv6-serializer):
    as Python does, but never with an IPv4 address at its end."""
    if address.ipv4_mapped is None:
        return address.compressed
    high, low = divmod(int(address.ipv4_mapped), 1 << 16)
    return f"::ffff:{high:x}:{low:x}"


def without_ipv6(text: str) -> str:
    """Return ``text`` without its IPv6 literal, whose brackets look like those of a regex."""
    return _IPV6_LITERAL.sub(lambda found: "" if _is_ipv6(found[1]) else found[0], text)


_IPV6_LITERAL = re.compile(r"(?:\A|(?<=://)|(?<=://\*\.))\[([0-9A-Fa-f:.]+)\]")


def _address(text: str) -> IPv4Address | IPv6Address | None:
    from ipaddress import ip_address  # loaded only for a host that looks like an address

    try:
        return ip_address(text)
    except ValueError:
        return None


def _is_ipv4(text: str) -> bool:
    return text[:1].isdigit() and (address := _address(text)) is not None and address.version == 4


def _is_ipv6(text: str) -> bool:
    return ":" in text and _address(text) is not None


class Flaw(str, Enum):
    """Why browsers never send a literal. The value is the text in messages."""

    NO_SCHEME = "it has no scheme"
    SLASH = "it has a trailing slash"
    PATH = "it has a path"
    DEFAULT_PORT = "it names the default port"
    UPPER_CASE = "it has upper case letters"
    NOT_ASCII = "its host is not ASCII: browsers send punycode"
    SEVERAL = "it holds several origins"
    NO_ORIGIN = "it is not an origin"

    def __str__(self) -> str:
        return str(self.value)


class NeverSent(NamedTuple):
    """Why browsers never send a literal, and what to write instead, if that is known."""

    flaw: Flaw
    hint: str | None


def why_never_sent(literal: str) -> NeverSent | None:
    """Return why no browser ever sends ``literal`` as an ``Origin``, or None if browsers send it.

    Browsers send scheme and host in lower case, the host in punycode, without the default port, and
    nothing after the port.
    """
    found = _find_first_flaw(literal)
    if found is None or found.hint is None:
        return found
    further = why_never_sent(found.hint)  # the hint may have another flaw
    return found if further is None else found._replace(hint=further.hint)


def _find_first_flaw(literal: str) -> NeverSent | None:
    """Return the first flaw of a literal, with a hint that does not have this flaw."""
    if literal.lower() == "null":
        return None if literal == "null" else NeverSent(Flaw.UPPER_CASE, "null")
    if "://" not in literal:
        return NeverSent(Flaw.NO_SCHEME, _with_scheme(literal.lstrip("/")))
    scheme, rest = literal.split("://", 1)
    if "://" in rest:
        return NeverSent(Flaw.SEVERAL, None)
    authority = _authority(rest)
    if rest == f"{authority}/":
        return NeverSent(Flaw.SLASH, f"{scheme}://{authority}")
    if rest != authority:
        # No hint for a file: browsers send "null" for it, as any site can.
        is_file = scheme.lower() == "file"
        return NeverSent(Flaw.PATH, None if is_file else f"{scheme}://{authority}")
    if not literal.isascii():
        return NeverSent(Flaw.NOT_ASCII, _in_ascii(scheme.lower(), authority))
    if literal != literal.lower():
        return NeverSent(Flaw.UPPER_CASE, literal.lower())
    if is_hostless(literal):
        return None
    parsed = parse(literal)
    if parsed is None or scheme == "file" or _is_odd_ip(parsed.host):
        return NeverSent(Flaw.NO_ORIGIN, None)
    if parsed.port is not None and DEFAULT_PORTS.get(scheme) == parsed.port:
        return NeverSent(Flaw.DEFAULT_PORT, f"{scheme}://{parsed.host}")
    return None


def _in_ascii(scheme: str, authority: str) -> str | None:
    """Return an origin with its host as browsers write it, for the schemes of the web."""
    host, colon, port = authority.partition(":")
    written = host_to_ascii(host) if scheme in DEFAULT_PORTS else None
    origin = f"{scheme}://{written}{colon}{port}"
    return origin if written is not None and parse(origin) else None


_HTTPS_PORTS = frozenset({"443", "8443"})
# 80, and the development servers of React, Angular, Flask, Vite and many others.
_HTTP_PORTS = frozenset({"80", "3000", "4200", "5000", "5173", "8000", "8080"})


def _with_scheme(text: str) -> str | None:
    """Return ``text`` with the scheme that it is probably served with, or None."""
    authority = _authority(text)
    host = re.sub(r":[0-9]*\Z", "", authority)
    if host == authority and not re.search(r"[.\[]", host) and host.lower() != "localhost":
        return None  # a word, such as "all", "none", "true", or "http" in "http//app.example"
    scheme = "https" if _has_certificate(host, authority[len(host) + 1 :]) else "http"
    return f"{scheme}://{text}"


def _authority(text: str) -> str:
    """Return ``text``, which follows ``//`` in a URL, up to its path, query or fragment."""
    return re.split(r"[/?#\\]", text)[0]


def _has_certificate(host: str, port: str) -> bool:
    """Return whether a host is probably served with https: not in development and not in a private
    network."""
    if port in _HTTPS_PORTS:
        return True
    if port in _HTTP_PORTS:
        return False
    address = _address(host.strip("[]"))
    if address is not None:
        return not address.is_private  # loopback addresses and 0.0.0.0 count as private
    return "." in host and not host.lower().endswith(".localhost")


def _is_odd_ip(host: str) -> bool:
    """Return whether a URL parser reads a host as an address and writes it differently, or refuses
    it (https://url.spec.whatwg.org/#ends-in-a-number-checker).

    :param host: the host of an :class:`Origin`.
    """
    from ipaddress import IPv6Address

    if host.startswith("["):
        return host != f"[{ipv6_text(IPv6Address(host[1:-1]))}]"
    last = host.rstrip(".").rpartition(".")[2]
    return re.fullmatch(r"[0-9]+|0x[0-9a-f]*", last) is not None and not _is_ipv4(host)
