"""``CORS``: binds policies to an app or to a blueprint."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakSet

from flask import Blueprint, Flask, has_app_context
from flask.blueprints import BlueprintSetupState

from .diagnostics.format import format_value
from .diagnostics.source_location import SourceLocation
from .policy.layers import DEFAULTS, ConfigLayer, Layer, LayerKind
from .policy.options import EXTENSION_OPTIONS, unset, without_annotations
from .policy.path_patterns import EVERY_PATH, PathPattern
from .policy.policy import Policy
from .policy.resolution import check_settled, resolve_resources
from .runtime.context import current_flask, unwrap_proxy
from .runtime.install import install, registry_of
from .runtime.reporting import log_failure
from .typing import ExposeHeaders, Headers, MaxAge, Methods, Origins, Resources, Switch

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .typing import ExtensionOptions, NoOptions


class CORS:
    """Add CORS support to a Flask app or a blueprint.

    .. code-block:: python

        CORS(app, origins=["https://app.example", "https://*.app.example"])

        # Application factory: pass the options now, and bind each app later.
        cors = CORS(origins="https://app.example")

        def create_app():
            app = Flask(__name__)
            cors.init_app(app)
            return app

        # Blueprint: its own views, and the errors below its URL prefix.
        api = Blueprint("api", __name__, url_prefix="/api")
        CORS(api, origins="https://app.example")

        # Credentials (cookies, HTTP authentication): list the origins that you trust.
        CORS(app, origins="https://app.example", supports_credentials=True)

    An option that is not passed is read from ``app.config``, such as ``CORS_MAX_AGE``; if it is
    not there either, its default applies. Options of a resource override all others. The headers
    in parentheses are defined in https://fetch.spec.whatwg.org/#http-cors-protocol. Each option
    raises :class:`CORSConfigError` with the codes listed under "Errors".

    :param app: a :class:`~flask.Flask`, a :class:`~flask.Blueprint`, or None to call
        :meth:`init_app` later. Default: ``None``.
    :param resources: the paths that get CORS headers: a path, ``"/api/*"`` (``/api`` and everything
        below it), a regex, a list of these, or a dict that gives each of them options of its own.
        Default: ``"/*"``, every path. Errors: CORS112, CORS510, CORS704, CORS706.
    :param origins: the origins that may read responses (``Access-Control-Allow-Origin``): ``"*"``,
        an origin, ``"https://*.example.com"``, ``"http://localhost:*"``, a regex that must match
        the whole origin, a callable ``origin -> bool``, or a list of these.
        Default: ``"*"``, every origin. Errors: CORS112, CORS115 to CORS118, CORS205, CORS704 to
        CORS706.
    :param methods: the methods that a preflight may request (``Access-Control-Allow-Methods``):
        names or ``"*"``. Default: ``None``, which is GET, HEAD, POST, OPTIONS, PUT, PATCH, DELETE.
        Errors: CORS308, CORS706, CORS708.
    :param expose_headers: the response headers that scripts may read besides the safelisted ones
        (``Access-Control-Expose-Headers``): names or ``"*"``. Default: ``None``.
        Errors: CORS309, CORS706, CORS708.
    :param allow_headers: the request headers that a preflight may request
        (``Access-Control-Allow-Headers``): names, regexes that must match the whole name, or
        ``"*"``. Default: ``"*"``, every header. Errors: CORS112, CORS309, CORS704 to CORS706,
        CORS708.
    :param supports_credentials: whether scripts may send cookies and read the responses
        (``Access-Control-Allow-Credentials``). Requires an explicit list of trusted origins.
        Default: ``False``. Errors: CORS205, CORS707.
    :param max_age: the seconds for which a browser may cache the response to a preflight
        (``Access-Control-Max-Age``): a number, digits or a timedelta; ``-1`` turns the cache off.
        Default: ``None``, the browser's own five seconds. Errors: CORS404.
    :param send_wildcard: whether to send ``*`` instead of the request's origin if every origin is
        allowed (``Access-Control-Allow-Origin``). Default: ``False``. Errors: CORS707.
    :param vary_header: whether to list in ``Vary`` the request headers that the response depends
        on. Default: ``True``. Errors: CORS707.
    :param allow_private_network: whether to allow access to a private network, if the request has
        ``Access-Control-Request-Private-Network: true``
        (``Access-Control-Allow-Private-Network``). Default: ``False``. Errors: CORS707.
    :param intercept_exceptions: whether the response to an unhandled exception gets the headers.
        Default: ``True``. Errors: CORS707.
    :param always_send: whether a response to a request without ``Origin`` gets the header, if its
        value is the same for every origin (``Access-Control-Allow-Origin``). Default: ``True``.
        Errors: CORS707.
    :param automatic_options: whether Flask-CORS responds to a preflight from an allowed origin
        before any function of the app runs. Default: ``True``. Errors: CORS707.
    :param kwargs: accepts no option: any other name is ignored with a :class:`CORSWarning`.
    :raises CORSConfigError: if options are invalid, with all findings at once.
    :raises TypeError: if ``app`` is neither a Flask app nor a Blueprint.

    A copy (:mod:`copy`, :mod:`pickle`) keeps the options and is not bound to any app.

    .. versionchanged:: 7.0
        An origin must match as a whole, ``"/api/*"`` does not match ``/apikeys``, credentials
        require trusted origins, and invalid options raise. A preflight from an allowed origin
        reaches no ``before_request`` function, view, ``after_request`` or ``teardown_request``
        function of the app.
    """

    @without_annotations
    def __init__(
        self,
        app: Flask | Blueprint | None = None,
        resources: Resources = unset(EVERY_PATH),
        origins: Origins = unset("*"),
        methods: Methods = unset(None),
        expose_headers: ExposeHeaders = unset(None),
        allow_headers: Headers = unset("*"),
        supports_credentials: Switch = unset(False),
        max_age: MaxAge = unset(None),
        send_wildcard: Switch = unset(False),
        vary_header: Switch = unset(True),
        allow_private_network: Switch = unset(False),
        intercept_exceptions: Switch = unset(True),
        always_send: Switch = unset(True),
        *,
        automatic_options: Switch = unset(True),
        **kwargs: Unpack[NoOptions],
    ) -> None:
        arguments = {name: value for name, value in locals().items() if name in EXTENSION_OPTIONS}
        options: dict[str, object] = {**arguments, **kwargs}
        location = SourceLocation.from_caller()
        self._layer = Layer(LayerKind.CONSTRUCTOR, location, options, EXTENSION_OPTIONS)
        # Weak: a CORS does not keep an app alive. The app's registry holds what was bound to it.
        self._apps: WeakSet[Flask] = WeakSet()
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask | Blueprint, **kwargs: Unpack[ExtensionOptions]) -> None:
        """Bind to ``app``. One ``CORS`` can be bound to several apps.

        The ``CORS_*`` keys of ``app.config`` are read immediately; for a blueprint, when it is
        registered on an app.

        :param app: a :class:`~flask.Flask` or a :class:`~flask.Blueprint`.
        :param kwargs: the options of :class:`CORS`. They override those of the constructor.
        :raises CORSConfigError: if options are invalid, with all findings at once.
        :raises TypeError: if ``app`` is neither a Flask app nor a Blueprint.

        .. versionchanged:: 7.0
            Later changes of ``app.config`` have no effect.
        """
        location = SourceLocation.from_caller()
        app = _app_or_blueprint(app)
        layer = Layer(LayerKind.INIT_APP, location, dict(kwargs), EXTENSION_OPTIONS)
        layers = [layer, self._layer]
        if isinstance(app, Blueprint):
            check_settled(layers)
            app.record(lambda state: self._bind_blueprint(state, layers, location))
        else:
            layers += [ConfigLayer(app.config, location), DEFAULTS]
            resources = _make_policies(app, layers)
            install(app).add(self, resources, layers, location)
            self._apps.add(app)

    def _bind_blueprint(
        self, state: BlueprintSetupState, layers: list[Layer], location: SourceLocation
    ) -> None:
        app = state.app
        assert isinstance(app, Flask)
        layers = [*layers, ConfigLayer(app.config, location), DEFAULTS]
        resources = _make_policies(app, layers)
        install(app).add_blueprint(self, state, resources, layers, location)
        self._apps.add(app)

    def allows(self, origin: str | None, *, path: str = "/", app: Flask | None = None) -> bool:
        """Return whether the resources of this ``CORS`` allow an origin to read a path.

        Use it for WebSocket handshakes, which browsers do not check:
        ``SocketIO(app, cors_allowed_origins=cors.allows)``. Views with their own
        ``@cross_origin`` are not considered.

        :param origin: the ``Origin`` of the handshake; None is never allowed.
        :param path: the path. Default: ``"/"``.
        :param app: the app. Default: ``None``, the current app; outside of one, the only app that
            this ``CORS`` is bound to.
        :raises RuntimeError: if there is no such app, or this ``CORS`` is not bound to it.

        .. versionadded:: 7.0
        """
        if app is None and has_app_context():
            app = current_flask()
        apps = list(self._apps)
        if app is None and len(apps) == 1:
            app = apps[0]
        app = unwrap_proxy(app)
        if app is None or app not in apps:
            raise RuntimeError(
                f"this CORS is bound to {len(apps)} apps, and not to {app!r}: "
                "write cors.allows(origin, app=app) with an app that it was initialised with"
            )
        policy = registry_of(app).policy_at(self, path)
        if policy is None or not isinstance(origin, str):
            return False
        decision = policy.decide(origin)
        if decision.failure is not None:
            log_failure(decision.failure)
        return decision.allows_origin

    def __repr__(self) -> str:
        """Return the options that were passed to the constructor, and the names of the apps."""
        options = (f"{name}={format_value(raw)}" for name, raw in self._layer.raw.items())
        names = ", ".join(sorted(app.name for app in self._apps)) or "no app"
        return f"<CORS({', '.join(options)}) bound to {names}>"

    def __getstate__(self) -> dict[str, object]:
        """Leave out the apps: a copy is not bound to any of them."""
        return {name: value for name, value in vars(self).items() if name != "_apps"}

    def __setstate__(self, state: dict[str, object]) -> None:
        """Start without apps."""
        vars(self).update(state)
        self._apps = WeakSet()

    if not TYPE_CHECKING:  # pragma: no branch  # type checkers would accept any attribute

        def __getattr__(self, name: str) -> object:
            """Explain the mistake of using a ``CORS`` as if it were the app."""
            message = f"CORS has no attribute {name!r}"
            # copy and pickle look up names such as __deepcopy__.
            is_special = name.startswith("__") and name.endswith("__")
            if not is_special and (hasattr(Flask, name) or name in vars(Flask(__name__))):
                message += (
                    ": it is not an app and does not wrap one. "
                    "Write CORS(app) instead of app = CORS(app), and go on using app"
                )
            raise AttributeError(message, name=name, obj=self)


# The attributes in which other libraries keep their Flask app.
_APP_ATTRIBUTES = ("server", "app", "flask_app", "application")


def _app_or_blueprint(value: object) -> Flask | Blueprint:
    """Return ``value``, or the object behind it if it is a proxy.

    :raises TypeError: if it is neither a Flask app nor a Blueprint.
    """
    value = unwrap_proxy(value)
    if isinstance(value, (Flask, Blueprint)):
        return value
    message = f"CORS needs a Flask app or a Blueprint, not {_describe(value)}"
    for name in _APP_ATTRIBUTES:
        try:
            attribute = getattr(value, name, None)
        except Exception:  # raised by a property of another library
            continue
        if isinstance(attribute, (Flask, Blueprint)):
            message += f": pass its attribute .{name}, which is one"
            break
    raise TypeError(message)


def _describe(value: object) -> str:
    """Return what ``value`` is, for a message."""
    if value is None:
        return "None"
    cls = value if isinstance(value, type) else type(value)
    name = f"{cls.__module__}.{cls.__qualname__}".removeprefix("builtins.")
    if value is cls:
        return f"the class {name}"
    return f"the str {format_value(value)}" if name == "str" else f"an object of type {name}"


def _make_policies(app: Flask, layers: list[Layer]) -> list[tuple[PathPattern, Policy]]:
    """Return the resources that the layers configure, each with its policy."""
    resources = resolve_resources(layers)
    # Resources without options of their own share one Options, and so one policy.
    distinct = {id(options): options for _, options in resources}
    policies = {
        key: Policy(options, ensure_sync=app.ensure_sync) for key, options in distinct.items()
    }
    return [(pattern, policies[id(options)]) for pattern, options in resources]
