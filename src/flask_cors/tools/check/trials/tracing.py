"""What an app did with a request of ours, and which of its functions: who answered before the view,
and who set which CORS headers."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

from flask import Flask, request_finished

from ....browser import Request, Response
from ...arguments import CannotTell
from .functions import Function, owner_of
from .server import server

# The CORS headers of a response, by their names.
Headers = Mapping[str, str]


def cors_headers(headers: Iterable[tuple[str, str]]) -> Headers:
    """The CORS headers among the headers of a response."""
    return {name: value for name, value in headers if name.lower().startswith("access-control-")}


@dataclass
class Trace:
    """What was seen.

    :ivar response: None where the app cannot be asked, or raised what it does not handle.
    :ivar answered: the functions that came before the view and answered, or raised, each with what
        it is to Flask. Where preflights are answered first, what they say is dropped.
    :ivar set_by: functions that set CORS headers, and these.
    :ivar view_set: those of the one view that was really called; None where it did not come to it.
    :ivar of_flask: those on Flask's own response; None where Flask was not asked.
    """

    response: Response | None = None
    answered: list[tuple[Function, str]] = field(default_factory=list)
    set_by: list[tuple[Function, Headers]] = field(default_factory=list)
    view_set: Headers | None = None
    of_flask: Headers | None = None


class Send(Protocol):
    def __call__(self, request: Request, endpoint: str | None = None) -> Trace: ...


@contextmanager
def traced(app: Flask) -> Generator[Send]:
    """Ask the app, whose views do nothing, but for the one whose endpoint is named."""
    real = app.view_functions
    trace = Trace()

    def on_finished(_: Flask, response: Any, **__: Any) -> None:
        trace.of_flask = cors_headers(response.headers)

    with (
        server(app) as transport,
        _watched(app, lambda: trace),
        request_finished.connected_to(on_finished, app),
    ):

        def send(request: Request, endpoint: str | None = None) -> Trace:
            nonlocal trace
            trace = Trace()
            view = None if endpoint is None else real[endpoint]
            with suppress(CannotTell), _called(app, endpoint, view, trace):
                response = transport(request)
                if transport.handled[request].error is None:  # or it may miss what it has elsewhere
                    trace.response = response
            return trace

        yield send


@contextmanager
def _called(
    app: Flask, endpoint: str | None, view: Function | None, trace: Trace
) -> Generator[None]:
    """Have one view be called again."""
    if endpoint is None or view is None:
        yield
        return

    def call(*args: Any, **kwargs: Any) -> Any:
        response = app.make_response(app.ensure_sync(view)(*args, **kwargs))
        trace.view_set = cors_headers(response.headers)
        return response

    call.__dict__.update(getattr(view, "__dict__", {}))  # the mark of @cross_origin
    replaced = app.view_functions[endpoint]
    app.view_functions[endpoint] = call
    try:
        yield
    finally:
        app.view_functions[endpoint] = replaced


@contextmanager
def _watched(app: Flask, current: Callable[[], Trace]) -> Generator[None]:
    """Have each function that Flask calls around a view noted, ours excepted."""

    def watch(kind: str, function: Function) -> Function:
        if owner_of(function, app) == "flask_cors":
            return function
        return _Watched(function, _WATCHES[kind](app, function, current))

    # In place: the first request of an app has this package attach to these very lists.
    lists = [(kind, of_scope) for kind in _WATCHES for of_scope in getattr(app, kind).values()]
    for kind, of_scope in lists:
        of_scope[:] = [watch(kind, function) for function in of_scope]
    try:
        yield
    finally:
        for _, of_scope in lists:
            of_scope[:] = [
                each.function if isinstance(each, _Watched) else each for each in of_scope
            ]


class _Watched:
    """Stands in for a function. It is equal to it, for some take themselves out of Flask's list
    when they have run once."""

    def __init__(self, function: Function, call: Function) -> None:
        self.function = function
        self._call = call

    def __call__(self, *args: Any) -> Any:
        return self._call(*args)

    def __eq__(self, other: object) -> bool:
        return other is self or other == self.function

    def __hash__(self) -> int:
        return hash(self.function)


def _preprocessor(_: Flask, function: Function, current: Callable[[], Trace]) -> Function:
    def watched(endpoint: str | None, values: dict[str, Any] | None) -> None:
        try:
            function(endpoint, values)
        except Exception:
            current().answered.append((function, "url_value_preprocessor"))
            raise

    return watched


def _before(app: Flask, function: Function, current: Callable[[], Trace]) -> Function:
    def watched() -> Any:
        try:
            answer = app.ensure_sync(function)()
        except Exception:
            current().answered.append((function, "before_request"))
            raise
        if answer is not None:
            current().answered.append((function, "before_request"))
            answer = app.make_response(answer)
            _note(current(), function, {}, answer)
        return answer

    return watched


def _after(app: Flask, function: Function, current: Callable[[], Trace]) -> Function:
    def watched(response: Any) -> Any:
        before = cors_headers(response.headers)
        response = app.ensure_sync(function)(response)
        _note(current(), function, before, response)
        return response

    return watched


def _note(trace: Trace, function: Function, before: Headers, response: Any) -> None:
    after = cors_headers(response.headers)
    new = {name: value for name, value in after.items() if before.get(name) != value}
    if new:
        trace.set_by.append((function, new))


_WATCHES: dict[str, Callable[[Flask, Function, Callable[[], Trace]], Function]] = {
    "url_value_preprocessors": _preprocessor,
    "before_request_funcs": _before,
    "after_request_funcs": _after,
}
