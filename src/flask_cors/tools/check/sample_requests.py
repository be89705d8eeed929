"""Test requests: for each policy a route that gets it, and an origin that it allows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from flask import Flask
from werkzeug.routing import MapAdapter

from ...browser import Request
from ...policy.policy import Policy
from ...protocol import headers as h
from ..shared.app_transport import url_of
from ..shared.example_origins import iter_test_origins
from ..shared.inventory import Candidate, MethodGroup, Route
from ..shared.rule_paths import iter_sample_paths
from .context import CheckContext, cached_per_check
from .policy_routes import find_decider

MAX_SAMPLES = 200  # more policies than that are like these


class SampleRequest(NamedTuple):
    """A request that a policy allows.

    :ivar method: one that the route serves and, if there is one, that the policy allows.
    """

    route: Route
    path: str
    method: str
    origin: str
    policy: Policy

    def preflight(self, app: Flask) -> Request:
        headers = {"Origin": self.origin, h.REQUEST_METHOD: self.method}
        return make_request(app, "OPTIONS", self.path, headers)

    def options_request(self, app: Flask) -> Request:
        """Return an OPTIONS request that is not a preflight, and so reaches the app."""
        return make_request(app, "OPTIONS", self.path, {"Origin": self.origin})

    def request(self, app: Flask) -> Request:
        return make_request(app, self.method, self.path, {"Origin": self.origin})


def make_request(
    app: Flask, method: str, path: str, headers: Mapping[str, str] | None = None
) -> Request:
    """Return a request over TLS, as in production: some apps redirect plain requests."""
    url = "https" + url_of(app, path).removeprefix("https").removeprefix("http")
    return Request(method, url, tuple((headers or {}).items()))


@cached_per_check
def make_sample_requests(context: CheckContext) -> tuple[SampleRequest, ...]:
    """Return one request for each policy in each blueprint and below each first segment. Decorated
    views count as one policy where they allow the same origin."""
    adapter = context.app.url_map.bind("")
    found: dict[tuple[object, ...], SampleRequest] = {}
    for route, group, candidate in context.iter_candidates():
        sample = _make_sample(route, group, candidate)
        if sample is not None:
            key = _key_of(sample, candidate)
            if key not in found and _is_routed(adapter, sample):
                found[key] = sample
            if len(found) == MAX_SAMPLES:
                break
    return tuple(found.values())


def _is_routed(adapter: MapAdapter, sample: SampleRequest) -> bool:
    matched = match_path(adapter, sample.path, sample.method)
    return matched is not None and matched[0] == sample.route.endpoint


def match_path(
    adapter: MapAdapter, path: str, method: str
) -> tuple[str, Mapping[str, object]] | None:
    """Return the endpoint and the values that a path is routed to; None if it is not served."""
    try:
        return adapter.match(path, method=method)
    except Exception:  # an HTTPException, or whatever a converter raises
        return None


def _key_of(sample: SampleRequest, candidate: Candidate) -> tuple[object, ...]:
    blueprint, segment = sample.route.endpoint.rpartition(".")[0], sample.path.split("/")[1]
    if candidate.source.kind == "view":
        return blueprint, segment, sample.origin, sample.policy.automatic_options
    return blueprint, segment, id(sample.policy)


def _make_sample(route: Route, group: MethodGroup, candidate: Candidate) -> SampleRequest | None:
    policy = candidate.policy
    if not isinstance(policy, Policy) or route.host or route.rule.redirect_to is not None:
        return None
    origin = find_allowed_origin(policy)
    path = _find_path(route, group, candidate)
    methods = [method for method in group.methods if method not in ("OPTIONS", "HEAD")]
    if origin is None or path is None or not methods:
        return None
    allowed = [each for each in methods if policy.options.methods.value.allow_methods_for(each)]
    return SampleRequest(route, path, [*allowed, *methods][0], origin, policy)


def find_allowed_origin(policy: Policy) -> str | None:
    """Return an origin that the policy allows; None where none is known."""
    known = iter_test_origins(policy.options.origins.value)
    return next((origin for origin in known if origin != "null"), None)


def _find_path(route: Route, group: MethodGroup, candidate: Candidate) -> str | None:
    """Return a path of the route on which this candidate decides."""
    pattern = candidate.source.pattern
    paths = [pattern.source] if pattern and pattern.is_exact else iter_sample_paths(route.rule)
    return next((path for path in paths if find_decider(group, path) is candidate), None)
