"""``cross_origin``: binds a policy to one view."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, TypeVar, cast

from .context import current_flask, current_request
from .errors import Place
from .hooks import bind, options_response, watch
from .marks import MARK, ViewOptions, mark_below
from .policy.options import POLICY_OPTIONS, Level, check_settled, unset
from .typing import ExposeHeaders, Headers, MaxAge, Methods, Origins, Switch

if TYPE_CHECKING:
    from typing_extensions import Unpack
    from werkzeug.wrappers import Response

    from .typing import ExtraViewOptions

View = TypeVar("View", bound=Callable[..., Any])


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
    **kwargs: Unpack[ExtraViewOptions],
) -> Callable[[View], View]:
    """Cross-Origin Resource Sharing for one view.

    .. code-block:: python

        @app.get("/users")
        @cross_origin(origins="https://app.example")
        def users(): ...

    The view's policy comes before that of its blueprint or app, refusals included, and holds
    whatever the view does: return, abort, raise. Works on functions, ``async def``, in the
    ``decorators`` of a :class:`~flask.views.MethodView`, and on its single methods. Of several
    on one view the innermost decides.

    The options are those of :class:`CORS`, without ``resources``. What is not given is read from
    ``app.config["CORS_…"]``, then from the defaults; the arguments of ``CORS(app, …)`` are not.
    The protocol is that of https://fetch.spec.whatwg.org/#http-cors-protocol.

    :param origins: who may read the answers. Default: ``"*"``, anybody.
    :param methods: what a preflight may ask for. Default: ``None``, the usual seven.
    :param expose_headers: the response headers that scripts may read. Default: ``None``.
    :param allow_headers: the request headers that a preflight may ask for. Default: ``"*"``,
        every header.
    :param supports_credentials: whether pages may read answers to requests with cookies.
        Default: ``False``.
    :param max_age: how many seconds a browser may remember a preflight. Default: ``None``.
    :param send_wildcard: answer ``*`` where every origin is allowed. Default: ``False``.
    :param vary_header: say in ``Vary`` what the answer depends on. Default: ``True``.
    :param automatic_options: answer OPTIONS in place of a view that handles it itself.
        Default: ``True``.
    :param allow_private_network: what to answer to
        ``Access-Control-Request-Private-Network``. Default: ``False``.
    :param always_send: whether a request without ``Origin`` is told what every page would be
        told. Default: ``True``.
    :param kwargs: ``intercept_exceptions``, whether the 500 of an unhandled exception carries
        the headers. Default: ``True``. Anything else is a :class:`CORSWarning`.
    :returns: the decorator.
    :raises CORSConfigError: naming every mistake that the arguments settle; the rest is found
        when the first request of an app comes, and is then raised by each request to the view.

    .. versionchanged:: 7.0
        Refuses on its own: the app's policy never allows what this one refused. ``app.config``
        is read once, when an app is first met.
    """
    place = Place.of_caller()
    options: dict[str, object] = {
        "origins": origins,
        "methods": methods,
        "expose_headers": expose_headers,
        "allow_headers": allow_headers,
        "supports_credentials": supports_credentials,
        "max_age": max_age,
        "send_wildcard": send_wildcard,
        "vary_header": vary_header,
        "automatic_options": automatic_options,
        "allow_private_network": allow_private_network,
        "always_send": always_send,
        **kwargs,
    }
    given = Level("cross_origin(...)", place, options, POLICY_OPTIONS)
    check_settled([given])
    view_options = ViewOptions(given, place)

    def decorate(view: View) -> View:
        watch()

        @wraps(view)
        def call(*args: Any, **kwargs: Any) -> Any:
            answer = _options_response(view_options)
            return view(*args, **kwargs) if answer is None else answer

        @wraps(view)
        async def call_async(*args: Any, **kwargs: Any) -> Any:
            answer = _options_response(view_options)
            return await view(*args, **kwargs) if answer is None else answer

        decorated: Any = call_async if iscoroutinefunction(view) else call
        # wraps() has copied the mark of a decorator further in, and that one decides.
        decorated.__dict__.setdefault(MARK, view_options)
        mark_below(view, view_options)
        if "automatic_options" not in given or given.setting("automatic_options").value:
            # OPTIONS is to reach the app even where Flask is told not to answer it.
            required = {*getattr(view, "required_methods", ()), "OPTIONS"}
            decorated.required_methods = required
        return cast(View, decorated)

    return decorate


def _options_response(options: ViewOptions) -> Response | None:
    """The answer in place of the view, where it is asked for OPTIONS and left that to us."""
    binding, request = bind(current_flask()), current_request()
    if request.method != "OPTIONS" and binding.knows(request):
        return None
    policy = binding.remember(request, options)
    if request.method == "OPTIONS" and policy.automatic_options:
        return options_response(binding, request)
    return None
