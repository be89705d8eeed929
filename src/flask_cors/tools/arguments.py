"""The request that a command is asked about."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import NamedTuple, cast

import click

from ..browser import arguments as browser
from ..browser.safelist import is_forbidden_request_header
from ..errors import shown

# https://www.iana.org/assignments/http-methods, without those that no page may use and without
# "*" and PRI, which are reserved.
_REGISTERED = frozenset(
    {
        *("ACL", "BASELINE-CONTROL", "BIND", "CHECKIN", "CHECKOUT", "COPY", "DELETE", "GET"),
        *("HEAD", "LABEL", "LINK", "LOCK", "MERGE", "MKACTIVITY", "MKCALENDAR", "MKCOL"),
        *("MKREDIRECTREF", "MKWORKSPACE", "MOVE", "OPTIONS", "ORDERPATCH", "PATCH", "POST"),
        *("PROPFIND", "PROPPATCH", "PUT", "QUERY", "REBIND", "REPORT", "SEARCH", "UNBIND"),
        *("UNCHECKOUT", "UNLINK", "UNLOCK", "UPDATE", "UPDATEREDIRECTREF", "VERSION-CONTROL"),
    }
)


class BadInput(click.ClickException):
    """What was asked makes no sense; the message says what was expected."""

    exit_code = 2


class CannotTell(click.ClickException):
    """The request cannot be followed to its end, so that there is no verdict."""

    exit_code = 2


class Asked(NamedTuple):
    """A request of a page.

    :ivar url: as a browser writes it.
    :ivar headers: those that a browser lets the page set.
    :ivar dropped: the names of those that it does not.
    """

    url: str
    origin: str
    method: str
    headers: tuple[tuple[str, str], ...]
    credentials: browser.Credentials
    dropped: tuple[str, ...] = ()


def read(
    url: str,
    origin: str,
    method: str,
    headers: Sequence[str],
    credentials: str,
    also_methods: Iterable[str] = (),
) -> Asked:
    """The request, as the options of the command line give it.

    :param url: an absolute URL.
    :param headers: such as ``"X-Token: 1"``.
    :param also_methods: methods that are served besides those that HTTP knows.
    :raises BadInput: for what no page can ask for.
    """
    try:
        parsed = browser.parse_url(url)
        browser.check_origin(origin)
        browser.check_method(method, "cors")
        _check_known(method, {*_REGISTERED, *also_methods})
        pairs = tuple(map(_pair, headers))
        browser.page_headers(pairs)
    except ValueError as error:
        raise BadInput(str(error)) from error
    return Asked(
        str(parsed),
        origin,
        method,
        tuple(pair for pair in pairs if not is_forbidden_request_header(*pair)),
        cast(browser.Credentials, credentials),
        tuple(pair[0] for pair in pairs if is_forbidden_request_header(*pair)),
    )


def _check_known(method: str, known: Iterable[str]) -> None:
    if method.upper() not in known:
        near = difflib.get_close_matches(method.upper(), known, 1) or ["PUT"]
        raise ValueError(f"method: {shown(method)} is none that HTTP knows; write {near[0]}")


def _pair(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon:
        raise ValueError(
            f"header: {shown(line)} has no colon: write a name and a value, such as 'X-Token: 1'"
        )
    return name.strip(), value.strip()
