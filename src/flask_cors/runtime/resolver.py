"""Finds the policy of each request. A resolver is made from the registry at the app's first
request, and is frozen.

A view's own policy comes first, then those of its blueprints from the innermost to the outermost,
then that of the app.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from flask import Flask, Request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter

from ..policy.path_spellings import has_other_spellings, look_up_unambiguous
from ..policy.policy import Policy
from ..policy.resources import MAX_PATH, ResourceMap
from .blueprint_scope import BoundBlueprint
from .decorated_views import ViewOptions, iter_view_options


class DecoratedView(NamedTuple):
    """A view with a ``@cross_origin``."""

    options: ViewOptions
    policy: Policy


_UNSETTLED = None, None


class Resolver:
    """The policies of one app."""

    def __init__(
        self,
        app: Flask,
        resources: ResourceMap[Policy],
        blueprints: Mapping[str, BoundBlueprint],
        view_policy: Callable[[ViewOptions, str | None], Policy],
    ) -> None:
        """
        :param view_policy: returns the policy of a decorated view, by its options and endpoint.
        """
        self._app = app
        self._resources = resources
        self._blueprints = dict(blueprints)
        self.view_policy = view_policy
        # The sort is stable: of two prefixes with equal depth, the first registered comes first.
        by_depth = sorted(self._blueprints.items(), key=lambda named: -named[1].scope.depth)
        self._blueprints_by_depth = by_depth
        # The decorated views by endpoint, then by method; "" is for all other methods.
        self._views: dict[str, dict[str, DecoratedView]] = {}
        # The policies that depend on the endpoint alone, not on the path or the method, unless the
        # path has another spelling, which may belong to a blueprint. Each with its view, because
        # an app may replace it.
        self._by_endpoint: dict[str | None, tuple[Policy, object]] = {}
        self._known: dict[str, object] = {}
        self._learn_views()
        catch_all = self._resources.catch_all
        if catch_all is not None and not self._views and not self._blueprints:
            self._by_endpoint[None] = catch_all, None  # no view, as on a 404

    # ---- for requests ----

    def policy_of(self, request: Request) -> Policy | None:
        """Return the policy of a request that is not a preflight, or None if none applies."""
        rule = request.url_rule
        endpoint = None if rule is None else rule.endpoint
        policy, view = self._by_endpoint.get(endpoint, _UNSETTLED)
        if (
            policy is not None
            and view is self._app.view_functions.get(endpoint or "")
            and len(request.path) <= MAX_PATH
            and not (self._blueprints and has_other_spellings(request.path))
        ):
            return policy
        self._learn_views()
        if endpoint is None and request.routing_exception is None and self._depends_on_view:
            # Opening the session failed, before Flask routed the request.
            endpoint = self.endpoint_at(request, request.method)
        return self._find(request, endpoint, request.method)

    def policy_of_preflight(self, request: Request, method: str) -> Policy | None:
        """Return the policy of a preflight: that of the view that serves ``method``, or, if there
        is none, of the view that OPTIONS is routed to.

        :param method: the requested method.
        """
        self._learn_views()
        method = method.upper()  # Werkzeug will do the same with that of the actual request
        endpoint = None
        if self._depends_on_view:
            endpoint = self.endpoint_at(request, method)
        return self._find(request, endpoint or request.endpoint, method)

    def view_at(self, endpoint: str | None, method: str) -> DecoratedView | None:
        """Return the decorated view that serves ``method`` at an endpoint."""
        if self._known.get(endpoint or "") is not self._app.view_functions.get(endpoint or ""):
            self._learn_views()
        by_method = self._views.get(endpoint or "")
        return None if by_method is None else by_method.get(method) or by_method.get("")

    def resources_of(self, endpoint: str) -> Iterator[tuple[str, ResourceMap[Policy]]]:
        """Yield the resources that decide on a view without a policy of its own, in their order.
        Each has the name of the blueprint that it is bound to, ``""`` for the app."""
        name = endpoint.rpartition(".")[0]
        while name:
            if name in self._blueprints:
                yield name, self._blueprints[name].resources
            name = name.rpartition(".")[0]
        yield "", self._resources

    def resources_at(
        self, request: Request, endpoint: str | None, path: str
    ) -> Iterator[tuple[str, ResourceMap[Policy]]]:
        """Yield the resources that may decide on ``path``: those of the blueprints of its view, or,
        if it has no view, of the blueprints that cover it, the longest prefix first; then those of
        the app.

        :param request: the request that is routed; ``path`` may be another spelling of its path.
        :param endpoint: the endpoint of the view at ``path``.
        """
        if endpoint is not None:
            yield from self.resources_of(endpoint)
            return
        adapter = self._adapter(request)
        for name, bound in self._blueprints_by_depth:
            if adapter is not None and bound.scope.covers(path, adapter):
                yield name, bound.resources
        yield "", self._resources

    def endpoint_at(self, request: Request, method: str, path: str | None = None) -> str | None:
        """Return the endpoint that serves ``method`` at ``path``, or None.

        :param path: the request's own path by default.
        """
        adapter = self._adapter(request)
        if adapter is None:
            return None
        try:
            endpoint: str = adapter.match(path, method=method)[0]
        except Exception:  # an HTTPException, or an error that a converter raised
            return None
        return endpoint

    # ---- how policies are found ----

    @property
    def _depends_on_view(self) -> bool:
        return bool(self._views or self._blueprints)

    def _find(self, request: Request, endpoint: str | None, method: str) -> Policy | None:
        view = self.view_at(endpoint, method)
        if view is not None:
            return view.policy
        path = request.path

        def maps_of(spelling: str) -> Iterable[ResourceMap[Policy]]:
            if not self._blueprints:
                return (self._resources,)
            serving = endpoint
            if spelling != path:
                serving = self.endpoint_at(request, method, spelling)
            return (each for _, each in self.resources_at(request, serving, spelling))

        return look_up_unambiguous(path, maps_of, has_view=request.endpoint is not None)

    def _learn_views(self) -> None:
        """Read the views that are new: an app may register views late, or replace them."""
        views = self._app.view_functions
        if views == self._known:
            return
        for endpoint, view in list(views.items()):
            if self._known.get(endpoint) is view:
                continue
            decorated = {
                method: DecoratedView(options, self.view_policy(options, endpoint))
                for method, options in iter_view_options(view)
            }
            settled: Policy | None = None
            if not decorated:
                _, first = next(self.resources_of(endpoint))
                settled = first.catch_all
            elif len(decorated) == 1 and "" in decorated:
                settled = decorated[""].policy
            self._views.pop(endpoint, None)
            self._by_endpoint.pop(endpoint, None)
            if decorated:
                self._views[endpoint] = decorated
                self._by_endpoint.pop(None, None)
            if settled is not None:
                self._by_endpoint[endpoint] = settled, view
            self._known[endpoint] = view

    def _adapter(self, request: Request) -> MapAdapter | None:
        try:
            return self._app.create_url_adapter(request)
        except HTTPException:  # for an untrusted host
            return None
