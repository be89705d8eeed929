"""The cross-origin request that a command explains or probes, as its options describe it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import NamedTuple

import click

from ...browser import arguments as browser
from ...browser.safelist import is_forbidden_request_header, normalize_method
from ...diagnostics.format import format_value

# https://www.iana.org/assignments/http-methods, without "*" and PRI, which are reserved, and those
# that scripts may not use.
_REGISTERED_METHODS = frozenset(
    {
        *("ACL", "BASELINE-CONTROL", "BIND", "CHECKIN", "CHECKOUT", "COPY", "DELETE", "GET"),
        *("HEAD", "LABEL", "LINK", "LOCK", "MERGE", "MKACTIVITY", "MKCALENDAR", "MKCOL"),
        *("MKREDIRECTREF", "MKWORKSPACE", "MOVE", "OPTIONS", "ORDERPATCH", "PATCH", "POST"),
        *("PROPFIND", "PROPPATCH", "PUT", "QUERY", "REBIND", "REPORT", "SEARCH", "UNBIND"),
        *("UNCHECKOUT", "UNLINK", "UNLOCK", "UPDATE", "UPDATEREDIRECTREF", "VERSION-CONTROL"),
    }
)


class InvalidRequest(click.ClickException):
    """No browser would send the request. The message says what is expected."""

    exit_code = 2


class NoVerdict(click.ClickException):
    """The request cannot be followed to its end, so there is no verdict."""

    exit_code = 2


class PageRequest(NamedTuple):
    """A request that a script on another origin makes.

    :ivar method: as a browser sends it.
    :ivar url: as a browser writes it.
    :ivar headers: without the forbidden ones.
    :ivar dropped: the names of the forbidden ones.
    """

    method: str
    url: str
    origin: str
    headers: tuple[tuple[str, str], ...]
    credentials: browser.Credentials
    dropped: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The request in one line, for a report."""
        return f"{self.method} {self.url} from {self.origin}"


def parse_page_request(
    url: str,
    origin: str,
    method: str,
    headers: Iterable[str],
    credentials: browser.Credentials,
    also_methods: Iterable[str] = (),
) -> PageRequest:
    """Return the request that the options of the command line describe.

    :param url: an absolute URL.
    :param headers: such as ``"X-Token: 1"``.
    :param also_methods: methods of the server that are not registered.
    :raises InvalidRequest: for a request that no browser would send.
    """
    try:
        parsed = browser.parse_url(url)
        browser.check_origin(origin)
        browser.check_method(method, "cors")
        _check_known(method, {*_REGISTERED_METHODS, *also_methods})
        pairs = tuple(map(_parse_header, headers))
        kept = browser.parse_headers(pairs)
    except ValueError as error:
        raise InvalidRequest(str(error)) from error
    return PageRequest(
        normalize_method(method),
        str(parsed),
        origin,
        tuple(kept),
        credentials,
        tuple(pair[0] for pair in pairs if is_forbidden_request_header(*pair)),
    )


def _check_known(method: str, known: Iterable[str]) -> None:
    if method.upper() not in known:
        near = difflib.get_close_matches(method.upper(), known, 1) or ["PUT"]
        raise ValueError(
            f"method: {format_value(method)} is not a registered method; write {near[0]}"
        )


def _parse_header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon:
        raise ValueError(
            f"header: {format_value(line)} has no colon: write a name and a value, "
            "such as 'X-Token: 1'"
        )
    return name.strip(), value.strip()
