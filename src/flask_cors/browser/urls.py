"""URLs as browsers parse them: as much of the URL standard (https://url.spec.whatwg.org/) as it
takes to find the origin of a URL, to resolve a ``Location`` and to refuse what is not a URL.

Hosts that are not ASCII are converted by UTS 46, as far as ``protocol/idna_host.py`` knows them.
URLs without an authority are only validated. ``file:`` and ``blob:`` have no rules of their own.
"""

from __future__ import annotations

import ipaddress
import re
from typing import NamedTuple
from urllib.parse import quote, unquote_to_bytes

from ..protocol.idna_host import host_to_ascii
from ..protocol.origin import DEFAULT_PORTS, ipv6_text

_SPECIAL = frozenset(DEFAULT_PORTS)  # https://url.spec.whatwg.org/#special-scheme

# Schemes that need no network (https://fetch.spec.whatwg.org/#scheme-fetch).
WITHOUT_NETWORK = frozenset({"about", "blob", "data", "file"})

# https://url.spec.whatwg.org/#scheme-state
_split_scheme = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(.*)", re.DOTALL).fullmatch

# https://url.spec.whatwg.org/#concept-basic-url-parser, steps 1 and 3
_C0_AND_SPACE = "".join(map(chr, range(0x21)))
_NEWLINES = {ord(character): None for character in "\t\n\r"}

# A host has at most 253 bytes in DNS, and each may be percent-encoded. A longer one leads nowhere,
# and IDNA would take long to convert it.
MAX_HOST_LENGTH = 3 * 253

# https://url.spec.whatwg.org/#forbidden-host-code-point and #forbidden-domain-code-point
_is_forbidden_in_host = re.compile(r"[\0\t\n\r #/:<>?@\[\\\]^|]").search
_is_forbidden_in_domain = re.compile(r"[\0-\x20#%/:<>?@\[\\\]^|\x7f]").search
_ends_in_number = re.compile(r"(?:.*\.)?(?:[0-9]+|0[xX][0-9A-Fa-f]*)\.?", re.DOTALL).fullmatch

# The characters that are not percent-encoded, https://url.spec.whatwg.org/#path-percent-encode-set,
# #special-query-percent-encode-set, #fragment-percent-encode-set and
# #c0-control-percent-encode-set.
_PATH_SAFE = "!$%&'()*+,/:;=@[\\]|~-._"
_QUERY_SAFE = "!$%&()*+,/:;=?@[\\]^`{|}~-._"
_FRAGMENT_SAFE = "!#$%&'()*+,/:;=?@[\\]^{|}~-._"
_OPAQUE_SAFE = _FRAGMENT_SAFE + ' "<>`'


class URL(NamedTuple):
    """A URL.

    :ivar path: the path, and the query if there is one.
    :ivar userinfo: whether it has a user name or a password.
    :ivar fragment: with its ``#``; ``str(url)`` leaves it out.
    :ivar has_authority: whether ``//`` follows the scheme.
    """

    scheme: str
    host: str
    port: int | None
    path: str
    userinfo: bool
    fragment: str = ""
    has_authority: bool = True

    @property
    def origin(self) -> str:
        """The origin, serialised
        (https://html.spec.whatwg.org/#ascii-serialisation-of-an-origin)."""
        port = "" if self.port is None else f":{self.port}"
        return f"{self.scheme}://{self.host}{port}"

    @property
    def is_http(self) -> bool:
        """Whether it is an HTTP(S) URL (https://fetch.spec.whatwg.org/#http-scheme)."""
        return self.scheme in ("http", "https")

    @property
    def with_fragment(self) -> str:
        return f"{self}{self.fragment}"

    def __str__(self) -> str:
        return (self.origin if self.has_authority else f"{self.scheme}:") + self.path


def parse(text: str, base: URL | None = None) -> URL | None:
    """Return the URL in ``text``, which may be relative to ``base``, an http URL; None if it is
    not valid (https://url.spec.whatwg.org/#concept-url-parser)."""
    text, mark, fragment = text.strip(_C0_AND_SPACE).translate(_NEWLINES).partition("#")
    url = _parse(text, base)
    return None if url is None else url._replace(fragment=mark + _quote(fragment, _FRAGMENT_SAFE))


def _parse(text: str, base: URL | None) -> URL | None:
    found = _split_scheme(text)
    if found is None:
        return None if base is None else _resolve(text, base)
    scheme, rest = found[1].lower(), found[2]
    if scheme in _SPECIAL:
        # https://url.spec.whatwg.org/#special-relative-or-authority-state
        if base is not None and scheme == base.scheme and not rest.startswith("//"):
            return _resolve(rest, base)
        # Any number of slashes and backslashes is ignored.
        return _parse_authority(scheme, rest.lstrip("/\\"))
    if rest.startswith("//"):
        return _parse_authority(scheme, rest[2:])
    path = (
        _canonicalize(*rest.partition("?")) if rest.startswith("/") else _quote(rest, _OPAQUE_SAFE)
    )
    return URL(scheme, "", None, path, False, has_authority=False)


def _resolve(reference: str, base: URL) -> URL | None:
    """Resolve a reference against a base with an authority
    (https://url.spec.whatwg.org/#relative-state)."""
    path, mark, query = reference.partition("?")
    path = path.replace("\\", "/")
    if path.startswith("//"):
        return _parse_authority(base.scheme, path.lstrip("/") + mark + query)
    base_path, base_mark, base_query = base.path.partition("?")
    if not path:
        path = base_path
        if not mark:
            mark, query = base_mark, base_query
    elif not path.startswith("/"):
        path = f"{base_path.rpartition('/')[0]}/{path}"
    return base._replace(path=_canonicalize(path, mark, query), userinfo=False)


def _parse_authority(scheme: str, text: str) -> URL | None:
    """Return the URL whose text behind the scheme and the slashes is ``text``
    (https://url.spec.whatwg.org/#authority-state)."""
    is_special = scheme in _SPECIAL
    end = re.search(r"[/\\?]" if is_special else r"[/?]", text)
    at = len(text) if end is None else end.start()
    authority, rest = text[:at], text[at:]
    credentials, _, address = authority.rpartition("@")
    name, colon, port = _split_port(address)
    host = _parse_host(name, is_special)
    # A port or credentials without a host are a failure.
    if host is None or (not host and (is_special or colon or credentials)):
        return None
    digits = re.fullmatch(r"0*([0-9]{0,5})", port, re.ASCII)
    if digits is None or int(digits[1] or "0") > 65535:
        return None
    number = int(digits[1] or "0") if port else None
    if str(number) == DEFAULT_PORTS.get(scheme):
        number = None
    path, mark, query = rest.partition("?")
    if is_special:
        path = path.replace("\\", "/") or "/"
    return URL(scheme, host, number, _canonicalize(path, mark, query), credentials.strip(":") != "")


def _split_port(address: str) -> tuple[str, str, str]:
    """Return host, colon and port. The colons of an IPv6 address do not count."""
    bracket = address.rfind("]")
    name, colon, port = address[bracket + 1 :].partition(":")
    return address[: bracket + 1] + name, colon, port


def _parse_host(text: str, is_special: bool) -> str | None:
    """Return a host in its canonical form (https://url.spec.whatwg.org/#concept-host-parser)."""
    if len(text) > MAX_HOST_LENGTH:
        return None
    if text.startswith("["):
        if not text.endswith("]") or "%" in text:
            return None
        try:
            return f"[{ipv6_text(ipaddress.IPv6Address(text[1:-1]))}]"
        except ValueError:
            return None
    if not is_special:
        return None if _is_forbidden_in_host(text) else text
    # https://url.spec.whatwg.org/#concept-domain-to-ascii
    domain = unquote_to_bytes(text.encode("utf-8", "surrogateescape")).decode("utf-8", "replace")
    host = host_to_ascii(domain)
    if host is None or _is_forbidden_in_domain(host):
        return None
    return _parse_ipv4(host) if _ends_in_number(host) else host


def _parse_ipv4(text: str) -> str | None:
    """Return an IPv4 address in its canonical form; octal, hexadecimal and short forms are valid
    too (https://url.spec.whatwg.org/#concept-ipv4-parser)."""
    try:
        *octets, last = map(_parse_ipv4_number, text.removesuffix(".").split("."))
    except ValueError:
        return None
    if len(octets) > 3 or any(octet > 255 for octet in octets) or last >= 256 ** (4 - len(octets)):
        return None
    address = last + sum(octet * 256 ** (3 - index) for index, octet in enumerate(octets))
    return str(ipaddress.IPv4Address(address))


def _parse_ipv4_number(text: str) -> int:
    """Return a part of an IPv4 address as a number
    (https://url.spec.whatwg.org/#ipv4-number-parser).

    :raises ValueError: if it is none, or longer than 2**64.
    """
    digits, base = text, 10
    if text.startswith("0x"):
        digits, base = text[2:] or "0", 16
    elif text.startswith("0") and len(text) > 1:
        digits, base = text[1:], 8
    if len(text) > 20 or not digits.isalnum():  # int() takes "-1" and "1_0"
        raise ValueError(text)
    return int(digits, base)


def _canonicalize(path: str, mark: str, query: str) -> str:
    """Return a path and its query without dot segments, percent-encoded."""
    segments: list[str] = []
    parts = path.split("/")[1:]
    for index, part in enumerate(parts):
        # https://url.spec.whatwg.org/#single-dot-path-segment and #double-dot-path-segment
        dots = re.sub("%2e", ".", part, flags=re.IGNORECASE)
        if dots == "..":
            del segments[-1:]
        elif dots != ".":
            segments.append(part)
            continue
        if index == len(parts) - 1:
            segments.append("")
    joined = "".join(f"/{segment}" for segment in segments)
    return _quote(joined, _PATH_SAFE) + mark + _quote(query, _QUERY_SAFE)


def _quote(text: str, safe: str) -> str:
    return quote(text, safe=safe, errors="surrogateescape")
