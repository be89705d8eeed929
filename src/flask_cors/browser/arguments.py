"""Validation of the arguments of ``fetch()``. A browser's TypeError is a ValueError here.

https://fetch.spec.whatwg.org/#dom-request, "The new Request(input, init) constructor steps".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from ..diagnostics.format import format_value
from ..protocol.headers import is_token
from ..protocol.origin import why_never_sent
from . import urls
from .headerlist import Header, is_header_value, normalize
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


def check_origin(origin: object) -> None:
    """Require an origin as browsers serialise it, or ``"null"``."""
    why = why_never_sent(origin) if isinstance(origin, str) else ("it is not a string", None)
    if why is not None:
        problem, hint = why
        is_file = isinstance(origin, str) and origin.lower().startswith("file:")
        instead = hint or ("null" if is_file else "https://app.example")
        raise ValueError(
            f"origin: {format_value(origin)} is not an origin that browsers send: {problem}; "
            f"write {format_value(instead)}"
        )


def parse_url(url: object) -> urls.URL:
    """Return an absolute URL without user information."""
    parsed = urls.parse(url) if isinstance(url, str) else None
    if parsed is None:
        raise ValueError(
            f"url: {format_value(url)} is not an absolute URL, such as 'https://api.example/'"
        )
    if parsed.userinfo:
        raise ValueError(
            f"url: {format_value(url)} has a user name or a password, which fetch() refuses"
        )
    if parsed.scheme in urls.WITHOUT_NETWORK:
        raise ValueError(
            f"url: {format_value(url)} is not fetched over the network; write an http or https URL"
        )
    return parsed


def check_method(method: object, mode: str) -> None:
    """Require a method that scripts may use."""
    if not (isinstance(method, str) and is_token(method)):
        raise ValueError(f"method: {format_value(method)} is not a method, such as 'PUT'")
    if is_forbidden_method(method):
        raise ValueError(f"method: browsers never send {method}")
    if mode == "no-cors" and not is_safelisted_method(normalize_method(method)):
        raise ValueError(
            f"method: {method} requires mode 'cors'; 'no-cors' allows GET, HEAD and POST"
        )


def check_body(body: object, method: str) -> None:
    """Require bytes, or None for a method that has no body."""
    if body is None:
        return
    if method in ("GET", "HEAD"):
        raise ValueError(f"body: a {method} request has none; leave it out, or write method='POST'")
    if not isinstance(body, bytes):
        raise ValueError(f"body: {format_value(body)} is not bytes")  # noqa: TRY004


def check_choice(option: str, value: object, choices: tuple[str, ...]) -> None:
    """Require one of the values that an option has."""
    if value not in choices:
        raise ValueError(f"{option}: {format_value(value)} is not one of {', '.join(choices)}")


def parse_headers(headers: Headers) -> list[Header]:
    """Return the headers that a script sets, without the forbidden ones: browsers drop those
    silently (https://fetch.spec.whatwg.org/#headers-validate)."""
    pairs: Iterable[object] = headers.items() if isinstance(headers, Mapping) else headers
    lines = [_parse_header(pair) for pair in pairs]
    return [line for line in lines if not is_forbidden_request_header(*line)]


def _parse_header(pair: object) -> Header:
    if not (isinstance(pair, (tuple, list)) and len(pair) == 2):
        raise ValueError(f"headers: {format_value(pair)} is not a pair of a name and a value")
    name, value = pair
    if not (isinstance(name, str) and is_token(name)):
        raise ValueError(f"headers: {format_value(name)} is not a header name, such as 'X-Token'")
    if not (isinstance(value, str) and is_header_value(normalize(value))):
        raise ValueError(
            f"headers: {format_value(value)} is not a valid value for {name}: "
            "write a string of characters up to U+00FF, without NUL, CR and LF"
        )
    return name, normalize(value)
