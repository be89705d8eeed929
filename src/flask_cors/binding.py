"""The policies of one app, and which one a request gets.

An app has one :class:`Binding`. It holds what was bound: the rules of every ``CORS(app)``, those
of every ``CORS(bp)`` by the name the blueprint is registered under, and the policies of decorated
views by their endpoint.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from flask import Flask, Request
from flask.blueprints import BlueprintSetupState
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, MapAdapter, Rule

from .context import notes_of
from .doubts import AboveRoute, Doubt, Twice
from .errors import CORSConfigError, Place
from .marks import ViewOptions, marks, out_of_reach
from .policy.options import Level, resolve
from .policy.policy import Policy
from .policy.resources import MAX_PATH, PathPattern, ResourceMap, beyond_doubt

# What is noted about a request: the policy of the view that was remembered.
_VIEW = "view"

_NO_RULES: ResourceMap[Policy] = ResourceMap()


def _policy_of(levels: Sequence[Level]) -> Policy | CORSConfigError:
    try:
        return Policy(resolve(levels))
    except CORSConfigError as error:
        return error.with_traceback(None)


class _Met(NamedTuple):
    """What the options of a decorated view make in an app, and what it was made from."""

    policy: Policy | CORSConfigError
    levels: Sequence[Level]


class _BlueprintRules(NamedTuple):
    """The rules of one registration of a blueprint, and which paths it covers."""

    rules: ResourceMap[Policy]
    area: Area


class Call(NamedTuple):
    """One ``CORS(…)``, as it was bound.

    :ivar blueprint: the name that the blueprint is registered under; ``""`` for an app.
    :ivar levels: what its rules were made from.
    """

    blueprint: str
    levels: tuple[Level, ...]
    rules: tuple[tuple[PathPattern, Policy], ...]
    place: Place


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
        return here.test(path.replace("\n", " "))  # at which the converter would stop

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
        # Where each rule was bound, by the blueprint's name, "" for the app's, and its pattern.
        self.places: dict[tuple[str, PathPattern], Place] = {}
        # For `flask cors check`: each CORS(…), for in the rules a later one takes the place of an
        # earlier one; and what was warned of beside what was given.
        self.calls: list[Call] = []
        self.doubts: list[tuple[Doubt, Place]] = []
        # Whether an extension was bound: decorators alone leave preflights to Flask.
        self.answers_preflights = False
        self._met: dict[ViewOptions, _Met] = {}
        self.forget_views()
        self._lock = threading.Lock()
        # What `responses` and `report` have done for this app already.
        self.follows_session = False
        self.hinted: set[tuple[str, str]] = set()

    # ---- configuration ----

    def forget_views(self) -> None:
        """What :meth:`get_ready` is to find, as long as it is not known."""
        # Endpoint, then method; "" for all methods of an endpoint that are not named.
        self.views: dict[str, dict[str, Policy | CORSConfigError]] = {}
        self.has_broken_views = True  # there might be one
        # What settles the usual request, which is no preflight: whether no view or blueprint has
        # rules of its own; the policy, where there is one for every path too; those of views
        # by their endpoint, where neither path nor method matter.
        self._has_rules_alone = False
        self.of_all: Policy | None = None
        self._of_view: dict[str | None, Policy] = {}
        self._is_ready = False

    def add_rules(
        self, rules: list[tuple[PathPattern, Policy]], levels: Sequence[Level], place: Place
    ) -> None:
        """Bind the rules of a ``CORS(app)``; those of all of them form one map.

        :param levels: what they were made from.
        """
        self.rules = self._merged(self.rules, rules, place)
        self._note(Call("", tuple(levels), tuple(rules), place))

    def add_blueprint_rules(
        self,
        state: BlueprintSetupState,
        rules: list[tuple[PathPattern, Policy]],
        levels: Sequence[Level],
        place: Place,
    ) -> Area:
        """Bind the rules of a ``CORS(bp)`` to one registration of the blueprint; the area that
        they hold for."""
        name = f"{state.name_prefix}.{state.name}".lstrip(".")
        known = self.blueprints.get(name)
        merged = self._merged(known.rules if known else _NO_RULES, rules, place)
        area = Area(self.app, state.url_prefix or "", state.subdomain)
        self.blueprints[name] = _BlueprintRules(merged, area)
        self._note(Call(name, tuple(levels), tuple(rules), place))
        return area

    def _note(self, call: Call) -> None:
        """What follows from any ``CORS(…)``."""
        self.calls.append(call)
        self.places.update({(call.blueprint, pattern): call.place for pattern, _ in call.rules})
        self.answers_preflights = True
        self.forget_views()

    def _merged(
        self, known: ResourceMap[Policy], rules: list[tuple[PathPattern, Policy]], place: Place
    ) -> ResourceMap[Policy]:
        for doubt in _repeated(known, rules):
            self.warn(doubt, place)
        return known.extended(rules)

    def warn(self, doubt: Doubt, place: Place) -> None:
        """Say what is doubtful about what is bound, and keep it."""
        if (doubt, place) not in self.doubts:
            self.doubts.append((doubt, place))
            place.warn(doubt)

    def meet(self, options: ViewOptions) -> Policy | CORSConfigError:
        """The policy of a decorated view in this app, whose config is read when they first meet;
        the error where there is none."""
        with self._lock:
            met = self._met.get(options)
            if met is None:
                levels = options.levels(self.app)
                met = self._met[options] = _Met(_policy_of(levels), levels)
        return met.policy

    def met(self) -> list[tuple[ViewOptions, Policy | CORSConfigError]]:
        """The options of decorated views that came up so far, and what they make."""
        return [(options, met.policy) for options, met in self._met.items()]

    def given(self) -> list[Sequence[Level]]:
        """What each ``CORS(…)`` was made from, then each decorated view that came up so far."""
        return [*(call.levels for call in self.calls), *(met.levels for met in self._met.values())]

    def get_ready(self) -> None:
        """Find the decorated views, and the requests whose policy is known beforehand; Flask adds
        no view once it serves requests."""
        if self._is_ready:
            return
        for endpoint, options in out_of_reach(self.app):
            said = (
                f"@cross_origin does not reach the view {endpoint!r}, which @app.route registered"
            )
            self.warn(
                AboveRoute(said, "write @app.route(...) above @cross_origin(...)"), options.place
            )
        views: dict[str, dict[str, Policy | CORSConfigError]] = {}
        for endpoint, view in self.app.view_functions.items():
            for method, options in marks(view):
                views.setdefault(endpoint, {})[method] = self.meet(options)
        self.views = views
        policies = [policy for by_method in views.values() for policy in by_method.values()]
        self.has_broken_views = any(isinstance(policy, CORSConfigError) for policy in policies)
        self._has_rules_alone = not views and not self.blueprints
        self.of_all = self.rules.everywhere if self._has_rules_alone else None
        self._of_view = {
            endpoint: policy
            for endpoint in self.app.view_functions
            if isinstance(policy := self._settled(endpoint), Policy)
        }
        self._is_ready = True

    def _settled(self, endpoint: str) -> object:
        """What decides on a view whatever the path and the method, if anything does."""
        by_method = self.views.get(endpoint)
        if by_method is not None:
            return by_method.get("") if len(by_method) == 1 else None
        _, rules = next(self.rules_of(endpoint))
        return rules.everywhere

    # ---- which policy ----

    def usual_policy(self, request: Request) -> Policy | None:
        """The policy of ``request``, provided that it is no preflight and that nothing is noted
        about it; None where only :meth:`policy` can tell."""
        path = request.path
        if self._has_rules_alone:
            return self.rules.find(path)
        if "/." in path or len(path) > MAX_PATH:
            return None
        return self._of_view.get(request.endpoint)

    def policy(self, request: Request, asked: str | None) -> Policy | None:
        """The policy of the view, of its blueprint, or of the app; None where none speaks.

        :param asked: the method that a preflight asks for, None for any other request.
        :raises CORSConfigError: where the view's own options make no policy.
        """
        self.get_ready()
        remembered: Policy | CORSConfigError | None = notes_of(request).get(_VIEW)
        if self._has_rules_alone and remembered is None:
            return self.rules.find(request.path)
        method, endpoint = request.method, request.endpoint
        if asked is not None:
            # As Werkzeug reads the method of the request that is to follow.
            method = asked.upper()
            endpoint = self._route(request, method) or endpoint
        elif endpoint is None and request.routing_exception is None:
            endpoint = self._route(request, method)  # the session failed: Flask has not routed yet
        if self.views:
            own = self._own_policy(endpoint, method)
            if own is not None:
                return own
        if remembered is not None and endpoint == request.endpoint:
            return _sound(remembered)
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
        for name in self._blueprints_of(endpoint):
            yield self.blueprints[name]

    def _blueprints_of(self, endpoint: str) -> Iterator[str]:
        name = endpoint.rpartition(".")[0]
        while name:
            if name in self.blueprints:
                yield name
            name = name.rpartition(".")[0]

    def rules_of(self, endpoint: str) -> Iterator[tuple[str, ResourceMap[Policy]]]:
        """The rules that decide on a view without options of its own, in the order in which they
        are asked: by the name of the blueprint they were bound to, those of the app by ``""``."""
        for name in self._blueprints_of(endpoint):
            yield name, self.blueprints[name].rules
        yield "", self.rules

    def raise_if_broken(self, request: Request) -> None:
        """Raise where the options of the view that is to be called make no policy.

        :raises CORSConfigError: the one of the view.
        """
        self.get_ready()
        self._own_policy(request.endpoint, request.method)

    def leaves_options(self, request: Request) -> bool:
        """Whether the view that OPTIONS is routed to leaves OPTIONS to its ``@cross_origin``."""
        policy = self._own_policy(request.endpoint, "OPTIONS")
        return policy is not None and policy.automatic_options

    def knows(self, request: Request) -> bool:
        """Whether the view that ``request`` is routed to is known to be decorated, with options
        that make a policy whatever the method."""
        return request.endpoint in self.views and request.endpoint in self._of_view

    def remember(self, request: Request, options: ViewOptions) -> Policy:
        """Note that ``request`` reached a decorated view, for those that Flask does not know by
        their mark: an error handler, or a view inside a decorator that hides it.

        :raises CORSConfigError: where its options and the app's config make no policy.
        """
        policy = self.meet(options)
        notes_of(request).setdefault(_VIEW, policy)
        return _sound(policy)

    def _own_policy(self, endpoint: str | None, method: str) -> Policy | None:
        """The policy of a decorated view."""
        by_method = self.views.get(endpoint or "", {})
        own = by_method.get(method) or by_method.get("")
        return None if own is None else _sound(own)

    def _route(self, request: Request, method: str, path: str | None = None) -> str | None:
        """The endpoint that serves ``method`` at ``path``, by default the request's own."""
        adapter = self._adapter(request)
        if adapter is None:
            return None
        try:
            endpoint: str = adapter.match(path, method=method)[0]
        except Exception:  # an HTTPException, or whatever a converter raises
            return None
        return endpoint

    def _adapter(self, request: Request) -> MapAdapter | None:
        try:
            return self.app.create_url_adapter(request)
        except HTTPException:  # a host that is not trusted
            return None


def _sound(policy: Policy | CORSConfigError) -> Policy:
    """The policy of a decorated view.

    :raises CORSConfigError: where its options make none.
    """
    if isinstance(policy, CORSConfigError):
        # A new one: each raise of the same would add to its traceback, and keep the request alive.
        raise CORSConfigError(policy.mistakes)
    return policy


def _repeated(
    known: ResourceMap[Policy], rules: list[tuple[PathPattern, Policy]]
) -> Iterator[Twice]:
    seen = set(known.rules)
    for pattern, _ in rules:
        if pattern in seen:
            said = f"resources: {pattern.source!r} is configured twice, and the last one decides"
            yield Twice(said, "leave one of them out")
        seen.add(pattern)
