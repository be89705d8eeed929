"""A simulated browser for the tests of an app: what a page on another origin can read."""

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
    """A web page on ``origin`` in a simulated browser, which calls ``app``.

    .. code-block:: python

        page = flask_cors.testing.Page(app, origin="https://app.example")
        outcome = page.fetch("/users/1", method="PUT", json={"name": "Ada"}, credentials="include")
        assert outcome.allowed, outcome

    The browser keeps preflights and cookies between two fetches. Cookies are sent with
    ``credentials="include"``, and with every request if the page has the app's own origin. Their
    ``SameSite`` attribute is ignored.

    :param app: the app, at the address that its config has in ``SERVER_NAME``,
        ``PREFERRED_URL_SCHEME`` and ``APPLICATION_ROOT``. Default: ``http://localhost/``.
    :param origin: the origin of the page; ``"null"`` for a sandboxed frame or a file.
    :param quirks: the browser whose departures from the standard to follow:
        :data:`~flask_cors.browser.CHROMIUM` or :data:`~flask_cors.browser.FIREFOX`. Default: the
        standard.
    :ivar client: the :class:`~flask.testing.FlaskClient` that holds the cookies. Use it to log in.
    :ivar browser: the :class:`~flask_cors.browser.Browser`.

    .. versionadded:: 7.0
    """

    def __init__(self, app: Flask, origin: str, quirks: Quirks = STANDARD) -> None:
        self.app = app
        self.origin = origin
        self.client: FlaskClient = app.test_client()
        self.browser = Browser(self._send, quirks)
        self._without_cookies: FlaskClient = app.test_client(use_cookies=False)
        self._base = get_base_url(app)

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
        """Return the outcome of ``fetch(url, …)``, called by a script of the page.

        While ``app.testing`` is on, an unhandled exception of the app reaches the caller.

        :param url: a path of the app, such as ``"/users/1"``, or an absolute URL that it serves.
        :param method: the method.
        :param headers: the headers that the script sets, as pairs or a mapping.
        :param body: the body. A string is sent as UTF-8, and as ``text/plain`` unless ``headers``
            has a ``Content-Type``.
        :param json: a value to send as JSON instead of a body, by the app's own JSON provider. None
            sends nothing.
        :param credentials: ``"omit"``, ``"same-origin"`` or ``"include"``.
        :param mode: ``"cors"``, ``"no-cors"`` or ``"same-origin"``.
        :param redirect: ``"follow"``, ``"error"`` or ``"manual"``.
        :returns: the :class:`~flask_cors.browser.Outcome`; ``str(outcome)`` explains it.
        :raises ValueError: where a browser throws a TypeError before it sends anything, also for an
            origin that no page has; for a body together with ``json``; and for a URL that the app
            does not serve.
        """
        pairs: Iterable[Any] = headers.items() if isinstance(headers, Mapping) else headers
        lines = HeaderList(pairs)
        content_type = None
        if json is not None:
            if body is not None:
                raise ValueError("body and json exclude each other: leave one of them out")
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
                f"the app does not serve {request.url}: its address is {self._base}; set "
                "SERVER_NAME to change it"
            )
        client = self.client if request.credentials else self._without_cookies
        response = send(client, request, base.path)
        return Response(response.status_code, tuple(response.headers), response.data)


def get_base_url(app: Flask) -> str:
    """Return the URL of an app, by its config."""
    builder = EnvironBuilder(app)
    url: str = builder.base_url
    builder.close()
    return url


def send(client: FlaskClient, request: Request, root: str) -> TestResponse:
    """Send a request to an app by its test client. The body of the response is not read.

    :param root: the path that the app is mounted at; ``"/"`` for none.
    """
    url = urlsplit(request.url)
    return client.open(
        "/" + url.path.removeprefix(root).lstrip("/"),  # two slashes would begin a host
        base_url=f"{url.scheme}://{url.netloc}{root}",
        query_string=url.query,
        method=request.method,
        headers=list(request.headers),
        data=request.body,
    )


def _is_path(url: str) -> bool:
    return url.startswith("/") and not url.startswith("//")
