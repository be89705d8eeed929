"""How a decision reaches its response: where this package is attached to an app.

* One function in front of the app's ``before_request`` functions answers preflights.
* One at ``request_finished`` puts the headers on the response. That is the last word: an
  ``after_request`` function would come before the session, whose ``Vary: Cookie`` makes one line
  of all ``Vary`` lines, and keeps the first.
* One at ``got_request_exception`` does so for an ``after_request`` function that raises, after
  which ``request_finished`` is not sent.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar
from weakref import WeakSet

from flask import (
    Flask,
    Request,
    after_this_request,
    current_app,
    got_request_exception,
    has_request_context,
    request,
    request_finished,
    request_started,
)
from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response

from . import headers as h
from .binding import Binding, is_preflight, marks
from .errors import CORSConfigError
from .policy.policy import Decision
from .report import dropped

T = TypeVar("T")

_EXTENSION = "cors"
_IS_OURS = "__flask_cors__"
_UNHANDLED = "_cors_unhandled"
_FINISHED = "_cors_finished"

# ---- attaching to an app -----------------------------------------------------------------------


def bind(app: Flask) -> Binding:
    """The binding of ``app``, attached to it once."""
    binding: Binding | None = app.extensions.get(_EXTENSION)
    if binding is None:
        with _binding:  # the first requests of an app may come at once
            binding = app.extensions.get(_EXTENSION)
            if binding is None:
                binding = Binding(app)
                _attach(app, binding)
                app.extensions[_EXTENSION] = binding
    return binding


_binding = threading.Lock()


def _attach(app: Flask, binding: Binding) -> None:
    # A plain function: Flask asks of each at each request whether it is async, and a bound
    # method takes longer to say so.
    def before_request() -> Response | None:
        return answer_preflight(binding, current_request())

    setattr(before_request, _IS_OURS, True)
    # In front, whatever was registered before: no public means of Flask puts it there.
    app.before_request_funcs.setdefault(None, []).insert(0, before_request)
    request_finished.connect(_on_request_finished, sender=app)
    got_request_exception.connect(_on_exception, sender=app)


def _on_request_finished(app: Flask, response: Response, **_: Any) -> None:
    finish(app.extensions[_EXTENSION], current_request(), response)


def _on_exception(app: Flask, **_: Any) -> None:
    """An unhandled exception. Where an ``after_request`` function raised it, it will raise again
    on the error's response: be in front of it. (Not in front of an ``after_this_request`` function
    that raises: Flask has no public means to get there.)"""
    if not has_request_context():  # a job that reports its error
        return
    current = current_request()
    vars(current)[_UNHANDLED] = True

    @after_this_request
    def finish_error(response: Response) -> Response:
        finish(app.extensions[_EXTENSION], current, response)
        return response


_met: WeakSet[Flask] = WeakSet()


def watch() -> None:
    """Bind each app that has decorated views before it answers its first request: a decorator
    outside may abort that one, and ``@cross_origin`` would never hear of the app."""
    request_started.connect(_on_request_started)


def _on_request_started(app: Flask, **_: Any) -> None:
    if app in _met:
        return
    if any(True for view in app.view_functions.values() for _ in marks(view)):
        bind(app)
    _met.add(app)  # last: who finds the app here finds it bound


def current_binding() -> Binding:
    """The binding of the current app."""
    return bind(unproxied(current_app))


def current_request() -> Request:
    """The request itself: each look through Flask's proxy costs as much as a look-up."""
    return unproxied(request)


def unproxied(value: T) -> T:
    """What one of Flask's proxies stands for; anything else is itself."""
    get: Callable[[], T] | None = getattr(value, "_get_current_object", None)
    return value if get is None else get()


# ---- preflights --------------------------------------------------------------------------------


def answer_preflight(binding: Binding, request: Request) -> Response | None:
    """Answer an allowed preflight, whatever the ``before_request`` functions say.

    :raises CORSConfigError: where the options of the view make no policy.
    """
    binding.raise_if_broken(request)
    if not binding.answers_preflights or not is_preflight(request) or not _may_answer(request):
        return None
    policy, decision = binding.decide(request)
    if policy is None or decision is None or not decision.allows_origin:
        return None
    if not policy.automatic_options:
        return None
    app = binding.app
    _run_before_request(app, request)
    if _is_handled(request) and not binding.leaves_options(request):
        return app.make_response(app.dispatch_request())
    return app.response_class(status=200)


def options_response(binding: Binding, request: Request) -> Response:
    """The answer to OPTIONS in place of a view that handles it: without ``Allow`` to an allowed
    preflight, which strangers may send."""
    if is_preflight(request):
        _, decision = binding.decide(request)
        if decision is not None and decision.allows_origin:
            return binding.app.response_class(status=200)
    return binding.app.make_default_options_response()


def _may_answer(request: Request) -> bool:
    """Whether routing came to a view, or to an error that a preflight need not care about."""
    return request.routing_exception is None or isinstance(
        request.routing_exception, (NotFound, MethodNotAllowed, RequestRedirect)
    )


def _is_handled(request: Request) -> bool:
    """Whether OPTIONS is routed to a view that handles it, not to Flask's own answer."""
    rule = request.url_rule
    return rule is not None and not getattr(rule, "provide_automatic_options", False)


def _run_before_request(app: Flask, request: Request) -> None:
    """Run the other ``before_request`` functions as Flask would, and drop the answer. Browsers
    send preflights without credentials, so that a login check can only break the app; but
    ``after_request`` functions count on what these functions set."""
    for name in (None, *reversed(request.blueprints)):
        for function in app.before_request_funcs.get(name, ()):
            if getattr(function, _IS_OURS, False):
                continue
            try:
                answer = app.ensure_sync(function)()
            except HTTPException:  # abort(401)
                return
            except Exception as error:  # no answer but a fault, which is worth a look
                dropped(error)
                return
            if answer is not None:
                return


# ---- responses ---------------------------------------------------------------------------------


def finish(binding: Binding, request: Request, response: Response) -> None:
    """Put the headers of the request's policy on its response."""
    try:
        policy, decision = binding.decide(request)
    except CORSConfigError:  # raised to whoever sent the request already; nothing is opened
        return
    if policy is None or decision is None:
        return
    notes = vars(request)
    if notes.get(_FINISHED) is response:
        # An error's, finished in front of the session, which may have dropped our line of Vary.
        add_vary(decision, response)
    elif _UNHANDLED in notes and response.status_code == 500 and not policy.intercept_exceptions:
        return
    elif apply(decision, response):
        notes[_FINISHED] = response


# The headers of which a browser accepts no second line; the others are lists.
_SINGLE = frozenset(
    name.lower() for name in (h.ALLOW_CREDENTIALS, h.MAX_AGE, h.ALLOW_PRIVATE_NETWORK)
)


def apply(decision: Decision, response: Response) -> bool:
    """Add the headers of a decision to a response. One that has its own
    ``Access-Control-Allow-Origin`` is left alone, and the answer is False."""
    headers: Any = response.headers
    if not isinstance(headers, Headers):  # some libraries put a dict there
        headers = response.headers = Headers(headers)
    present = {name.lower() for name, _ in headers}
    if "access-control-allow-origin" in present:
        return False
    for name, value in decision.headers:
        if name.lower() not in present or name.lower() not in _SINGLE:
            headers.add(name, value)
    if "vary" in present:
        add_vary(decision, response)
    else:
        for line in decision.vary:
            headers.add("Vary", line)
    return True


def add_vary(decision: Decision, response: Response) -> None:
    """Add lines of ``Vary`` with the names of a decision that no line has yet."""
    headers = response.headers
    named = {name.strip().lower() for line in headers.getlist("Vary") for name in line.split(",")}
    if "*" in named:
        return
    for line in decision.vary:
        missing = [name for name in line.split(", ") if name.lower() not in named]
        if missing:
            headers.add("Vary", ", ".join(missing))
