"""What a page may ask for: where a browser throws a TypeError, these raise ValueError.

https://fetch.spec.whatwg.org/#dom-request, "The new Request(input, init) constructor steps".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from ..errors import shown
from ..headers import is_token
from ..origin import why_never_sent
from . import urls
from .headerlist import Header, is_value, normalize
from .safelist import (
    is_forbidden_method,
    is_forbidden_request_header,
    is_safelisted_method,
    normalize_method,
)

Credentials = Literal["omit", "same-origin", "include"]
Mode = Literal["cors", "no-cors", "same-origin"]
Redirect = Literal["follow", "error", "manual"]
Headers = Mapping[str, str] | Iterable[tuple[str, str]]

CREDENTIALS = ("omit", "same-origin", "include")
MODES = ("cors", "no-cors", "same-origin")
REDIRECTS = ("follow", "error", "manual")


def check_origin(origin: object) -> None:
    """An origin as a browser serialises it, or ``"null"``."""
    why = why_never_sent(origin) if isinstance(origin, str) else ("it is no string", None)
    if why is not None:
        problem, mend = why
        raise ValueError(
            f"origin: {shown(origin)} is sent by no browser, {problem}: "
            f"write {shown(mend or 'https://app.example')}"
        )


def parse_url(url: object) -> urls.URL:
    """An absolute URL without user information."""
    parsed = urls.parse(url) if isinstance(url, str) else None
    if parsed is None:
        raise ValueError(f"url: {shown(url)} is no absolute URL, such as 'https://api.example/'")
    if parsed.userinfo:
        raise ValueError(f"url: {shown(url)} has a user name or a password, which fetch() refuses")
    if parsed.scheme in urls.WITHOUT_NETWORK:
        raise ValueError(f"url: {shown(url)} needs no network; write an http or https URL")
    return parsed


def check_method(method: object, mode: str) -> None:
    """A method that a page may use."""
    if not (isinstance(method, str) and is_token(method)):
        raise ValueError(f"method: {shown(method)} is no method, such as 'PUT'")
    if is_forbidden_method(method):
        raise ValueError(f"method: browsers never send {method}")
    if mode == "no-cors" and not is_safelisted_method(normalize_method(method)):
        raise ValueError(f"method: {method} needs mode 'cors'; 'no-cors' has GET, HEAD and POST")


def check_body(body: object, method: str) -> None:
    """A body, where the method may have one."""
    if body is not None and not (isinstance(body, bytes) and method not in ("GET", "HEAD")):
        raise ValueError(f"body: {shown(body)}; a {method} takes {_BODIES.get(method, 'bytes')}")


_BODIES: dict[str, str] = dict.fromkeys(("GET", "HEAD"), "none, or write method='POST'")


def check_choice(option: str, value: object, choices: tuple[str, ...]) -> None:
    """One of the values of an enumeration."""
    if value not in choices:
        raise ValueError(f"{option}: {shown(value)} is none of {', '.join(choices)}")


def page_headers(headers: Headers) -> list[Header]:
    """The headers that a page sets, without those it may not: they are dropped silently
    (https://fetch.spec.whatwg.org/#headers-validate)."""
    pairs: Iterable[object] = headers.items() if isinstance(headers, Mapping) else headers
    lines = [_line(pair) for pair in pairs]
    return [line for line in lines if not is_forbidden_request_header(*line)]


def _line(pair: object) -> Header:
    if not (isinstance(pair, (tuple, list)) and len(pair) == 2):
        raise ValueError(f"headers: {shown(pair)} is no pair of a name and a value")
    name, value = pair
    if not (isinstance(name, str) and is_token(name)):
        raise ValueError(f"headers: {shown(name)} is no header name, such as 'X-Token'")
    if not (isinstance(value, str) and is_value(normalize(value))):
        raise ValueError(
            f"headers: {shown(value)} is no value for {name}: "
            "write a string of characters up to U+00FF, without NUL, CR and LF"
        )
    return name, normalize(value)
