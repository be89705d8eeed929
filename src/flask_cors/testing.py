"""A browser for an app's own tests: what a page of another origin may read of its answers.

.. code-block:: python

    page = flask_cors.testing.Page(app, origin="https://app.example")
    outcome = page.fetch("/users/1", method="PUT", json={"name": "Ada"}, credentials="include")
    assert outcome.allowed, outcome
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from flask.testing import EnvironBuilder

from .browser import STANDARD, Browser, HeaderList, Outcome, Quirks, Request, Response

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from .browser.arguments import Credentials, Headers, Mode, Redirect


class Page:
    """A page of ``origin`` in a browser, for which ``app`` is the server, by its test client.

    The browser remembers between two fetches what browsers remember: the preflights, and the
    cookies of ``client``. Those go with ``credentials="include"``, and with every request where the
    page's origin is the app's; whether a browser would hold them back for their ``SameSite`` is not
    looked at.

    :param app: the app. Its address is that of ``SERVER_NAME``, ``PREFERRED_URL_SCHEME`` and
        ``APPLICATION_ROOT`` in its config. Default: ``http://localhost/``.
    :param origin: the origin of the page; ``"null"`` for a sandboxed frame or a file.
    :param quirks: whose departures from the standard are followed, see
        :class:`~flask_cors.browser.Browser`. Default: nobody's.
    :ivar client: the :class:`~flask.testing.FlaskClient` that holds the cookies; log in with it.
    :ivar browser: the :class:`~flask_cors.browser.Browser`.
    :raises ValueError: for an origin that no page has, with the first fetch.

    .. versionadded:: 7.0
    """

    def __init__(self, app: Flask, origin: str, quirks: Quirks = STANDARD) -> None:
        self.app = app
        self.origin = origin
        self.client: FlaskClient = app.test_client()
        self.browser = Browser(self._send, quirks)
        self._without_cookies: FlaskClient = app.test_client(use_cookies=False)
        self._base = address(app)

    def fetch(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: Headers = (),
        body: bytes | str | None = None,
        json: Any = None,
        credentials: Credentials = "same-origin",
        mode: Mode = "cors",
        redirect: Redirect = "follow",
    ) -> Outcome:
        """What comes of ``fetch(url, …)`` in the page. An exception that the app raises, and Flask
        does not handle while ``app.testing`` is on, reaches the caller as itself.

        :param url: a path of the app, such as ``"/users/1"``, or an absolute URL that it serves.
        :param method: the method.
        :param headers: the headers that the page sets, pairs or a mapping.
        :param body: the body. A string is sent as UTF-8 and, unless the page sets a
            ``Content-Type``, as ``text/plain``.
        :param json: what to send as JSON in place of a body, by the app's own provider. Default:
            ``None``, nothing.
        :param credentials: ``"omit"``, ``"same-origin"`` or ``"include"``.
        :param mode: ``"cors"``, ``"no-cors"`` or ``"same-origin"``.
        :param redirect: ``"follow"``, ``"error"`` or ``"manual"``.
        :returns: the :class:`~flask_cors.browser.Outcome`; as a string, the whole story.
        :raises ValueError: for what a browser refuses with a TypeError before anything is sent,
            for a body together with ``json``, and for a URL that the app does not serve.
        """
        pairs: Iterable[Any] = headers.items() if isinstance(headers, Mapping) else headers
        lines = HeaderList(pairs)
        content_type = None
        if json is not None:
            if body is not None:
                raise ValueError("a request has a body or json, not both: leave one of them out")
            body, content_type = self.app.json.dumps(json), "application/json"
        elif isinstance(body, str):
            content_type = "text/plain;charset=UTF-8"
        if content_type is not None and lines.get("Content-Type") is None:
            lines = HeaderList([*lines, ("Content-Type", content_type)])
        return self.browser.fetch(
            urljoin(self._base, url.removeprefix("/") if _is_path(url) else url),
            origin=self.origin,
            method=method,
            headers=lines,
            body=body.encode() if isinstance(body, str) else body,
            credentials=credentials,
            mode=mode,
            redirect=redirect,
        )

    def _send(self, request: Request) -> Response:
        url, base = urlsplit(request.url), urlsplit(self._base)
        if url.netloc != base.netloc and not url.netloc.endswith(f".{base.netloc}"):
            raise ValueError(
                f"the page asks for {request.url}, which the app does not serve: its address is "
                f"{self._base}; set SERVER_NAME for another"
            )
        client = self.client if request.credentials else self._without_cookies
        return through(client, request, base.path)


def address(app: Flask) -> str:
    """The URL at which an app takes itself to be, by its config."""
    builder = EnvironBuilder(app)
    url: str = builder.base_url
    builder.close()
    return url


def through(client: FlaskClient, request: Request, root: str) -> Response:
    """The answer of an app to a request, by its test client.

    :param root: the path that the app is mounted at, ``"/"`` for none.
    """
    answer = sent(client, request, root)
    return Response(answer.status_code, tuple(answer.headers), answer.data)


def sent(client: FlaskClient, request: Request, root: str) -> TestResponse:
    """The same, of which no body was read yet."""
    url = urlsplit(request.url)
    return client.open(
        "/" + url.path.removeprefix(root).lstrip("/"),  # two would be the beginning of a host
        base_url=f"{url.scheme}://{url.netloc}{root}",
        query_string=url.query,
        method=request.method,
        headers=list(request.headers),
        data=request.body,
    )


def _is_path(url: str) -> bool:
    return url.startswith("/") and not url.startswith("//")
