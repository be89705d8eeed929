"""What crosses the network: requests, responses, and a pair of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from .headerlist import Header, HeaderList, get


def _pairs(headers: Iterable[Iterable[str]]) -> HeaderList:
    """Pairs from any iterables of two, such as what a JSON file holds."""
    return HeaderList((name, value) for name, value in headers)


@dataclass(frozen=True)
class Request:
    """A request as it leaves the browser. It lacks what does not matter to CORS: ``Host``,
    ``User-Agent``, ``Sec-Fetch-…``, ``Referer``, ``Content-Length`` and ``Cookie``.

    :ivar method: the method, such as ``"PUT"``.
    :ivar url: the URL, without user information and fragment.
    :ivar headers: pairs of names and values; strings of latin-1 code points.
    :ivar body: the body, None without one.
    :ivar credentials: whether the browser sends its cookies along, and stores those of the
        response: a transport that has a cookie jar looks at it.

    .. versionadded:: 7.0
    """

    method: str
    url: str
    headers: tuple[Header, ...] = ()
    body: bytes | None = None
    credentials: bool = field(default=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "headers", _pairs(self.headers))

    def get(self, name: str) -> str | None:
        """The value of a header, all its lines joined with ``", "``; None without one."""
        return get(self.headers, name)


@dataclass(frozen=True)
class Response:
    """A response as it reaches the browser.

    :ivar status: the status, such as ``200``.
    :ivar headers: pairs of names and values, one for each line; strings of latin-1 code points.
    :ivar body: the body.

    .. versionadded:: 7.0
    """

    status: int
    headers: tuple[Header, ...] = ()
    body: bytes = b""

    def __post_init__(self) -> None:
        object.__setattr__(self, "headers", _pairs(self.headers))

    def get(self, name: str) -> str | None:
        """The value of a header, all its lines joined with ``", "``; None without one."""
        return get(self.headers, name)


@dataclass(frozen=True)
class Exchange:
    """A request that crossed the network, and what came back.

    :ivar request: the :class:`Request`.
    :ivar response: the :class:`Response`.
    :ivar preflight: whether it is a CORS-preflight request, which the page never sees.

    .. versionadded:: 7.0
    """

    request: Request
    response: Response
    preflight: bool = False


#: What carries a request to a server and its response back. An exception that it raises reaches
#: the caller of :meth:`Browser.fetch`.
Transport = Callable[[Request], Response]
