"""One serialised origin: ``scheme://host[:port]``, or ``null``.

A leaf: it imports nothing of the project and no framework.

How a browser serialises an origin: https://html.spec.whatwg.org/#ascii-serialisation-of-an-origin
"""

from __future__ import annotations

import ipaddress
import re
from enum import Enum
from typing import NamedTuple

# scheme of 64, "://", host of 253, ":" and a port of five digits: nothing longer is an origin.
MAX_LENGTH = 326

# RFC 3986 3.1        scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." )
_SCHEME = r"[a-z][a-z0-9+.-]*"
_LABEL = r"[a-z0-9_-]+"
_PORT = r"[1-9][0-9]{0,4}"  # not 0: no page is ever loaded from it
_parse = re.compile(
    rf"(?P<scheme>{_SCHEME})://(?P<host>{_LABEL}(?:\.{_LABEL})*\.?|\[[0-9a-f:.]+\])"
    rf"(?::(?P<port>{_PORT}))?"
).fullmatch

DEFAULT_PORTS = {"http": "80", "https": "443", "ws": "80", "wss": "443", "ftp": "21"}


class Origin(NamedTuple):
    """A tuple origin: ``port`` is None where it is the default one."""

    scheme: str
    host: str
    port: str | None


def is_well_formed(value: str) -> bool:
    """Whether a client's ``Origin`` is worth looking at: 1 to 326 visible ASCII characters, no
    comma. What is not is refused by every policy."""
    # A comma is what two Origin lines look like once a WSGI server has joined them, and no
    # serialised origin holds one.
    return (
        0 < len(value) <= MAX_LENGTH
        and value.isascii()
        and value.isprintable()
        and " " not in value
        and "," not in value
    )


def parse(text: str) -> Origin | None:
    """``text``, in lower case, as an origin; None when it is none."""
    found = _parse(text)
    if found is None:
        return None
    scheme, host, port = found.group("scheme", "host", "port")
    if port is not None and int(port) > 65535:
        return None
    if host.startswith("[") and not _is_ipv6(host[1:-1]):
        return None
    return Origin(scheme, host, port)


def is_ip_host(host: str) -> bool:
    """Whether a host is an address, not a name: what has an address has no subdomains."""
    return host.startswith("[") or _is_ipv4(host)


def without_ipv6(text: str) -> str:
    """``text`` without the brackets and colons of an IPv6 literal, which look like a regex's."""
    return _IPV6_LITERAL.sub(lambda found: "" if _is_ipv6(found[1]) else found[0], text)


_IPV6_LITERAL = re.compile(r"(?:(?<=://)|(?<=://\*\.))\[([0-9A-Fa-f:.]+)\]")


def _is_ipv4(text: str) -> bool:
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True


class Flaw(str, Enum):
    """What keeps a literal from being an origin as browsers send it; as a string, the sentence."""

    NO_SCHEME = "it has no scheme"
    SLASH = "it has a trailing slash"
    PATH = "it has a path"
    DEFAULT_PORT = "it names the default port"
    UPPER_CASE = "it has upper case letters"
    NOT_ASCII = "its host is not ASCII: browsers send punycode"
    SEVERAL = "it is several"
    NO_ORIGIN = "it is not an origin"

    def __str__(self) -> str:
        return str(self.value)


class NeverSent(NamedTuple):
    """Why no browser ever sends a literal, and what to write instead where that can be told."""

    flaw: Flaw
    mend: str | None


def why_never_sent(literal: str) -> NeverSent | None:
    """Why no browser ever sends ``literal`` as an ``Origin``; None for one that browsers send.

    Browsers send the origin of a URL as they parsed it: scheme and host in lower case, the host
    in punycode, the default port left out, nothing behind the port.
    """
    found = _first_flaw(literal)
    if found is None or found.mend is None:
        return found
    further = why_never_sent(found.mend)  # what is mended may have another flaw
    return found if further is None else found._replace(mend=further.mend)


def _first_flaw(literal: str) -> NeverSent | None:
    if literal.lower() == "null":
        return None if literal == "null" else NeverSent(Flaw.UPPER_CASE, "null")
    if "://" not in literal:
        # Nobody has a certificate for the own machine.
        scheme = "http" if _LOOPBACK.match(literal) else "https"
        return NeverSent(Flaw.NO_SCHEME, f"{scheme}://{literal.lstrip('/')}".lower())
    scheme, rest = literal.split("://", 1)
    if "://" in rest:
        return NeverSent(Flaw.SEVERAL, None)
    authority = re.split(r"[/?#\\]", rest)[0]
    if len(authority) != len(rest):
        bare = f"{scheme}://{authority}".lower()
        mend = bare if parse(bare) or not bare.isascii() else None
        return NeverSent(Flaw.SLASH if rest == f"{authority}/" else Flaw.PATH, mend)
    if not literal.isascii():
        return NeverSent(Flaw.NOT_ASCII, _punycode(scheme, authority))
    if literal != literal.lower():
        return NeverSent(Flaw.UPPER_CASE, literal.lower())
    parsed = parse(literal)
    if parsed is None or scheme == "file" or _is_odd_ip(parsed.host):
        return NeverSent(Flaw.NO_ORIGIN, None)
    if parsed.port is not None and DEFAULT_PORTS.get(scheme) == parsed.port:
        return NeverSent(Flaw.DEFAULT_PORT, f"{scheme}://{parsed.host}")
    return None


_LOOPBACK = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:|/|\Z)", re.IGNORECASE)


def _punycode(scheme: str, authority: str) -> str | None:
    host, colon, port = authority.partition(":")
    try:
        mend = f"{scheme}://{host.encode('idna').decode('ascii')}{colon}{port}".lower()
    except UnicodeError:
        return None
    return mend if parse(mend) else None


def _is_odd_ip(host: str) -> bool:
    """A host that a URL parser reads as an address and writes in another way, or not at all
    (https://url.spec.whatwg.org/#ends-in-a-number-checker)."""
    if host.startswith("["):
        address = ipaddress.IPv6Address(host[1:-1])
        # Python and the URL standard write an IPv4-mapped address in different ways.
        return address.ipv4_mapped is None and host != f"[{address}]"
    last = host.rstrip(".").rpartition(".")[2]
    return re.fullmatch(r"[0-9]+|0x[0-9a-f]*", last) is not None and not _is_ipv4(host)
