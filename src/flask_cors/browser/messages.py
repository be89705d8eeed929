"""Requests and responses on the network, and exchanges: pairs of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from .headerlist import Header, HeaderList, get


class _Message:
    """What requests and responses have in common: headers that are found by their names."""

    headers: tuple[Header, ...]

    def __post_init__(self) -> None:
        # From any iterables of two, such as lists of a JSON file.
        lines = HeaderList((name, value) for name, value in self.headers)
        object.__setattr__(self, "headers", lines)

    def get(self, name: str) -> str | None:
        """Return the value of a header, its lines joined with ``", "``; None without one."""
        return get(self.headers, name)


@dataclass(frozen=True)
class Request(_Message):
    """A request as it leaves the browser, without the headers that do not matter to CORS: ``Host``,
    ``User-Agent``, ``Sec-Fetch-…``, ``Referer``, ``Content-Length`` and ``Cookie``.

    :ivar method: the method, such as ``"PUT"``.
    :ivar url: the URL, without user information and fragment.
    :ivar headers: pairs of names and values, strings of latin-1 code points.
    :ivar body: the body; None without one.
    :ivar credentials: whether the browser sends its cookies and stores those of the response. A
        transport with a cookie jar has to follow it.

    .. versionadded:: 7.0
    """

    method: str
    url: str
    headers: tuple[Header, ...] = ()
    body: bytes | None = None
    credentials: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class Response(_Message):
    """A response as it reaches the browser.

    :ivar status: the status, such as ``200``.
    :ivar headers: pairs of names and values, one per line, strings of latin-1 code points.
    :ivar body: the body.

    .. versionadded:: 7.0
    """

    status: int
    headers: tuple[Header, ...] = ()
    body: bytes = b""


@dataclass(frozen=True)
class Exchange:
    """A request that was sent, and its response.

    :ivar request: the :class:`Request`.
    :ivar response: the :class:`Response`.
    :ivar preflight: whether the browser sent it as a preflight, which scripts never see.

    .. versionadded:: 7.0
    """

    request: Request
    response: Response
    preflight: bool = False


#: A callable that carries a request to a server and returns the response. An exception that it
#: raises reaches the caller of :meth:`Browser.fetch`.
Transport = Callable[[Request], Response]
