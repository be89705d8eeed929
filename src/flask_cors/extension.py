"""``CORS``: binds policies to an app, or to a blueprint."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from flask import Blueprint, Flask, has_app_context
from flask.blueprints import BlueprintSetupState

from .binding import Area
from .context import current_flask, unproxied
from .errors import Place
from .hooks import bind, put_in_front
from .policy.options import (
    DEFAULTS,
    EXTENSION_OPTIONS,
    Level,
    check_settled,
    config_level,
    resolve_resources,
    unset,
)
from .policy.policy import Policy
from .policy.resources import EVERY_PATH, PathPattern, ResourceMap, beyond_doubt
from .report import undecided
from .typing import ExposeHeaders, Headers, MaxAge, Methods, Origins, Resources, Switch

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .typing import ExtensionOptions, ExtraExtensionOptions


class CORS:
    """Cross-Origin Resource Sharing for an app or a blueprint.

    .. code-block:: python

        app = Flask(__name__)
        CORS(app, origins="https://app.example")

    An option that is not given is read from ``app.config["CORS_…"]``, then from the defaults.
    The protocol is that of https://fetch.spec.whatwg.org/#http-cors-protocol.

    :param app: a :class:`~flask.Flask`, a :class:`~flask.Blueprint`, or None, and
        :meth:`init_app` later. Default: ``None``.
    :param resources: which paths the options hold for: a pattern, a list of patterns, or a dict
        of patterns and the options of each. ``"/api/*"`` is ``/api`` and everything below it.
        Default: ``"/*"``, every path.
    :param origins: who may read the answers (``Access-Control-Allow-Origin``): ``"*"``, an
        origin, ``"https://*.example.com"``, ``"http://localhost:*"``, a regular expression that
        must match the whole origin, a callable ``origin -> bool``, or a list of these.
        Default: ``"*"``, anybody.
    :param methods: what a preflight may ask for (``Access-Control-Allow-Methods``).
        Default: ``None``, which is GET, HEAD, POST, OPTIONS, PUT, PATCH, DELETE.
    :param expose_headers: the response headers that scripts may read besides the safelisted ones
        (``Access-Control-Expose-Headers``). Default: ``None``.
    :param allow_headers: the request headers that a preflight may ask for
        (``Access-Control-Allow-Headers``): names, regular expressions, or ``"*"``.
        Default: ``"*"``, every header.
    :param supports_credentials: whether pages may read answers to requests with cookies
        (``Access-Control-Allow-Credentials``). Needs origins that not anyone can take.
        Default: ``False``.
    :param max_age: how many seconds a browser may remember a preflight
        (``Access-Control-Max-Age``): a number, a timedelta, ``-1`` for not at all.
        Default: ``None``, the browser's own five seconds.
    :param send_wildcard: answer ``*`` instead of the request's origin where every origin is
        allowed (``Access-Control-Allow-Origin``). Default: ``False``.
    :param vary_header: say where the answer depends on the request's origin, method or headers
        (``Vary``). Default: ``True``.
    :param allow_private_network: what to answer to
        ``Access-Control-Request-Private-Network`` (``Access-Control-Allow-Private-Network``).
        Default: ``False``.
    :param intercept_exceptions: whether the 500 of an unhandled exception carries the headers.
        Default: ``True``.
    :param always_send: whether a request without ``Origin`` is told what every page would be
        told (``Access-Control-Allow-Origin``). Default: ``True``.
    :param kwargs: ``automatic_options``, whether preflights are answered before the app's own
        ``before_request`` functions have their say. Default: ``True``. Anything else is a
        :class:`CORSWarning`.
    :raises CORSConfigError: naming every mistake in the options.

    .. versionchanged:: 7.0
        Origins match as a whole, ``"/api/*"`` does not cover ``/apikeys``, credentials need
        origins that not anyone can take, mistakes raise, and preflights come before
        ``before_request`` functions.
    """

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
        **kwargs: Unpack[ExtraExtensionOptions],
    ) -> None:
        options: dict[str, object] = {
            "resources": resources,
            "origins": origins,
            "methods": methods,
            "expose_headers": expose_headers,
            "allow_headers": allow_headers,
            "supports_credentials": supports_credentials,
            "max_age": max_age,
            "send_wildcard": send_wildcard,
            "vary_header": vary_header,
            "allow_private_network": allow_private_network,
            "intercept_exceptions": intercept_exceptions,
            "always_send": always_send,
            **kwargs,
        }
        self._given = Level("CORS(...)", Place.of_caller(), options, EXTENSION_OPTIONS)
        # By app and, of a blueprint, the area that the rules hold for.
        self._rules: WeakKeyDictionary[Flask, dict[Area | None, ResourceMap[Policy]]] = (
            WeakKeyDictionary()
        )
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask | Blueprint, **kwargs: Unpack[ExtensionOptions]) -> None:
        """Bind to ``app``; may be called for several apps. The ``CORS_*`` keys of ``app.config``
        are read now; a blueprint reads those of the app that it is registered on, when it is.

        :param app: a :class:`~flask.Flask` or a :class:`~flask.Blueprint`.
        :param kwargs: the options of :class:`CORS`, which come before those of the constructor.
        :raises CORSConfigError: naming every mistake in the options.

        .. versionchanged:: 7.0
            Later changes of ``app.config`` are not seen.
        """
        place = Place.of_caller()
        app = unproxied(app)
        levels = [Level("init_app(...)", place, dict(kwargs), EXTENSION_OPTIONS), self._given]
        if isinstance(app, Blueprint):
            check_settled(levels)
            app.record(lambda state: self._bind_blueprint(state, levels, place))
        else:
            levels += [config_level(app.config, place), DEFAULTS]
            rules = _rules(levels)
            binding = bind(app)
            binding.add_rules(rules, levels, place)
            put_in_front(binding)
            self._keep(app, None, rules)

    def _bind_blueprint(
        self, state: BlueprintSetupState, levels: list[Level], place: Place
    ) -> None:
        app = state.app
        assert isinstance(app, Flask)
        levels = [*levels, config_level(app.config, place), DEFAULTS]
        rules = _rules(levels)
        binding = bind(app)
        area = binding.add_blueprint_rules(state, rules, levels, place)
        put_in_front(binding)
        self._keep(app, area, rules)

    def _keep(self, app: Flask, area: Area | None, rules: list[tuple[PathPattern, Policy]]) -> None:
        areas = self._rules.setdefault(app, {})
        areas[area] = areas.get(area, ResourceMap[Policy]()).extended(rules)

    def allows(self, origin: str | None, *, path: str = "/", app: Flask | None = None) -> bool:
        """Whether ``origin`` may use ``path`` by the rules of this ``CORS``; for what browsers
        do not check themselves, a WebSocket's handshake:
        ``SocketIO(app, cors_allowed_origins=cors.allows)``. Decorators are not asked.

        :param origin: the handshake's ``Origin``; None is never allowed.
        :param path: the path whose policy is asked. Default: ``"/"``.
        :param app: the app whose rules are asked. Default: ``None``, the current app, else the
            only one bound.
        :returns: True where a response at ``path`` would allow ``origin``.
        :raises RuntimeError: where that is none, or not one that this ``CORS`` is bound to.

        .. versionadded:: 7.0
        """
        if app is None and has_app_context():
            app = current_flask()
        if app is None and len(self._rules) == 1:
            (app,) = self._rules
        app = unproxied(app)
        if app is None or app not in self._rules:
            raise RuntimeError(
                f"this CORS is bound to {len(self._rules)} apps, and not to {app!r}: "
                "write cors.allows(origin, app=app) with an app that it was initialised with"
            )
        policy = beyond_doubt(partial(self._policy_at, app), path)
        if policy is None or not isinstance(origin, str):
            return False
        decision = policy.decide(origin)
        if decision.failure is not None:
            undecided(decision.failure)
        return decision.allows_origin

    def _policy_at(self, app: Flask, path: str) -> Policy | None:
        """The policy of the blueprint that covers ``path``, the longest prefix first; of the app;
        of a blueprint without a prefix, whose views may be anywhere."""
        adapter = app.url_map.bind("")
        for area, rules in sorted(self._rules[app].items(), key=_closest_first):
            if area is None or not area.prefix or area.covers(path, adapter):
                policy = rules.match(path)
                if policy is not None:
                    return policy
        return None

    if not TYPE_CHECKING:  # pragma: no branch  # or type checkers take any attribute for one

        def __getattr__(self, name: str) -> object:
            message = f"CORS has no attribute {name!r}"
            if hasattr(Flask, name) or name in vars(Flask(__name__)):
                message += (
                    ", for it is no app and wraps none: "
                    "write CORS(app) instead of app = CORS(app), and go on using app"
                )
            raise AttributeError(message, name=name, obj=self)


def _closest_first(item: tuple[Area | None, object]) -> tuple[int, int]:
    area, _ = item
    if area is None:
        return 1, 0
    return (0, -area.depth) if area.prefix else (2, 0)


def _rules(levels: list[Level]) -> list[tuple[PathPattern, Policy]]:
    """The rules that the levels make."""
    rules = resolve_resources(levels)
    # Resources without options of their own share them, and so a policy.
    distinct = {id(options): options for _, options in rules}
    policies = {key: Policy(options) for key, options in distinct.items()}
    return [(pattern, policies[id(options)]) for pattern, options in rules]
