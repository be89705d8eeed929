"""Gateways that run Envoy: what each makes of an HTTPRoute or a VirtualService.

Read from the sources:

Envoy Gateway 1.9 (envoyproxy/gateway, d32f282, August 2026)
    ``internal/gatewayapi/filters.go``, ``securitypolicy.go`` (wildcards), ``sort.go`` (the order of
    the routes), ``listener.go`` (paths), ``internal/xds/translator/cors.go``, ``route.go``.
Istio (istio/istio, 86c9f01, August 2026)
    ``pilot/pkg/networking/core/route/route.go`` (VirtualService), ``listener_builder.go`` (paths),
    ``pilot/pkg/config/kube/gateway/conversion.go`` (HTTPRoute).
kgateway 2 (kgateway-dev/kgateway, 06ff8b9, February 2025)
    ``internal/kgateway/translator/irtranslator/fc.go`` (paths), and ``krtcollections/builtin.go``
    of the first version with the filter, which compares ``https://*.example`` byte by byte; later
    ones have regexes, from which those of Istio were made.
Cilium (cilium/cilium, 013bdd5 and 01943a1)
    ``operator/pkg/model/translation/envoy_virtual_host.go`` (the order of the routes, prefixes),
    ``envoy_http_connection_manager.go`` (paths, which it leaves as they are). It has had the filter
    since its pull request 45924, of May 2026, which could not be read: origins as in Envoy Gateway.

A field that is not known here is an error, so that none is left out by mistake.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

Json = dict[str, Any]

CORS = "envoy.filters.http.cors"
TYPES = "type.googleapis.com/envoy.extensions.filters"

# What Go's regexp.QuoteMeta puts a backslash before.
_META = re.compile(r"[\\.+*?()|\[\]{}^$]")


class Gateway(NamedTuple):
    """An implementation.

    :ivar kind: of the objects that it reads.
    :ivar routes: makes Envoy's routes of them, in the order in which they are tried.
    :ivar paths: what its HTTP connection manager does with paths before that.
    """

    kind: str
    routes: Callable[[list[Json]], list[Json]]
    paths: Json


def _known(value: Json, *names: str) -> Json:
    assert set(value) <= set(names), f"{sorted(set(value) - set(names))} is not translated"
    return value


# ---- routes ------------------------------------------------------------------------------------


_Header = tuple[str, str, str | None]


class _Route(NamedTuple):
    """A match of a rule.

    :ivar path: how it is matched and with what.
    :ivar headers: the name, how it is matched and with what; None where any value matches.
    """

    path: tuple[str, str]
    headers: tuple[_Header, ...]
    cors: Json | None


def _of_http_routes(objects: list[Json]) -> Iterator[_Route]:
    """Yield the matches of HTTPRoutes that were made at the same time, so that their names decide
    on equal matches."""
    for each in sorted(objects, key=lambda it: str(it["metadata"]["name"])):
        spec = _known(each["spec"], "parentRefs", "hostnames", "rules")
        for rule in spec["rules"]:
            _known(rule, "name", "matches", "filters", "backendRefs")
            (cors,) = [_filter(it) for it in rule.get("filters", [])] or [None]
            for match in rule.get("matches") or [{}]:
                yield _Route(_path(match), tuple(_headers(match)), cors)


def _filter(value: Json) -> Json:
    assert _known(value, "type", "cors")["type"] == "CORS"
    cors: Json = value["cors"]
    return cors


def _path(match: Json) -> tuple[str, str]:
    path = _known(match, "path", "headers", "method").get("path", {})
    return _known(path, "type", "value").get("type", "PathPrefix"), path.get("value", "/")


def _headers(match: Json) -> Iterator[_Header]:
    for each in match.get("headers", []):
        _known(each, "name", "type", "value")
        yield each["name"], each.get("type", "Exact"), each["value"]
    if "method" in match:
        yield ":method", "Exact", match["method"]


def route_to_app(
    path: tuple[str, str],
    headers: Iterable[_Header],
    cors: Json | None,
    prefix: Callable[[str], Json],
) -> Json:
    """
    :param prefix: how a prefix is matched.
    """
    kind, value = path
    matched = {
        "Exact": lambda: {"path": value},
        "PathPrefix": lambda: prefix(value),
        "RegularExpression": lambda: {"safe_regex": {"regex": value}},
    }[kind]()
    conditions = [_header_match(*each) for each in headers]
    route = {"match": {**matched, "headers": conditions}, "route": {"cluster": "app"}}
    if cors is not None:
        route["typed_per_filter_config"] = {
            CORS: {"@type": f"{TYPES}.http.cors.v3.CorsPolicy", **cors}
        }
    return route


def _header_match(name: str, how: str, what: str | None) -> Json:
    if what is None:
        return {"name": name, "present_match": True}
    return {"name": name, "string_match": _string_match(how, what)}


def _string_match(how: str, what: str) -> Json:
    if how == "RegularExpression":
        return {"safe_regex": {"regex": what}}
    return {how.lower(): what}


def by_segments(prefix: str) -> Json:
    return {"prefix": "/"} if prefix == "/" else {"path_separated_prefix": prefix.removesuffix("/")}


def _policy(cors: Json, origins: Iterable[Json], separator: str, **more: Any) -> Json:
    """Return Envoy's policy by the CORS filter of an HTTPRoute."""
    _known(
        cors,
        *("allowOrigins", "allowCredentials", "allowMethods", "allowHeaders", "exposeHeaders"),
        "maxAge",
    )
    return {
        "allow_origin_string_match": list(origins),
        "allow_methods": separator.join(cors.get("allowMethods", [])),
        "allow_headers": separator.join(cors.get("allowHeaders", [])),
        "expose_headers": separator.join(cors.get("exposeHeaders", [])),
        "max_age": str(cors.get("maxAge", 5)),  # the default of its schema
        "allow_credentials": cors.get("allowCredentials", False),
        **more,
    }


def _as_regex(origin: str) -> str:
    return _META.sub(r"\\\g<0>", origin).replace(r"\*", ".*")


# ---- Envoy Gateway, and by the same translation of origins, Cilium -----------------------------


def _by_envoy_gateway(objects: list[Json]) -> list[Json]:
    ranks = {"Exact": 2, "RegularExpression": 1, "PathPrefix": 0}

    def rank(route: _Route) -> tuple[int, int, int]:
        kind, value = route.path
        length = 0 if (kind, value) == ("PathPrefix", "/") else len(value.encode())
        # The more exact ones among as many headers are tried first.
        return ranks[kind], length, len(route.headers)

    return _sorted(objects, rank, _cors_of_envoy_gateway, by_segments)


def _sorted(
    objects: list[Json],
    rank: Callable[[_Route], Any],
    policy: Callable[[Json], Json],
    prefix: Callable[[str], Json],
) -> list[Json]:
    """Return the routes, those of the highest rank first, and of one rank in their order."""
    return [
        route_to_app(each.path, each.headers, each.cors and policy(each.cors), prefix)
        for each in sorted(_of_http_routes(objects), key=rank, reverse=True)
    ]


def _cors_of_envoy_gateway(cors: Json) -> Json:
    # A single "*" is all that Envoy knows of it.
    single = {name: ["*"] for name in ("allowMethods", "allowHeaders") if "*" in cors.get(name, [])}
    origins = (
        {"safe_regex": {"regex": _as_regex(each)}} if "*" in each else {"exact": each}
        for each in cors.get("allowOrigins", [])
    )
    return _policy({**cors, **single}, origins, ", ", forward_not_matching_preflights=False)


def _by_cilium(objects: list[Json]) -> list[Json]:
    def prefix(value: str) -> Json:
        # Its regex is not escaped.
        return {"safe_regex": {"regex": f"{value.removesuffix('/')}(/.*)?$"}}

    def rank(route: _Route) -> tuple[bool, int, int]:
        kind, value = route.path
        if kind == "Exact":
            return True, len(value), 0
        regex = value if kind == "RegularExpression" else prefix(value)["safe_regex"]["regex"]
        return False, len(regex), len(route.headers)

    return _sorted(objects, rank, _cors_of_envoy_gateway, prefix)


# ---- kgateway ----------------------------------------------------------------------------------


def _by_kgateway(objects: list[Json]) -> list[Json]:
    # The precedence that the API asks for, regexes last.
    ranks = {"Exact": 2, "PathPrefix": 1, "RegularExpression": 0}

    def policy(cors: Json) -> Json:
        origins = ({"exact": each} for each in cors.get("allowOrigins", []))
        return _policy(cors, origins, ", ")

    def rank(route: _Route) -> tuple[int, int, int]:
        return ranks[route.path[0]], len(route.path[1]), len(route.headers)

    return _sorted(objects, rank, policy, by_segments)


# ---- Istio -------------------------------------------------------------------------------------


def _http_routes_by_istio(objects: list[Json]) -> list[Json]:
    ranks = {"Exact": 2, "PathPrefix": 1, "RegularExpression": 0}

    def rank(route: _Route) -> tuple[int, int, bool, int]:
        kind, value = route.path
        has_method = any(name == ":method" for name, _, _ in route.headers)
        length = len(value if value == "/" else value.removesuffix("/"))
        return ranks[kind], length, has_method, len(route.headers) - has_method

    def policy(cors: Json) -> Json:
        origins = map(_origin_by_istio, cors.get("allowOrigins", []))
        return _policy(cors, origins, ",", forward_not_matching_preflights=False)

    return _sorted(objects, rank, policy, by_segments)


def _origin_by_istio(origin: str) -> Json:
    if origin == "*":
        return {"safe_regex": {"regex": r"^[a-zA-Z][a-zA-Z0-9+.-]*://[^/\s?#]+$"}}
    if "*" not in origin:
        return {"exact": origin}
    if origin.index("*") == len(origin) - 1:
        return {"prefix": origin[:-1]}
    return {"safe_regex": {"regex": f"^{_as_regex(origin)}$"}}


_KINDS = {"exact": "Exact", "prefix": "PathPrefix", "regex": "RegularExpression"}


def _virtual_services_by_istio(objects: list[Json]) -> list[Json]:
    """Return the routes in the order of the list; a prefix is one of characters."""
    (virtual_service,) = objects  # the order of several is not defined
    spec = _known(virtual_service["spec"], "hosts", "gateways", "http", "exportTo")
    routes = []
    for each in spec["http"]:
        _known(each, "name", "match", "route", "corsPolicy", "timeout")
        cors = each.get("corsPolicy")
        policy = None if cors is None else _cors_of_virtual_service(cors)
        for match in each.get("match") or [{}]:
            _known(match, "name", "uri", "method", "headers", "withoutHeaders")
            path = _string(match.get("uri", {"prefix": "/"}))
            headers = [(name, *_value(it)) for name, it in match.get("headers", {}).items()]
            if "method" in match:
                headers.append((":method", *_value(match["method"])))
            route = route_to_app(path, headers, policy, lambda value: {"prefix": value})
            for name, value in match.get("withoutHeaders", {}).items():
                without = _header_match(name, *_value(value))
                route["match"]["headers"].append({**without, "invert_match": True})
            routes.append(route)
    return routes


def _string(value: Json) -> tuple[str, str]:
    ((how, what),) = value.items()
    return _KINDS[how], what


def _value(value: Json) -> tuple[str, str | None]:
    """Return how the value of a header is matched: any, if nothing is said of it."""
    return _string(value) if value else ("Exact", None)


def _cors_of_virtual_service(cors: Json) -> Json:
    _known(
        cors,
        *("allowOrigins", "allowCredentials", "allowMethods", "allowHeaders", "exposeHeaders"),
        *("maxAge", "unmatchedPreflights"),
    )
    max_age = {} if "maxAge" not in cors else {"max_age": _seconds(cors["maxAge"])}
    return {
        "allow_origin_string_match": [
            _string_match(how.replace("regex", "RegularExpression"), what)
            for each in cors.get("allowOrigins", [])
            for how, what in each.items()
        ],
        "filter_enabled": {"default_value": {"numerator": 100, "denominator": "HUNDRED"}},
        "forward_not_matching_preflights": cors.get("unmatchedPreflights") != "IGNORE",
        "allow_methods": ",".join(cors.get("allowMethods", [])),
        "allow_headers": ",".join(cors.get("allowHeaders", [])),
        "expose_headers": ",".join(cors.get("exposeHeaders", [])),
        "allow_credentials": cors.get("allowCredentials", False),
        **max_age,
    }


def _seconds(duration: str) -> str:
    units = {"h": 3600, "m": 60, "s": 1}
    parts = re.findall(r"([0-9]+)([hms])", duration)
    assert "".join(map("".join, parts)) == duration, duration
    return str(sum(int(number) * units[unit] for number, unit in parts))


# ---- all of them -------------------------------------------------------------------------------

HTTP_ROUTE, VIRTUAL_SERVICE = "HTTPRoute", "VirtualService"

GATEWAYS = {
    "Envoy Gateway": Gateway(
        HTTP_ROUTE,
        _by_envoy_gateway,
        {
            "normalize_path": True,
            "merge_slashes": True,
            "path_with_escaped_slashes_action": "UNESCAPE_AND_REDIRECT",
        },
    ),
    "Istio": Gateway(HTTP_ROUTE, _http_routes_by_istio, {"normalize_path": True}),
    "kgateway": Gateway(HTTP_ROUTE, _by_kgateway, {"normalize_path": True, "merge_slashes": True}),
    "Cilium": Gateway(HTTP_ROUTE, _by_cilium, {}),
    "Istio, VirtualService": Gateway(
        VIRTUAL_SERVICE, _virtual_services_by_istio, {"normalize_path": True}
    ),
}
