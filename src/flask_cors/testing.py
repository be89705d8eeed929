"""What the tests of an app need: a simulated browser, and a check of the configuration.

A fixture for pytest:

.. code-block:: python

    @pytest.fixture
    def page(app):
        return flask_cors.testing.Page(app, origin="https://app.example")
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urljoin, urlsplit

from .app_client import get_base_url, send
from .browser import STANDARD, Browser, HeaderList, Outcome, Quirks, Request, Response

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from .browser.arguments import Credentials, Headers, Mode, Redirect


def assert_no_findings(
    app: Flask, *, severity: Literal["error", "warning", "note"] = "warning"
) -> None:
    """Run ``flask cors check`` on an app, and fail if it finds something.

    .. code-block:: python

        def test_cors_is_configured_well():
            flask_cors.testing.assert_no_findings(create_app())

    Findings that the app suppresses in ``CORS_CHECK_IGNORE`` do not count.

    :param app: an app of its own: the check sends requests to it.
    :param severity: the lowest severity that fails.
    :raises AssertionError: listing the findings, each with its location and a hint.

    .. versionadded:: 7.0
    """
    __tracebackhide__ = True  # pytest then shows the line of the test
    from .diagnostics.finding import Severity
    from .tools.check import check
    from .tools.shared.finding_report import as_plain_text

    ranked = list(Severity)
    failing = ranked[: ranked.index(Severity(severity)) + 1]
    found = [finding for finding in check(app) if finding.severity in failing]
    if found:
        raise AssertionError(as_plain_text(found))


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


def _is_path(url: str) -> bool:
    return url.startswith("/") and not url.startswith("//")
