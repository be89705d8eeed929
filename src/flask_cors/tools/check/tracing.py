"""Which part of an app did what with a test request: which function responded before the view, and
which set which CORS headers."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlsplit

from flask import Flask, request_finished

from ...browser import Request, Response
from ..shared.app_transport import HandledRequest, replace_item, serve
from ..shared.functions import Function, owner_of
from ..shared.page_request import NoVerdict
from .calls import Calls

# The CORS headers of a response, by their names.
Headers = Mapping[str, str]


def select_cors_headers(headers: Iterable[tuple[str, str]]) -> Headers:
    """Return the CORS headers among the headers of a response."""
    return {name: value for name, value in headers if name.lower().startswith("access-control-")}


class Hook(NamedTuple):
    """A function that Flask calls around a view.

    :ivar kind: what it is to Flask, such as ``"before_request"``.
    """

    kind: str
    function: Function


@dataclass
class Trace:
    """What was seen of one request.

    :ivar handled: None where the app does not serve the host, or raised outside of Flask.
    :ivar responded: the hooks that responded, or raised, before the view.
    :ivar set_by: the hooks that set CORS headers, and these.
    :ivar view_set: those of the one view that was really called; None where it was not reached.
    :ivar of_flask: those on Flask's own response; None where Flask was not reached.
    """

    handled: HandledRequest | None = None
    responded: list[Hook] = field(default_factory=list)
    set_by: list[tuple[Hook, Headers]] = field(default_factory=list)
    view_set: Headers | None = None
    of_flask: Headers | None = None

    @property
    def response(self) -> Response | None:
        """The response, None where the app raised: it may miss what it has elsewhere."""
        handled = self.handled
        return None if handled is None or handled.error is not None else handled.response

    @property
    def shows_view(self) -> bool:
        """Whether the view was called and succeeded. One that redirects to a login, or misses an
        argument, does not send what it sends otherwise."""
        response = self.response
        return self.view_set is not None and response is not None and 200 <= response.status < 300

    @property
    def added(self) -> Headers:
        """The CORS headers that WSGI middleware added to Flask's response."""
        headers = {} if self.response is None else select_cors_headers(self.response.headers)
        of_flask = self.of_flask or {}
        return {name: value for name, value in headers.items() if of_flask.get(name) != value}


class Send(Protocol):
    """Send a request to an app. Its views do nothing, except for the one of ``endpoint``."""

    def __call__(self, request: Request, endpoint: str | None = None) -> Trace: ...


_current: ContextVar[Trace] = ContextVar("_current")  # a request that waits keeps its own


@contextmanager
def trace_requests(app: Flask, calls: Calls) -> Generator[Send]:
    """Trace requests to an app."""
    views = app.view_functions

    def on_finished(_: Flask, response: Any, **__: Any) -> None:
        _current.get().of_flask = select_cors_headers(response.headers)

    with (
        serve(app) as transport,
        _watch_hooks(app),
        request_finished.connected_to(on_finished, app),
        # A request that does not end leaves these two replaced.
        replace_item(vars(app), "full_dispatch_request", app.full_dispatch_request),
        replace_item(app.config, "PROPAGATE_EXCEPTIONS", app.config["PROPAGATE_EXCEPTIONS"]),
    ):

        def send(request: Request, endpoint: str | None = None) -> Trace:
            trace = Trace()

            def exchange() -> None:
                _current.set(trace)
                with suppress(NoVerdict):
                    transport(request)
                    trace.handled = handled = transport.handled[request]
                    if trace.of_flask is None and handled.decision is not None:
                        # A preflight that Flask-CORS responded to, of which no signal is sent.
                        trace.of_flask = select_cors_headers(handled.decision.headers)

            name, called = f"{request.method} {urlsplit(request.url).path}", {}
            if endpoint is not None and calls.allow(endpoint):
                name, called = endpoint, {endpoint: _record_view(app, views[endpoint], trace)}
            with replace_item(vars(app), "view_functions", {**app.view_functions, **called}):
                return trace if calls.returns_in_time(name, exchange) else Trace()

        yield send


def _record_view(app: Flask, view: Function, trace: Trace) -> Function:
    """Return a view that calls another one, and records the CORS headers of its response."""

    def call(*args: Any, **kwargs: Any) -> Any:
        response = app.make_response(app.ensure_sync(view)(*args, **kwargs))
        trace.view_set = select_cors_headers(response.headers)
        return response

    call.__dict__.update(getattr(view, "__dict__", {}))  # the mark of @cross_origin
    return call


# ---- hooks -------------------------------------------------------------------------------------

_KINDS = {
    "url_value_preprocessors": "url_value_preprocessor",
    "before_request_funcs": "before_request",
    "after_request_funcs": "after_request",
}


@contextmanager
def _watch_hooks(app: Flask) -> Generator[None]:
    """Trace each hook of an app, except for those of this package."""
    # In place: the first request of an app has this package attach to these very lists.
    lists = [
        (kind, functions)
        for attribute, kind in _KINDS.items()
        for functions in getattr(app, attribute).values()
    ]
    for kind, functions in lists:
        functions[:] = [
            function
            if owner_of(function, app) == "flask_cors"
            else _Watched(app, Hook(kind, function))
            for function in functions
        ]
    try:
        yield
    finally:
        for _, functions in lists:
            functions[:] = [
                each.hook.function if isinstance(each, _Watched) else each for each in functions
            ]


class _Watched:
    """Takes the place of a function. It is equal to it, because some functions remove themselves
    from Flask's list when they have run once."""

    def __init__(self, app: Flask, hook: Hook) -> None:
        self.hook = hook
        self._app = app

    def __call__(self, *args: Any) -> Any:
        trace, (kind, function) = _current.get(), self.hook
        is_before = kind != "after_request"
        headers = {} if is_before else select_cors_headers(args[0].headers)
        try:
            value = self._app.ensure_sync(function)(*args)
        except Exception:
            trace.responded += [self.hook] * is_before
            raise
        if value is None or kind == "url_value_preprocessor":
            return value
        if is_before:
            trace.responded.append(self.hook)
            value = self._app.make_response(value)
        after = select_cors_headers(value.headers)
        new = {name: value for name, value in after.items() if headers.get(name) != value}
        if new:
            trace.set_by.append((self.hook, new))
        return value

    def __eq__(self, other: object) -> bool:
        return other is self or other == self.hook.function

    def __hash__(self) -> int:
        return hash(self.hook.function)


# ---- WSGI middleware ---------------------------------------------------------------------------

_Middleware = Callable[..., Any]

# The attributes in which middleware keeps the app that it wraps.
_INNER = ("app", "wsgi_app", "application", "_app", "wrapped", "__wrapped__")


def iter_middleware(app: Flask) -> Iterator[_Middleware]:
    """Yield the middleware around ``app``, the outermost first, as far as one shows the next."""
    current: _Middleware | None = app.wsgi_app
    seen: set[int] = {id(app)}
    while current is not None and getattr(current, "__self__", None) is not app:
        if id(current) in seen:  # it leads back to a layer around it
            return
        seen.add(id(current))
        yield current
        inner = (getattr(current, name, None) for name in _INNER)
        current = next(filter(callable, inner), None)


def find_responsible(app: Flask, holds: Callable[[], object]) -> _Middleware | None:
    """Return the innermost middleware with which something holds; None where it does without."""
    own: _Middleware = type(app).wsgi_app.__get__(app)
    for layer in (None, *reversed(list(iter_middleware(app)))):
        with replace_item(vars(app), "wsgi_app", layer or own):
            if holds():
                return layer
    return None
