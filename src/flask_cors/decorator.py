"""``cross_origin``: binds a policy to one view."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

from flask import Flask, Request

from .diagnostics.source_location import SourceLocation
from .errors import CORSConfigError
from .policy.layers import Layer, LayerKind
from .policy.options import POLICY_OPTIONS, unset, without_annotations
from .policy.origin_parser import is_function, takes_one_argument
from .policy.resolution import check_settled
from .runtime.context import call_with_context, current_flask, request_or_none
from .runtime.decision import RETURNED, Returned
from .runtime.decorated_views import (
    OPTIONS,
    ViewOptions,
    find_bare_decorator,
    find_options,
    mark_decorated,
)
from .runtime.install import install, watch_contexts
from .runtime.registry import Registry
from .typing import ExposeHeaders, Headers, MaxAge, Methods, Origins, Switch

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .typing import NoOptions

View = TypeVar("View", bound=Callable[..., Any])


@without_annotations
def cross_origin(
    origins: Origins = unset("*"),
    methods: Methods = unset(None),
    expose_headers: ExposeHeaders = unset(None),
    allow_headers: Headers = unset("*"),
    supports_credentials: Switch = unset(False),
    max_age: MaxAge = unset(None),
    send_wildcard: Switch = unset(False),
    vary_header: Switch = unset(True),
    automatic_options: Switch = unset(True),
    allow_private_network: Switch = unset(False),
    always_send: Switch = unset(True),
    *,
    intercept_exceptions: Switch = unset(True),
    **kwargs: Unpack[NoOptions],
) -> Callable[[View], View]:
    """Add CORS support to one view.

    .. code-block:: python

        @app.get("/users")
        @cross_origin(origins="https://app.example")
        def users(): ...

        # The view of a blueprint, with credentials (cookies, HTTP authentication).
        @api.post("/login")
        @cross_origin(origins="https://app.example", supports_credentials=True)
        def login(): ...

        # Application factory: the origins come from the config of each app.
        @api.get("/books")
        @cross_origin()
        def books(): ...

        def create_app():
            app = Flask(__name__)
            app.config["CORS_ORIGINS"] = "https://app.example"
            app.register_blueprint(api)
            return app

    Write it below ``@app.route``, on a function, on an ``async def``, on a method of a
    :class:`~flask.views.MethodView`, or in the view's ``decorators``. If a view has several, the
    innermost applies. Its policy replaces that of the blueprint or the app, also where it refuses
    a request, and applies to everything the view does: return, abort or raise.

    A preflight from an allowed origin does not reach the view or any other function of the app.
    A decorated function that is called during a request and is not its view returns a Response;
    the policy applies to that Response alone.

    An option that is not passed is read from ``app.config``, such as ``CORS_MAX_AGE``; if it is
    not there either, its default applies. The arguments of ``CORS(app, …)`` do not apply.
    :class:`CORS` describes what each option accepts, the headers it sends and its errors.

    :param origins: the origins that may read responses. Default: ``"*"``, every origin.
    :param methods: the methods that a preflight may request. Default: ``None``, the usual seven.
    :param expose_headers: the response headers that scripts may read. Default: ``None``.
    :param allow_headers: the request headers that a preflight may request. Default: ``"*"``, every
        header.
    :param supports_credentials: whether scripts may send cookies and read the responses.
        Default: ``False``.
    :param max_age: the seconds for which a browser may cache the response to a preflight.
        Default: ``None``.
    :param send_wildcard: whether to send ``*`` if every origin is allowed. Default: ``False``.
    :param vary_header: whether to list in ``Vary`` the request headers that the response depends
        on. Default: ``True``.
    :param automatic_options: whether Flask-CORS responds to a preflight from an allowed origin
        before any function of the app runs, and whether Flask responds to any other OPTIONS request
        instead of the view. Default: ``True``.
    :param allow_private_network: whether to allow access to a private network. Default: ``False``.
    :param always_send: whether a response to a request without ``Origin`` gets the header, if its
        value is the same for every origin. Default: ``True``.
    :param intercept_exceptions: whether the response to an unhandled exception gets the headers.
        Default: ``True``.
    :param kwargs: accepts no option: any other name is ignored with a :class:`CORSWarning`.
    :returns: the decorator.
    :raises CORSConfigError: if the arguments are invalid, with all findings at once. What depends
        on ``app.config`` is checked at the first request of an app. An invalid view then refuses
        every origin, and is named by a :class:`CORSWarning` and by a log line at ERROR; its
        requests are still served.

    .. versionchanged:: 7.0
        The app's policy never allows what this one refused. ``app.config`` is read once per app.
        The view returns what the function returned, and no longer a Response.
    """
    location = SourceLocation.from_caller()
    arguments = {name: value for name, value in locals().items() if name in POLICY_OPTIONS}
    options: dict[str, object] = {**arguments, **kwargs}
    if is_function(origins):  # this may be the view below an @cross_origin without parentheses
        if not takes_one_argument(origins):
            raise CORSConfigError([find_bare_decorator(origins, location)])
        watch_contexts()
    given = Layer(LayerKind.DECORATOR, location, options, POLICY_OPTIONS)
    check_settled([given])
    view_options = ViewOptions(given, location)

    def decorate(*args: View, **kwargs: object) -> View:
        if kwargs or len(args) != 1 or not callable(args[0]):
            # Without parentheses, this function is registered, and called as the view.
            raise TypeError("@cross_origin needs parentheses: write @cross_origin()")
        (view,) = args
        watch_contexts()

        @wraps(view)
        def call(*args: Any, **kwargs: Any) -> Any:
            special = _find_special_call(own, call)
            if special is None:
                return view(*args, **kwargs)
            return special.options_response() or special.respond(view(*args, **kwargs))

        @wraps(view)
        async def call_async(*args: Any, **kwargs: Any) -> Any:
            special = _find_special_call(own, call_async)
            if special is None:
                return await view(*args, **kwargs)
            return special.options_response() or special.respond(await view(*args, **kwargs))

        # The innermost decorator applies.
        own = find_options(view) or ViewOptions(given, location, view_options)
        decorated: Any = call_async if iscoroutinefunction(view) else call
        setattr(decorated, OPTIONS, own)
        mark_decorated(view, view_options)
        if "automatic_options" not in given or given.read("automatic_options").value:
            # OPTIONS must reach the app even if Flask does not respond to it automatically.
            required = {*getattr(view, "required_methods", ()), "OPTIONS"}
            decorated.required_methods = required
        return cast(View, decorated)

    setattr(decorate, OPTIONS, view_options)  # read from method_decorators
    return decorate


def _find_special_call(options: ViewOptions, function: Callable[..., Any]) -> _Call | None:
    """Return the call of a decorated function if it is special: during an OPTIONS request, or of a
    function that is not the request's view. None for a plain call of the view, and outside of a
    request."""
    request = request_or_none()
    if request is None:
        return None
    app = current_flask()
    registry = install(app)
    resolver = registry.current or registry.resolver()
    view = resolver.view_at(request.endpoint, request.method)
    is_view = view is not None and view.options in (options, options.decorator)
    if is_view and request.method != "OPTIONS":
        return None
    return _Call(app, registry, request, options, function, is_view)


class _Call(NamedTuple):
    """A call of a decorated function during an OPTIONS request, or of one that is not the request's
    view."""

    app: Flask
    registry: Registry
    request: Request
    options: ViewOptions
    function: Callable[..., Any]
    is_view: bool

    def options_response(self) -> Any:
        """Return Flask's own response to OPTIONS if the policy has ``automatic_options``."""
        if self.request.method == "OPTIONS":
            resolver = self.registry.resolver()
            if resolver.view_policy(self.options, self.request.endpoint).automatic_options:
                return call_with_context(self.app.make_default_options_response)
        return None

    def respond(self, value: Any) -> Any:
        """Return ``value`` if the function is the view. Otherwise make it a Response, the only one
        that the function's policy applies to."""
        if self.is_view:
            return value
        response = self.app.make_response(value)
        returned = Returned(response, self.options, self.function)
        vars(self.request).setdefault(RETURNED, []).append(returned)
        self.registry.has_returned = True
        return response
