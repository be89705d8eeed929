"""A transport to an app in this process, which records how the app handled each request."""

from __future__ import annotations

from collections.abc import Callable, Generator, MutableMapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from flask import Flask, appcontext_pushed, got_request_exception, request_tearing_down
from flask import Request as FlaskRequest
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, run_wsgi_app

from ...app_client import get_base_url, send
from ...browser import Request, Response
from ...browser.arguments import parse_url
from ...policy.policy import Decision, Policy
from ...runtime.context import current_request
from ...runtime.decision import find_decision
from ...runtime.install import install
from .app_errors import SuppressAppErrors, first_error, is_app_error
from .page_request import NoVerdict
from .silence import silence_reports
from .text import escape_first_line

View = Callable[..., Any]


@dataclass
class HandledRequest:
    """How an app handled one request.

    :ivar response: from the app's test client.
    :ivar policy: the policy that decided; None where none applies.
    :ivar path: the path in Flask.
    :ivar rule: the URL rule that serves it; None where routing found none.
    :ivar request: Flask's request; None where WSGI middleware responded before Flask.
    :ivar returned: the headers of Flask's response, to which middleware may have added; None where
        it did not respond.
    :ivar other_app: the other Flask app that was called, such as one that is mounted beside it.
    :ivar error: the exception that the app did not handle.
    """

    response: Response
    policy: Policy | None = None
    decision: Decision | None = None
    path: str = ""
    rule: str | None = None
    request: FlaskRequest | None = None
    returned: Headers | None = None
    other_app: Flask | None = None
    error: BaseException | None = None


class AppTransport:
    """A transport to an app. Responses have no bodies.

    The response to an unhandled exception is 500, as in production, also with ``testing``,
    ``debug`` or ``PROPAGATE_EXCEPTIONS``.

    :param url: the address of the app, which serves no other host.
    :param root: the path that the app is mounted at, ``SCRIPT_NAME`` in WSGI. Default: that of the
        app's config.
    :ivar handled: how each request was handled.
    """

    def __init__(self, app: Flask, url: str, root: str | None = None) -> None:
        self.app = app
        self.handled: dict[Request, HandledRequest] = {}
        install(app)  # as the first request of an app with decorated views alone does
        self._host = urlsplit(str(parse_url(url))).netloc  # as the browser writes it
        self._root = urlsplit(get_base_url(app)).path if root is None else root
        self._client = app.test_client(use_cookies=False)

    def __call__(self, request: Request) -> Response:
        url = urlsplit(request.url)
        if url.netloc != self._host:
            raise NoVerdict(
                f"the app redirects to another server, {request.url[:200]!r}: use `flask cors "
                "probe` for that one"
            )
        root = self._root if url.path.startswith(self._root) else "/"
        handled = HandledRequest(Response(0))

        def on_exception(_: Flask, exception: BaseException, **__: Any) -> None:
            handled.error = exception

        def on_context(sender: Flask, **__: Any) -> None:
            if sender is not self.app:
                handled.other_app = handled.other_app or sender

        def on_request(_: Flask, **__: Any) -> None:
            handled.request = current_request()

        dispatch: Callable[..., Any] = self.app.full_dispatch_request

        @wraps(dispatch)
        def full_dispatch_request(*args: Any, **kwargs: Any) -> Any:
            # No signal is sent for a preflight that Flask-CORS responds to.
            on_request(self.app)
            response = dispatch(*args, **kwargs)
            handled.returned = Headers(response.headers)
            return response

        with (
            got_request_exception.connected_to(on_exception, self.app),
            request_tearing_down.connected_to(on_request, self.app),
            appcontext_pushed.connected_to(on_context),
            replace_item(vars(self.app), "full_dispatch_request", full_dispatch_request),
            replace_item(self.app.config, "PROPAGATE_EXCEPTIONS", False),
        ):
            try:
                response = send(self._client, request, root)
                response.close()  # a body may have no end
            except BaseException as error:  # of WSGI middleware, or not caught by Flask
                if not is_app_error(error):
                    raise
                first = first_error(error)
                raised = escape_first_line(f"{type(first).__name__}: {first}")
                raise NoVerdict(f"outside of Flask, the app raised {raised}") from error
        handled.response = Response(response.status_code, tuple(response.headers))
        self.handled[request] = handled
        last = handled.request
        if last is not None:
            handled.policy, handled.decision = find_decision(last)
            handled.path = last.path
            handled.rule = None if last.url_rule is None else last.url_rule.rule
        return handled.response


@contextmanager
def replace_item(items: MutableMapping[str, Any], key: str, value: object) -> Generator[None]:
    """Replace a value of a mapping within the block, or add one."""
    is_known, before = key in items, items.get(key)
    items[key] = value
    try:
        yield
    finally:
        if is_known:
            items[key] = before
        else:
            del items[key]


@contextmanager
def push_context(app: Flask) -> Generator[None]:
    """Push an app context, whose teardown functions do not run: they expect what the app's other
    functions do for a request."""
    context = app.app_context()
    context.push()
    try:
        yield
    finally:
        with replace_item(vars(app), "do_teardown_appcontext", _tear_nothing_down):
            context.pop()


def _tear_nothing_down(*_: object) -> None:
    """Take the place of ``do_teardown_appcontext``."""


def route_request(
    app: Flask, path: str, base_url: str | None = None, **options: Any
) -> FlaskRequest:
    """Return a request to ``path`` after routing. It is never the current one: no session is opened
    for it, and none of the app's functions runs when it ends.

    :param options: those of Werkzeug's ``EnvironBuilder``.
    :raises Exception: what a converter raises.
    """
    with push_context(app):  # a converter may require it
        context = app.test_request_context(path, base_url, **options)
        context.match_request()
    return context.request


def route_through_middleware(app: Flask, url: str, root: str) -> FlaskRequest | None:
    """Return a request to a URL after routing, as it arrives in Flask; None if WSGI middleware
    responds to it. Its method is OPTIONS, because the middleware is called. Flask is not.

    :param root: the path that the server gives the app as ``SCRIPT_NAME``.
    :raises Exception: what a converter raises.
    """
    target = urlsplit(url)
    builder = EnvironBuilder(
        f"/{target.path.removeprefix(root).lstrip('/')}",
        f"{target.scheme}://{target.netloc}{root}",
        method="OPTIONS",
    )
    arrived: list[dict[str, Any]] = []

    def request_context(environ: dict[str, Any]) -> Any:
        arrived.append(environ)
        raise RuntimeError("arrived in Flask")

    with replace_item(vars(app), "request_context", request_context), SuppressAppErrors():
        run_wsgi_app(app.wsgi_app, builder.get_environ())
    return route_request(app, "/", environ_overrides=arrived[0]) if arrived else None


def with_views(app: Flask, replace: Callable[[View], View]) -> AbstractContextManager[None]:
    """Replace each view within the block; the options of its ``@cross_origin`` remain."""
    views = {name: wraps(view)(replace(view)) for name, view in app.view_functions.items()}
    return replace_item(vars(app), "view_functions", views)


@contextmanager
def serve(app: Flask) -> Generator[AppTransport]:
    """Return a transport to the app for a simulated browser, with views that respond with an
    empty 200."""
    with silence_reports(app), with_views(app, lambda _: lambda *_, **__: ""):
        yield AppTransport(app, address_of(app))


def address_of(app: Flask) -> str:
    """Return the URL of the app as browsers write it, with a host that the app trusts."""
    url = urlsplit(get_base_url(app))
    trusted = app.config.get("TRUSTED_HOSTS")  # since Flask 3.1
    if trusted and not app.config["SERVER_NAME"]:
        url = url._replace(netloc=trusted[0].removeprefix("."))
    try:
        return str(parse_url(urlunsplit(url)))
    except ValueError:  # a host that no browser sends requests to
        return str(parse_url(urlunsplit(url._replace(netloc="localhost"))))


def url_of(app: Flask, path: str) -> str:
    """Return the URL of a path of the app."""
    return urljoin(address_of(app), path.removeprefix("/"))
