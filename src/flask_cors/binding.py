"""The policies of one app: which one a request gets, and how a decision reaches its response.

An app has one :class:`Binding`, in ``app.extensions["cors"]``. It holds what was bound: the rules
of every ``CORS(app)``, those of every ``CORS(bp)`` by the name the blueprint is registered under,
and the policies of decorated views by their endpoint. Two functions attach it to Flask:

* one in front of the app's ``before_request`` functions answers preflights;
* one at ``request_finished`` puts the headers on the response. That is the last word: an
  ``after_request`` function would come before the session, whose ``Vary: Cookie`` makes one line
  of all ``Vary`` lines and keeps the first.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from weakref import WeakSet

from flask import (
    Flask,
    Request,
    after_this_request,
    current_app,
    got_request_exception,
    request,
    request_finished,
    request_started,
)
from flask.blueprints import BlueprintSetupState
from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import Map, MapAdapter, RequestRedirect, Rule
from werkzeug.wrappers import Response

from . import headers as h
from .errors import CORSConfigError, Place
from .policy.options import DEFAULTS, Level, config_level, resolve
from .policy.policy import Decision, Policy
from .policy.resources import PathPattern, ResourceMap, beyond_doubt
from .report import dropped, report

_EXTENSION = "cors"

# Where a request's WSGI environment keeps what is known about it.
_DECISION = "flask_cors.decision"
_VIEW = "flask_cors.view"
_UNHANDLED = "flask_cors.unhandled"

_ACRM = "HTTP_ACCESS_CONTROL_REQUEST_METHOD"
_ACRH = "HTTP_ACCESS_CONTROL_REQUEST_HEADERS"
_ACRPN = "HTTP_ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK"

# The attribute of a decorated view that holds its options. functools.wraps carries it on to the
# decorators outside.
MARK = "__cross_origin__"

_NO_RULES: ResourceMap[Policy] = ResourceMap()


class ViewOptions:
    """The options of one ``@cross_origin``, and the policy they make in each app."""

    def __init__(self, given: Level, place: Place) -> None:
        self.given = given
        self.place = place

    def resolve(self, app: Flask) -> Policy | CORSConfigError:
        """The policy in ``app``, whose config is read now."""
        try:
            return Policy(resolve([self.given, config_level(app.config, self.place), DEFAULTS]))
        except CORSConfigError as error:
            return error


class _BlueprintRules(NamedTuple):
    """The rules of one registration of a blueprint, and which paths it covers."""

    rules: ResourceMap[Policy]
    area: Area


class Area:
    """The paths below a blueprint's ``url_prefix``, converters and all, as the app's own URL map
    would tell. Without a prefix a blueprint covers its own views alone."""

    def __init__(self, app: Flask, prefix: str, subdomain: str | None) -> None:
        self.app = app
        self.prefix = prefix.strip("/")
        self.depth = self.prefix.count("/")
        self.subdomain = subdomain
        self._url_map: Map | None = None

    def covers(self, path: str, adapter: MapAdapter) -> bool:
        """Whether ``path`` lies in it, on the subdomain of ``adapter``."""
        if not self.prefix:
            return False
        if self._url_map is None:  # not earlier: an app may add converters until its first request
            self._url_map = self._map()
        here = self._url_map.bind(adapter.server_name, subdomain=adapter.subdomain)
        return here.test(path)

    def _map(self) -> Map:
        own = self.app.url_map
        rules = [f"/{self.prefix}", f"/{self.prefix}/", f"/{self.prefix}/<path:_flask_cors_rest>"]
        return Map(
            [Rule(rule, subdomain=self.subdomain) for rule in rules],
            default_subdomain=own.default_subdomain,
            converters=own.converters,
        )


class Binding:
    """What is bound to one app."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.rules = _NO_RULES
        self.blueprints: dict[str, _BlueprintRules] = {}
        # Whether an extension was bound: decorators alone leave preflights to Flask.
        self.answers_preflights = False
        # Endpoint, then method; "" for all methods of an endpoint that are not named.
        self.views: dict[str, dict[str, Policy | CORSConfigError]] = {}
        self._met: dict[ViewOptions, Policy | CORSConfigError] = {}
        self._is_ready = False
        self._lock = threading.Lock()
        self._hinted: set[tuple[str, str]] = set()

    # ---- configuration ----

    def add_rules(self, rules: list[tuple[PathPattern, Policy]], place: Place) -> None:
        """Bind the rules of a ``CORS(app)``; those of all of them form one map."""
        self.rules = _merged(self.rules, rules, place)
        self.answers_preflights = True

    def add_blueprint_rules(
        self, state: BlueprintSetupState, rules: list[tuple[PathPattern, Policy]], place: Place
    ) -> None:
        """Bind the rules of a ``CORS(bp)`` to one registration of the blueprint."""
        name = f"{state.name_prefix}.{state.name}".lstrip(".")
        known = self.blueprints.get(name)
        merged = _merged(known.rules if known else _NO_RULES, rules, place)
        area = Area(self.app, state.url_prefix or "", state.subdomain)
        self.blueprints[name] = _BlueprintRules(merged, area)
        self.answers_preflights = True

    def meet(self, options: ViewOptions) -> Policy | CORSConfigError:
        """The policy of a decorated view in this app, whose config is read when they first meet;
        the error where there is none."""
        with self._lock:
            policy = self._met.get(options)
            if policy is None:
                policy = self._met[options] = options.resolve(self.app)
        return policy

    def _get_ready(self) -> None:
        """Find the decorated views; Flask adds none once it serves requests."""
        views: dict[str, dict[str, Policy | CORSConfigError]] = {}
        for endpoint, view in self.app.view_functions.items():
            for method, options in marks(view):
                views.setdefault(endpoint, {})[method] = self.meet(options)
        self.views = views
        self._is_ready = True

    # ---- which policy ----

    def decide(self, request: Request) -> tuple[Policy | None, Decision | None]:
        """The policy of ``request`` and what it decides: None, None where no policy speaks.
        Worked out, and reported, once a request.

        :raises CORSConfigError: where the view's own options make no policy.
        """
        environ = request.environ
        known: tuple[Policy | None, Decision | None] | None = environ.get(_DECISION)
        if known is not None:
            return known
        environ[_DECISION] = None, None
        policy = self._policy(request)
        if policy is None:
            decision = None
        elif is_preflight(request):
            decision = policy.decide_preflight(
                environ["HTTP_ORIGIN"], environ[_ACRM], environ.get(_ACRH), environ.get(_ACRPN)
            )
        else:
            decision = policy.decide(environ.get("HTTP_ORIGIN"), environ.get(_ACRPN))
        environ[_DECISION] = policy, decision
        report(self.app, request, policy, decision, self._hinted)
        return policy, decision

    def _policy(self, request: Request) -> Policy | None:
        """The policy of the view, of its blueprint, or of the app."""
        if not self._is_ready:
            self._get_ready()
        method, endpoint = request.method, request.endpoint
        if is_preflight(request):
            # As Werkzeug reads the method of the request that is to follow.
            method = request.environ[_ACRM].upper()
            if self.views or self.blueprints:
                endpoint = self._route(request, method) or endpoint
        if self.views and endpoint in self.views:
            by_method = self.views[endpoint]
            own = by_method.get(method) or by_method.get("")
            if isinstance(own, CORSConfigError):
                raise own
            if own is not None:
                return own
        remembered: Policy | None = request.environ.get(_VIEW)
        if remembered is not None:
            return remembered
        if not self.blueprints:
            return self.rules.find(request.path)

        def by_path(path: str) -> Policy | None:
            serving = endpoint if path == request.path else self._route(request, method, path)
            for bound in self._blueprints(request, serving, path):
                policy = bound.rules.match(path)
                if policy is not None:
                    return policy
            return self.rules.match(path)

        return beyond_doubt(by_path, request.path)

    def _blueprints(
        self, request: Request, endpoint: str | None, path: str
    ) -> Iterator[_BlueprintRules]:
        """The bound blueprints of a view, from the inside out; where routing found no view, those
        that cover the path, the longest prefix first, of equal ones the first registered."""
        if endpoint is None:
            adapter = self._adapter(request)
            if adapter is not None:
                bounds = sorted(self.blueprints.values(), key=lambda bound: -bound.area.depth)
                yield from (bound for bound in bounds if bound.area.covers(path, adapter))
            return
        name = endpoint.rpartition(".")[0]
        while name:
            if name in self.blueprints:
                yield self.blueprints[name]
            name = name.rpartition(".")[0]

    def _route(self, request: Request, method: str, path: str | None = None) -> str | None:
        """The endpoint that serves ``method`` at ``path``, by default the request's own."""
        adapter = self._adapter(request)
        if adapter is None:
            return None
        try:
            endpoint: str = adapter.match(path, method=method)[0]
        except HTTPException:
            return None
        return endpoint

    def _adapter(self, request: Request) -> MapAdapter | None:
        try:
            return self.app.create_url_adapter(request)
        except HTTPException:  # a host that is not trusted
            return None

    # ---- the way to the response ----

    def answer_preflight(self) -> Response | None:
        """Answer an allowed preflight, whatever the ``before_request`` functions say."""
        current = current_request()
        if not self._is_ready:
            self._get_ready()
        if self.views:
            self._raise_broken(current)
        if current.method != "OPTIONS" or not self.answers_preflights:
            return None
        if not is_preflight(current) or not _may_answer(current):
            return None
        policy, decision = self.decide(current)
        if policy is None or decision is None or not decision.allows_origin:
            return None
        if not policy.automatic_options:
            return None
        if _serves_options(current) and not self._replaces_options(current):
            return None
        self._run_dropping_answers(current)
        return self.app.response_class()

    def _raise_broken(self, request: Request) -> None:
        """Raise where the view's own options make no policy, before the view is called."""
        by_method = self.views.get(request.endpoint or "", {})
        own = by_method.get(request.method) or by_method.get("")
        if isinstance(own, CORSConfigError):
            raise own

    def options_response(self) -> Response:
        """The answer to OPTIONS in place of a view that handles it: without ``Allow`` to an
        allowed preflight, which strangers may send."""
        current = current_request()
        if is_preflight(current):
            _, decision = self.decide(current)
            if decision is not None and decision.allows_origin:
                return self.app.response_class()
        return self.app.make_default_options_response()

    def _replaces_options(self, request: Request) -> bool:
        """Whether the view that OPTIONS is routed to leaves OPTIONS to its ``@cross_origin``."""
        by_method = self.views.get(request.endpoint or "", {})
        policy = by_method.get("OPTIONS") or by_method.get("")
        return isinstance(policy, Policy) and policy.automatic_options

    def _run_dropping_answers(self, request: Request) -> None:
        """Run the other ``before_request`` functions, as Flask would. Browsers send preflights
        without credentials, so that a login check can only break the app; but ``after_request``
        functions count on what these functions set."""
        functions = self.app.before_request_funcs
        for name in (None, *reversed(request.blueprints)):
            for function in functions.get(name, ()):
                if getattr(function, _IS_OURS, False):
                    continue
                try:
                    answer = self.app.ensure_sync(function)()
                except Exception as error:
                    dropped(error)
                    return
                if answer is not None:
                    dropped(None)
                    return

    def finish(self, response: Response) -> Response:
        """Put the headers of the request's policy on its response."""
        current = current_request()
        try:
            policy, decision = self.decide(current)
        except CORSConfigError:  # told to whoever sent the request; nothing is opened
            return response
        if policy is None or decision is None:
            return response
        if policy.intercept_exceptions or _UNHANDLED not in current.environ:
            apply(decision, response)
        return response


def _merged(
    known: ResourceMap[Policy], rules: list[tuple[PathPattern, Policy]], place: Place
) -> ResourceMap[Policy]:
    seen = set(known.rules)
    for pattern, _ in rules:
        if pattern in seen:
            place.warn(
                f"resources: {pattern.source!r} is configured twice, and the last one decides; "
                "leave one of them out"
            )
        seen.add(pattern)
    return ResourceMap([*known.rules.items(), *rules])


def is_preflight(request: Request) -> bool:
    """Whether this is a CORS-preflight request (Fetch 3.3.2)."""
    environ = request.environ
    return request.method == "OPTIONS" and "HTTP_ORIGIN" in environ and _ACRM in environ


def _may_answer(request: Request) -> bool:
    """Whether routing came to a view, or to an error that a preflight need not care about."""
    return request.routing_exception is None or isinstance(
        request.routing_exception, (NotFound, MethodNotAllowed, RequestRedirect)
    )


def _serves_options(request: Request) -> bool:
    """Whether OPTIONS is routed to a view that handles it, not to Flask's own answer."""
    rule = request.url_rule
    return rule is not None and not getattr(rule, "provide_automatic_options", False)


# The headers of which a browser accepts no second line; the others are lists.
_SINGLE = frozenset(
    name.lower() for name in (h.ALLOW_CREDENTIALS, h.MAX_AGE, h.ALLOW_PRIVATE_NETWORK)
)


def current_request() -> Request:
    """The request itself: each look through Flask's proxy costs as much as a look-up."""
    current: Request = request._get_current_object()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    return current


def apply(decision: Decision, response: Response) -> None:
    """Add the headers of a decision to a response; one that has its own
    ``Access-Control-Allow-Origin`` is left alone."""
    headers: Any = response.headers
    if not isinstance(headers, Headers):  # some libraries put a dict there
        headers = response.headers = Headers(headers)
    vary = ""
    present = []
    for name, value in headers:
        lowered = name.lower()
        if lowered == "vary":
            vary = f"{vary},{value}"
        elif lowered.startswith("access-control-"):
            if lowered == "access-control-allow-origin":
                return
            present.append(lowered)
    for name, value in decision.headers:
        if not present or name.lower() not in _SINGLE.intersection(present):
            headers.add(name, value)
    if vary:
        _add_missing_vary(headers, decision.vary, vary)
    else:
        for line in decision.vary:
            headers.add("Vary", line)


def _add_missing_vary(headers: Headers, lines: tuple[str, ...], present: str) -> None:
    named = {name.strip().lower() for name in present.split(",")}
    if "*" in named:
        return
    for line in lines:
        missing = [name for name in line.split(", ") if name.lower() not in named]
        if missing:
            headers.add("Vary", ", ".join(missing))


# ---- attaching to Flask ------------------------------------------------------------------------

_IS_OURS = "__flask_cors__"


def bind(app: Flask) -> Binding:
    """The binding of ``app``, attached to it once."""
    binding: Binding | None = app.extensions.get(_EXTENSION)
    if binding is None:
        binding = app.extensions[_EXTENSION] = Binding(app)
        _attach(app, binding)
    return binding


def _attach(app: Flask, binding: Binding) -> None:
    # A plain function: Flask asks of each at each request whether it is async, and a bound
    # method takes longer to say so.
    def answer_preflight() -> Response | None:
        return binding.answer_preflight()

    setattr(answer_preflight, _IS_OURS, True)
    # In front, whatever was registered before: no public means of Flask puts it there.
    app.before_request_funcs.setdefault(None, []).insert(0, answer_preflight)
    request_finished.connect(_finish, sender=app)
    got_request_exception.connect(_finish_error, sender=app)


def _finish(app: Flask, response: Response, **_: Any) -> None:
    app.extensions[_EXTENSION].finish(response)


def _finish_error(app: Flask, **_: Any) -> None:
    """An unhandled exception. Where an ``after_request`` function raised it, it will raise again
    on the error's response, and ``request_finished`` is not sent: be in front of it."""
    request.environ[_UNHANDLED] = True
    after_this_request(app.extensions[_EXTENSION].finish)


def marks(view: Callable[..., Any]) -> Iterator[tuple[str, ViewOptions]]:
    """The ``@cross_origin`` options of a view: of each decorated method of a class-based one,
    and under ``""`` of the view itself."""
    options = getattr(view, MARK, None)
    if options is not None:
        yield "", options
    view_class = getattr(view, "view_class", None)
    if view_class is None:
        return
    for method in view_class.methods or ():
        options = getattr(getattr(view_class, method.lower(), None), MARK, None)
        if options is not None:
            yield method, options
            if method == "GET" and not hasattr(view_class, "head"):
                yield "HEAD", options  # as MethodView dispatches it


def remember(options: ViewOptions) -> tuple[Binding, Policy]:
    """Note that the current request reached a decorated view, for those that Flask does not know
    by their mark: an error handler, or a view inside a decorator that hides it.

    :raises CORSConfigError: where its options and the app's config make no policy.
    """
    binding = bind(current_app._get_current_object())  # type: ignore[attr-defined]
    policy = binding.meet(options)
    if isinstance(policy, CORSConfigError):
        raise policy
    request.environ.setdefault(_VIEW, policy)
    return binding, policy


_met_apps: WeakSet[Flask] = WeakSet()


def watch() -> None:
    """Bind each app that has decorated views before it answers its first request. A decorator
    outside may abort that request, and ``@cross_origin`` would never hear of the app."""
    request_started.connect(_bind_if_decorated)


def _bind_if_decorated(app: Flask, **_: Any) -> None:
    if app in _met_apps:
        return
    _met_apps.add(app)
    if any(True for view in app.view_functions.values() for _ in marks(view)):
        bind(app)
