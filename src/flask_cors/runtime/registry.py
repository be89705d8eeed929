"""What was bound to one app: the resources of each ``CORS(app)`` and ``CORS(bp)``, and the options
of decorated views. The registry may change until the app's first request. Requests use the
resolver, which is made from it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary, ref

from flask import Flask
from flask.blueprints import BlueprintSetupState

from ..diagnostics.finding import Finding
from ..diagnostics.rules import (
    DecoratorAboveRoute,
    DuplicateResource,
    HiddenDecorator,
    InvalidViewOptions,
)
from ..diagnostics.source_location import SourceLocation
from ..errors import CORSConfigError, CORSWarning
from ..policy.layers import Layer
from ..policy.path_patterns import PathPattern
from ..policy.path_spellings import look_up_unambiguous
from ..policy.policy import DecisionReason, Policy, refuse_all
from ..policy.resolution import resolve_view
from ..policy.resources import ResourceMap
from .blueprint_scope import BlueprintScope, BoundBlueprint
from .decorated_views import (
    OPTIONS,
    ViewOptions,
    find_bare_decorator,
    hides,
    is_bare_decorator,
    iter_unreached,
)
from .reporting import log_view_error
from .resolver import Resolver

_NO_RESOURCES: ResourceMap[Policy] = ResourceMap()


class BoundExtension(NamedTuple):
    """One ``CORS(…)`` that was bound.

    :ivar extension: a reference to the ``CORS``, which may be deleted before the app.
    :ivar blueprint: the name that the blueprint is registered under; ``""`` for an app.
    :ivar scope: the URLs that the blueprint covers; None for an app.
    :ivar layers: the layers that its options come from.
    """

    extension: ref[object]
    blueprint: str
    scope: BlueprintScope | None
    layers: tuple[Layer, ...]
    resources: tuple[tuple[PathPattern, Policy], ...]
    location: SourceLocation


class _ReadOptions(NamedTuple):
    """The policy of a decorated view in an app, or its error, and the layers it comes from."""

    policy: Policy | CORSConfigError
    layers: Sequence[Layer]


_Scoped = tuple[BlueprintScope | None, ResourceMap[Policy]]


class Registry:
    """What was bound to one app.

    :ivar resources: the resources of all ``CORS(app)``, in one map.
    :ivar blueprints: the bound blueprints, by the name that each is registered under.
    :ivar locations: where each resource was bound, by the name of the blueprint (``""`` for the
        app) and the pattern.
    :ivar bound: each ``CORS(…)``, also if a later one has replaced its resources.
    :ivar findings: the warnings that do not belong to a layer.
    :ivar has_returned: whether a decorated function was called that is not the request's view.
    :ivar hinted: the refusals for which debug mode has logged a hint.
    """

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.resources = _NO_RESOURCES
        self.blueprints: dict[str, BoundBlueprint] = {}
        self.locations: dict[tuple[str, PathPattern], SourceLocation] = {}
        self.bound: list[BoundExtension] = []
        self.findings: list[Finding] = []
        self.hinted: set[tuple[str, str]] = set()
        # Weak: the options of a decorator that is applied during a request end with it.
        self._views: WeakKeyDictionary[ViewOptions, _ReadOptions] = WeakKeyDictionary()
        self._maps_by_extension: WeakKeyDictionary[object, list[_Scoped]] = WeakKeyDictionary()
        self._lock = threading.Lock()  # the first requests of an app may arrive at the same time
        self.current: Resolver | None = None
        self.has_returned = False

    # ---- configuration ----

    def add(
        self,
        extension: object,
        resources: list[tuple[PathPattern, Policy]],
        layers: Sequence[Layer],
        location: SourceLocation,
    ) -> None:
        """Bind the resources of a ``CORS(app)``.

        :param layers: the layers that their options come from.
        """
        self.resources = self._extend(self.resources, resources, location)
        self._record(
            BoundExtension(ref(extension), "", None, tuple(layers), tuple(resources), location)
        )

    def add_blueprint(
        self,
        extension: object,
        state: BlueprintSetupState,
        resources: list[tuple[PathPattern, Policy]],
        layers: Sequence[Layer],
        location: SourceLocation,
    ) -> None:
        """Bind the resources of a ``CORS(bp)`` to one registration of the blueprint."""
        name = f"{state.name_prefix}.{state.name}".lstrip(".")
        known = self.blueprints.get(name)
        extended = self._extend(known.resources if known else _NO_RESOURCES, resources, location)
        scope = BlueprintScope(state)
        self.blueprints[name] = BoundBlueprint(extended, scope)
        self._record(
            BoundExtension(ref(extension), name, scope, tuple(layers), tuple(resources), location)
        )

    def _record(self, bound: BoundExtension) -> None:
        self.bound.append(bound)
        for pattern, _ in bound.resources:
            self.locations[bound.blueprint, pattern] = bound.location
        self._maps_by_extension.clear()
        self.drop_resolver()

    def _extend(
        self,
        known: ResourceMap[Policy],
        resources: list[tuple[PathPattern, Policy]],
        location: SourceLocation,
    ) -> ResourceMap[Policy]:
        for finding in _find_duplicates(known, resources):
            self.warn(finding, location)
        return known.extended(resources)

    def warn(self, finding: Finding, location: SourceLocation) -> bool:
        """Warn of a finding, once per location, and keep it for ``flask cors check``. Return
        whether it is new."""
        if any(finding == known and location == known.location for known in self.findings):
            return False
        self.findings.append(finding.at(location))
        location.warn(finding, CORSWarning)
        return True

    def _warn_in_request(self, finding: Finding, location: SourceLocation) -> bool:
        """Warn of a finding during a request, which must not fail even if warnings are errors."""
        try:
            return self.warn(finding, location)
        except CORSWarning:
            return True

    # ---- decorated views ----

    def read_view_options(self, options: ViewOptions) -> Policy | CORSConfigError:
        """Return the policy of a decorated view in this app, or the error if its options are
        invalid. The app's config is read the first time."""
        with self._lock:
            read = self._views.get(options)
            if read is None:
                layers = options.layers(self.app)
                read = self._views[options] = _ReadOptions(self._make_view_policy(layers), layers)
        return read.policy

    def _make_view_policy(self, layers: Sequence[Layer]) -> Policy | CORSConfigError:
        try:
            return Policy(resolve_view(layers), ensure_sync=self.app.ensure_sync)
        except CORSConfigError as error:
            return error.with_traceback(None)

    def view_policy(self, options: ViewOptions, endpoint: str | None) -> Policy:
        """Return the policy of a decorated view. If its options are invalid, warn of that once, and
        return a policy that refuses every origin."""
        policy = self.read_view_options(options)
        if isinstance(policy, Policy):
            return policy
        why = "; ".join(finding.message for finding in policy.findings)
        message = (
            f"the CORS options of the view {endpoint!r} are invalid, it refuses every origin: {why}"
        )
        first = policy.findings[0]
        invalid = InvalidViewOptions(
            message, first.hint, option=first.option, value=first.value, location=options.location
        )
        if self._warn_in_request(invalid, options.location):
            log_view_error(f"{invalid} (configured at {options.location})")
        return refuse_all(DecisionReason.CONFIG_ERROR)

    def warn_of_hidden_view(
        self, endpoint: str | None, function: Callable[..., Any], options: ViewOptions
    ) -> None:
        """Warn if a decorator of the view hides its ``@cross_origin``. A decorated function that
        the view calls by its name is a helper, and is not reported."""
        view = self.app.view_functions.get(endpoint or "")
        if view is not None and hides(view, function):
            message = f"a decorator of the view {endpoint!r} hides its @cross_origin"
            hidden = HiddenDecorator(message, "write @functools.wraps(view) in it")
            self._warn_in_request(hidden, options.location)

    def warn_of_unreached_views(self) -> None:
        """Warn of each ``@cross_origin`` above an ``@app.route``, which registered the undecorated
        view."""
        for endpoint, options in iter_unreached(self.app):
            message = (
                f"@cross_origin does not reach the view {endpoint!r}, which @app.route registered"
            )
            hint = "write @app.route(...) above @cross_origin(...)"
            self._warn_in_request(DecoratorAboveRoute(message, hint), options.location)

    def warn_of_bare_decorators(self) -> None:
        """Warn of each view under a ``@cross_origin`` without parentheses."""
        for view in self.app.view_functions.values():
            if is_bare_decorator(view):
                options: ViewOptions = getattr(view, OPTIONS)
                finding = find_bare_decorator(options.layer.raw.get("origins"), options.location)
                self._warn_in_request(finding, options.location)

    def known_view_options(self) -> list[tuple[ViewOptions, Policy | CORSConfigError]]:
        """Return the options of the decorated views that were read so far, and their policies."""
        return [(options, read.policy) for options, read in list(self._views.items())]

    def all_layers(self) -> list[Sequence[Layer]]:
        """Return the layers of each ``CORS(…)``, then of each decorated view read so far."""
        views = (read.layers for read in list(self._views.values()))
        return [*(bound.layers for bound in self.bound), *views]

    def _make_maps(self, extension: object) -> list[_Scoped]:
        resources: dict[BlueprintScope | None, list[tuple[PathPattern, Policy]]] = {}
        for bound in self.bound:
            if bound.extension() is extension:
                resources.setdefault(bound.scope, []).extend(bound.resources)
        scopes = sorted(resources, key=_precedence)
        return [(scope, ResourceMap(resources[scope])) for scope in scopes]

    # ---- requests ----

    def policy_at(self, extension: object, path: str) -> Policy | None:
        """Return the policy that one ``CORS`` gives a path.

        The blueprints that cover the path come first, those with the longest prefix before others;
        then the app; then blueprints without a prefix, whose views may have any path.
        """
        adapter = self.app.url_map.bind("")
        maps = self._maps_by_extension.get(extension)
        if maps is None:
            maps = self._maps_by_extension[extension] = self._make_maps(extension)

        def maps_of(spelling: str) -> list[ResourceMap[Policy]]:
            return [
                resources
                for scope, resources in maps
                if scope is None or not scope.prefix or scope.covers(spelling, adapter)
            ]

        return look_up_unambiguous(path, maps_of, has_view=bool(adapter.allowed_methods(path)))

    @contextmanager
    def resolving_by(self, resolver: Resolver) -> Generator[None]:
        """Resolve all requests within the block by another resolver, for a command that tries a
        change.

        It replaces the registry's own resolver, so requests cost the same without it, and no client
        can trigger it. After the block, even if it raised or bound something, the next request gets
        a resolver made from the registry.
        """
        self.current = resolver
        try:
            yield
        finally:
            self.drop_resolver()

    def drop_resolver(self) -> None:
        """Make a new resolver for the next request."""
        self.current = None

    def resolver(self) -> Resolver:
        """Return the resolver, and make it if there is none. Whatever is bound later is included:
        a preflight may arrive before the app's first request."""
        resolver = self.current
        if resolver is None:
            self.warn_of_unreached_views()
            self.warn_of_bare_decorators()
            resolver = Resolver(self.app, self.resources, self.blueprints, self.view_policy)
            self.current = resolver
        return resolver


def _precedence(scope: BlueprintScope | None) -> tuple[int, int]:
    """Return the sort key of a scope: see :meth:`Registry.policy_at`."""
    if scope is None:
        return 1, 0
    return (0, -scope.depth) if scope.prefix else (2, 0)


def _find_duplicates(
    known: ResourceMap[Policy], resources: list[tuple[PathPattern, Policy]]
) -> Iterator[DuplicateResource]:
    configured = set(known.patterns)
    for pattern, _ in resources:
        if pattern in configured:
            message = f"resources: {pattern.source!r} is configured twice, and the last one decides"
            hint = "leave one of them out"
            yield DuplicateResource(message, hint, option="resources", value=pattern.source)
        configured.add(pattern)
