"""URLs as browsers read them: enough of the URL standard to tell origins apart, to follow a
``Location`` and to know a valid URL from another (https://url.spec.whatwg.org/).

Hosts beyond ASCII go through Python's ``idna`` codec: IDNA 2003, where browsers have UTS #46. URLs
without an authority are valid or not, and nothing more is made of them; ``file:`` and blobs have
no rules of their own.
"""

from __future__ import annotations

import ipaddress
import re
from typing import NamedTuple
from urllib.parse import quote, unquote_to_bytes

_DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443, "ftp": 21}
_SPECIAL = frozenset(_DEFAULT_PORTS)  # https://url.spec.whatwg.org/#special-scheme

# What a browser fetches without the network (https://fetch.spec.whatwg.org/#scheme-fetch).
WITHOUT_NETWORK = frozenset({"about", "blob", "data", "file"})

# https://url.spec.whatwg.org/#scheme-state
_split_scheme = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(.*)", re.DOTALL).fullmatch

# https://url.spec.whatwg.org/#concept-basic-url-parser, steps 1 and 3
_C0_AND_SPACE = "".join(map(chr, range(0x21)))
_NEWLINES = {ord(character): None for character in "\t\n\r"}

# DNS knows hosts of 253 bytes, and each may be percent-encoded. What is longer leads nowhere, and
# would take IDNA long to read.
_MAX_HOST = 3 * 253

# https://url.spec.whatwg.org/#forbidden-host-code-point and #forbidden-domain-code-point
_is_forbidden_in_host = re.compile(r"[\0\t\n\r #/:<>?@\[\\\]^|]").search
_is_forbidden_in_domain = re.compile(r"[\0-\x20#%/:<>?@\[\\\]^|\x7f]").search
_ends_in_number = re.compile(r"(?:.*\.)?(?:[0-9]+|0[xX][0-9A-Fa-f]*)\.?", re.DOTALL).fullmatch

# What is not percent-encoded, https://url.spec.whatwg.org/#path-percent-encode-set,
# #special-query-percent-encode-set, #fragment-percent-encode-set and
# #c0-control-percent-encode-set.
_PATH_SAFE = "!$%&'()*+,/:;=@[\\]|~-._"
_QUERY_SAFE = "!$%&()*+,/:;=?@[\\]^`{|}~-._"
_FRAGMENT_SAFE = "!#$%&'()*+,/:;=?@[\\]^{|}~-._"
_OPAQUE_SAFE = _FRAGMENT_SAFE + ' "<>`'


class URL(NamedTuple):
    """A URL.

    :ivar userinfo: whether it has a user name or a password.
    :ivar path: the path, and the query where there is one.
    :ivar fragment: with its ``#``; ``str(url)`` leaves it out.
    :ivar has_authority: whether it goes on with ``//`` behind the scheme.
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
        """Serialised (https://html.spec.whatwg.org/#ascii-serialisation-of-an-origin)."""
        port = "" if self.port is None else f":{self.port}"
        return f"{self.scheme}://{self.host}{port}"

    @property
    def is_http(self) -> bool:
        """https://fetch.spec.whatwg.org/#http-scheme"""
        return self.scheme in ("http", "https")

    @property
    def with_fragment(self) -> str:
        return f"{self}{self.fragment}"

    def __str__(self) -> str:
        return (self.origin if self.has_authority else f"{self.scheme}:") + self.path


def parse(text: str, base: URL | None = None) -> URL | None:
    """``text`` as an absolute URL, or as a reference that ``base``, an http URL, resolves; None
    where it is neither (https://url.spec.whatwg.org/#concept-url-parser)."""
    text, mark, fragment = text.strip(_C0_AND_SPACE).translate(_NEWLINES).partition("#")
    url = _parse(text, base)
    return None if url is None else url._replace(fragment=mark + _quoted(fragment, _FRAGMENT_SAFE))


def _parse(text: str, base: URL | None) -> URL | None:
    found = _split_scheme(text)
    if found is None:
        return None if base is None else _resolved(text, base)
    scheme, rest = found[1].lower(), found[2]
    if scheme in _SPECIAL:
        # https://url.spec.whatwg.org/#special-relative-or-authority-state
        if base is not None and scheme == base.scheme and not rest.startswith("//"):
            return _resolved(rest, base)
        # Slashes and backslashes are ignored, however many.
        return _with_authority(scheme, rest.lstrip("/\\"))
    if rest.startswith("//"):
        return _with_authority(scheme, rest[2:])
    path = _canonical(*rest.partition("?")) if rest.startswith("/") else _quoted(rest, _OPAQUE_SAFE)
    return URL(scheme, "", None, path, False, has_authority=False)


def _resolved(reference: str, base: URL) -> URL | None:
    """https://url.spec.whatwg.org/#relative-state, for a base with an authority."""
    path, mark, query = reference.partition("?")
    path = path.replace("\\", "/")
    if path.startswith("//"):
        return _with_authority(base.scheme, path.lstrip("/") + mark + query)
    base_path, base_mark, base_query = base.path.partition("?")
    if not path:
        path = base_path
        if not mark:
            mark, query = base_mark, base_query
    elif not path.startswith("/"):
        path = f"{base_path.rpartition('/')[0]}/{path}"
    return base._replace(path=_canonical(path, mark, query), userinfo=False)


def _with_authority(scheme: str, text: str) -> URL | None:
    """https://url.spec.whatwg.org/#authority-state"""
    is_special = scheme in _SPECIAL
    end = re.search(r"[/\\?]" if is_special else r"[/?]", text)
    at = len(text) if end is None else end.start()
    authority, rest = text[:at], text[at:]
    credentials, _, address = authority.rpartition("@")
    name, colon, port = _split_port(address)
    host = _host(name, is_special)
    # A port without a host, or credentials with nothing behind them, is a failure.
    if host is None or (not host and (is_special or colon or credentials)):
        return None
    if not re.fullmatch(r"[0-9]*", port, re.ASCII) or len(port.lstrip("0")) > 5:
        return None
    number = int(port) if port else None
    if number is not None and number > 65535:
        return None
    if number == _DEFAULT_PORTS.get(scheme):
        number = None
    path, mark, query = rest.partition("?")
    if is_special:
        path = path.replace("\\", "/") or "/"
    return URL(scheme, host, number, _canonical(path, mark, query), credentials.strip(":") != "")


def _split_port(address: str) -> tuple[str, str, str]:
    """Host, colon and port: the colons of an IPv6 address do not count."""
    bracket = address.rfind("]")
    name, colon, port = address[bracket + 1 :].partition(":")
    return address[: bracket + 1] + name, colon, port


def _host(text: str, is_special: bool) -> str | None:
    """https://url.spec.whatwg.org/#concept-host-parser"""
    if len(text) > _MAX_HOST:
        return None
    if text.startswith("["):
        if not text.endswith("]") or "%" in text:
            return None
        try:
            return f"[{ipaddress.IPv6Address(text[1:-1]).compressed}]"
        except ValueError:
            return None
    if not is_special:
        return None if _is_forbidden_in_host(text) else text
    # https://url.spec.whatwg.org/#concept-domain-to-ascii
    domain = unquote_to_bytes(text.encode("utf-8", "surrogateescape")).decode("utf-8", "replace")
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    domain = domain.lower()
    if _is_forbidden_in_domain(domain):
        return None
    return _ipv4(domain) if _ends_in_number(domain) else domain


def _ipv4(text: str) -> str | None:
    """https://url.spec.whatwg.org/#concept-ipv4-parser: octal, hexadecimal and short forms too."""
    parts = text.removesuffix(".").split(".")
    if len(parts) > 4:
        return None
    numbers: list[int] = []
    for part in parts:
        number = _ipv4_number(part)
        if number is None:
            return None
        numbers.append(number)
    if any(number > 255 for number in numbers[:-1]) or numbers[-1] >= 256 ** (5 - len(numbers)):
        return None
    address = numbers[-1] + sum(
        number * 256 ** (3 - place) for place, number in enumerate(numbers[:-1])
    )
    return str(ipaddress.IPv4Address(address))


def _ipv4_number(text: str) -> int | None:
    """https://url.spec.whatwg.org/#ipv4-number-parser"""
    if not text or len(text) > 20:  # as long as 2**64 is
        return None
    digits, base = text, 10
    if text.startswith("0x"):
        digits, base = text[2:] or "0", 16
    elif text.startswith("0") and len(text) > 1:
        digits, base = text[1:], 8
    try:
        return int(digits, base) if digits.isalnum() else None
    except ValueError:
        return None


def _canonical(path: str, mark: str, query: str) -> str:
    """The path without ``.`` and ``..``, and what may not stand in it percent-encoded."""
    segments: list[str] = []
    parts = path.split("/")[1:]
    for place, part in enumerate(parts):
        # https://url.spec.whatwg.org/#single-dot-path-segment and #double-dot-path-segment
        dots = re.sub("%2e", ".", part, flags=re.IGNORECASE)
        if dots == "..":
            del segments[-1:]
        elif dots != ".":
            segments.append(part)
            continue
        if place == len(parts) - 1:
            segments.append("")
    joined = "".join(f"/{segment}" for segment in segments)
    return _quoted(joined, _PATH_SAFE) + mark + _quoted(query, _QUERY_SAFE)


def _quoted(text: str, safe: str) -> str:
    return quote(text, safe=safe, errors="surrogateescape")
