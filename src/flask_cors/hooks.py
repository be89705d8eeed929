"""Where this package is attached to an app, and how it answers preflights.

* One function in front of the app's ``before_request`` functions answers preflights.
* One behind its ``after_request`` functions puts the headers on the response.
* One at ``got_request_exception`` does so for an ``after_request`` function that raises, after
  which Flask comes to no other.
"""

from __future__ import annotations

import threading
from functools import partial
from typing import Any
from weakref import WeakSet

from flask import (
    Flask,
    Request,
    after_this_request,
    got_request_exception,
    has_request_context,
    request_started,
)
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response

from .binding import Binding
from .context import current_request
from .marks import marks, out_of_reach
from .report import dropped
from .responses import decide, finish_with_care, finisher, note_unhandled, requested_method

_EXTENSION = "cors"
_IS_OURS = "__flask_cors__"

# ---- attaching to an app -----------------------------------------------------------------------


def binding_of(app: Flask) -> Binding:
    """The binding of ``app``; an empty one, attached to nothing, where it has none yet."""
    binding: Binding = app.extensions.get(_EXTENSION) or Binding(app)
    return binding


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
    # Behind all others: Flask goes through its after_request functions backwards. No public
    # means of Flask puts it there.
    app.after_request_funcs.setdefault(None, []).insert(0, finisher(binding))
    got_request_exception.connect(_on_exception, sender=app)


def put_in_front(binding: Binding) -> None:
    """Have what needs it looked at before all ``before_request`` functions: preflights, where an
    extension is bound, and views whose options make no policy. Once an app."""

    # A plain function: Flask asks of each at each request whether it is async, and a bound method
    # takes longer to say so.
    def before_request() -> Response | None:
        request = current_request()
        if binding.has_broken_views:
            binding.raise_if_broken(request)
        return answer_preflight(binding, request) if request.method == "OPTIONS" else None

    functions = binding.app.before_request_funcs.setdefault(None, [])
    if not any(getattr(function, _IS_OURS, False) for function in functions):
        setattr(before_request, _IS_OURS, True)
        functions.insert(0, before_request)


def _on_exception(app: Flask, **_: Any) -> None:
    """An unhandled exception. Where an ``after_request`` function raised it, it will raise again
    on the error's response: be in front of it. (Not in front of an ``after_this_request`` function
    that raises: Flask has no public means to get there.)"""
    if not has_request_context():  # a job that reports its error
        return
    request = current_request()
    note_unhandled(request)
    after_this_request(partial(finish_with_care, app.extensions[_EXTENSION], request))


_met: WeakSet[Flask] = WeakSet()


def watch() -> None:
    """Bind each app that has decorated views before it answers its first request: a decorator
    outside may abort that one, and ``@cross_origin`` would never hear of the app."""
    request_started.connect(_on_request_started)


def _on_request_started(app: Flask, **_: Any) -> None:
    if _EXTENSION in app.extensions or app in _met:
        return
    if any(True for view in app.view_functions.values() for _ in marks(view)) or any(
        True for _ in out_of_reach(app)
    ):
        binding = bind(app)
        binding.get_ready()
        if binding.has_broken_views:
            put_in_front(binding)
    _met.add(app)  # last: who finds the app here finds it bound


# ---- preflights --------------------------------------------------------------------------------


def answer_preflight(binding: Binding, request: Request) -> Response | None:
    """Answer an allowed preflight, whatever the ``before_request`` functions say.

    :raises CORSConfigError: where the options of the view that is asked for make no policy.
    """
    if requested_method(request) is None or not binding.answers_preflights:
        return None
    if not _may_answer(request):
        return None
    policy, decision = decide(binding, request)
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
    if requested_method(request) is not None:
        _, decision = decide(binding, request)
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
    functions = app.before_request_funcs
    names = (None, *reversed(request.blueprints)) if len(functions) > 1 else (None,)
    for name in names:
        for function in functions.get(name, ()):
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
