"""The places where Flask calls this package, and how it is attached to an app.

* ``full_dispatch_request`` responds to a preflight from an allowed origin.
* ``do_teardown_request`` does nothing after such a preflight, and errors in
  ``do_teardown_appcontext`` are logged: the teardown functions expect that the app's other
  functions ran.
* An ``after_request`` function, the last to run, adds the headers.
* ``make_response`` notes the response that Flask made of what the view returned. It belongs to this
  request alone and need not be copied.
* ``handle_exception`` adds the headers to the response to an unhandled exception.

An app that only has decorated views is found when its first context is pushed, or when a function
is decorated in its context.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import wraps
from typing import Any
from weakref import WeakKeyDictionary

from flask import Flask, appcontext_pushed, has_app_context
from werkzeug.wrappers import Response

from .context import current_app_context, current_flask, current_request, request_or_none
from .decision import MADE, RESPONDED, UNHANDLED
from .decorated_views import is_bare_decorator, iter_unreached, iter_view_options
from .preflight import respond_to_preflight
from .registry import Registry
from .reporting import log_teardown_error
from .response import make_after_request

_EXTENSION = "cors"

_lock = threading.Lock()


def registry_of(app: Flask) -> Registry:
    """Return the registry of ``app``, or an empty one if this package is not attached to it."""
    registry: Registry = app.extensions.get(_EXTENSION) or Registry(app)
    return registry


def install(app: Flask) -> Registry:
    """Attach this package to ``app``, once, and return its registry."""
    registry: Registry | None = app.extensions.get(_EXTENSION)
    if registry is None:
        with _lock:  # the first requests of an app may arrive at the same time
            registry = app.extensions.get(_EXTENSION)
            if registry is None:
                registry = Registry(app)
                _attach(app, registry)
                app.extensions[_EXTENSION] = registry
    return registry


def _attach(app: Flask, registry: Registry) -> None:
    add_cors_headers = make_after_request(registry)
    # Flask calls after_request functions from the last to the first, and has no public way to
    # register one that runs last.
    app.after_request_funcs.setdefault(None, []).insert(0, add_cors_headers)
    _wrap_dispatch(app, registry, add_cors_headers)
    _wrap_teardown(app)
    _wrap_make_response(app)
    _wrap_handle_exception(app, add_cors_headers)


# Flask looks these methods up on the instance. Each wrapper passes all arguments on: since Flask
# 3.2 the app context is the first one.
_Method = Callable[..., Any]
_AfterRequest = Callable[[Response], Response]


def _wrap_dispatch(app: Flask, registry: Registry, add_cors_headers: _AfterRequest) -> None:
    dispatch: _Method = app.full_dispatch_request
    is_first = True

    @wraps(dispatch)
    def full_dispatch_request(*args: Any, **kwargs: Any) -> Any:
        nonlocal is_first
        request = current_request()
        if request.method == "OPTIONS":
            response = respond_to_preflight(registry, request)
            if response is not None:
                return response
        if is_first:  # a preflight that was responded to above does not count in Flask either
            is_first = False
            if not hasattr(app.handle_exception, _EXTENSION):  # Flask-RESTful has replaced it
                _wrap_handle_exception(app, add_cors_headers)
        return dispatch(*args, **kwargs)

    vars(app)["full_dispatch_request"] = full_dispatch_request


def _wrap_teardown(app: Flask) -> None:
    tear_down_request: _Method = app.do_teardown_request
    tear_down_context: _Method = app.do_teardown_appcontext

    @wraps(tear_down_request)
    def do_teardown_request(*args: Any, **kwargs: Any) -> None:
        request, context = request_or_none(), vars(current_app_context())
        if request is not None and RESPONDED in vars(request):
            context[RESPONDED] = True  # it is torn down next, or is around several requests
        else:
            context.pop(RESPONDED, None)
            tear_down_request(*args, **kwargs)

    @wraps(tear_down_context)
    def do_teardown_appcontext(*args: Any, **kwargs: Any) -> None:
        if not hasattr(current_app_context(), RESPONDED):
            tear_down_context(*args, **kwargs)
            return
        try:
            tear_down_context(*args, **kwargs)
        except Exception as error:
            log_teardown_error(error)

    vars(app)["do_teardown_request"] = do_teardown_request
    vars(app)["do_teardown_appcontext"] = do_teardown_appcontext


def _wrap_make_response(app: Flask) -> None:
    make: _Method = app.make_response

    @wraps(make)
    def make_response(rv: Any) -> Any:
        response = make(rv)
        if (request := request_or_none()) is not None:
            # The app may keep a Response that it returns, and a Headers object beside a body.
            if isinstance(rv, tuple):
                is_kept = any(each is response or each is response.headers for each in rv)
            else:
                is_kept = rv is response
            request.__dict__[MADE] = None if is_kept else response
        return response

    vars(app)["make_response"] = make_response


def _wrap_handle_exception(app: Flask, add_cors_headers: _AfterRequest) -> None:
    handle: _Method = app.handle_exception

    @wraps(handle)
    def handle_exception(*args: Any, **kwargs: Any) -> Any:
        request = request_or_none()
        if request is None:
            return handle(*args, **kwargs)
        notes = vars(request)
        notes[UNHANDLED] = None
        response = handle(*args, **kwargs)
        if not isinstance(response, Response):  # for example an HTTPException
            response = app.make_response(response)
        # Ours did not run if another after_request function raised, or if another library responds
        # to exceptions by itself.
        return response if notes[UNHANDLED] is response else add_cors_headers(response)

    setattr(handle_exception, _EXTENSION, True)
    vars(app)["handle_exception"] = handle_exception


# ---- decorated views ---------------------------------------------------------------------------

# The apps that were inspected, with the number of views that each had at that time.
_inspected: WeakKeyDictionary[Flask, int] = WeakKeyDictionary()


def watch_contexts() -> None:
    """Attach this package to each app with decorated views before its first request is dispatched.
    Called whenever a function is decorated, because it may replace a view."""
    _inspected.clear()
    appcontext_pushed.connect(_on_context_pushed)
    if has_app_context():  # if it stays pushed, Flask pushes no other one for a request
        install(current_flask())


def _on_context_pushed(app: Flask, **_: Any) -> None:
    if _EXTENSION in app.extensions or _inspected.get(app) == len(app.view_functions):
        return
    views = list(app.view_functions.values())
    is_decorated = any(is_bare_decorator(view) or any(iter_view_options(view)) for view in views)
    if is_decorated or any(iter_unreached(app)):
        install(app)
    _inspected[app] = len(views)
