"""The configuration for Envoy: HTTP filters, which come before all others.

Envoy's own CORS filter cannot send what the app sends: it lists all header names that it would
allow, not the requested ones among them, sends the methods to an origin whose method it refuses,
has one spelling of an origin, and does not respond to requests without one. So a Lua filter puts
the headers together. Lua has no regexes: Envoy's own filters match these, by RE2.

1. Lua decodes the path and looks it up, and notes it with the method that decides;
2. ``rbac``, whose shadow rules refuse nothing, notes the first rule that matches;
3. ``header_to_metadata`` notes which regexes match the origin and the header names;
4. Lua responds to preflights, and adds headers to every response, Envoy's own errors too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from urllib.parse import urlsplit

from ...protocol import headers as h
from ...protocol.origin import MAX_ORIGIN_LENGTH
from .addresses import AUTHORITIES
from .common_regexes import UTF_8
from .edge_policy import EdgePolicy
from .layout import comment
from .lua_syntax import Constant, assignments
from .plan import MAX_PATH, EdgePlan, EdgeRule, RegexDialect
from .portable_regex import PortableRegex, escape_regex
from .rule_index import ShapeRule

Json = Mapping[str, object]
Constants = Mapping[str, Constant]
# By each regex, the key under which it is noted what it matches.
Notes = Mapping[PortableRegex, str]

_INSTRUCTIONS = """\
Made by `flask cors export envoy`. These belong at the head of the http_filters of the HTTP
connection manager in front of the app, before what requires a login or limits rates. If Envoy
calls a regex too long, raise re2.max_program_size.error_level in its layered_runtime."""
_LONG_REGEXES = {"re2.max_program_size.error_level": 2**32 - 1}

# Where notes of a request are kept, and what the names of the filters begin with.
_NAMESPACE = "flask_cors"
# The header that holds the requested names, from one filter to the next.
_NAMES = "x-flask-cors-names"
# What a value becomes that a regex matches: no well-formed value equals it.
_MATCHED = ","

_TYPES = "type.googleapis.com/envoy.extensions"

REGEX_DIALECT = RegexDialect.RE2


def render(plan: EdgePlan) -> str:
    """Return the part to include in a configuration."""
    items = (f"- {_as_text(each)}" for each in _filters(plan))
    return "\n".join([*comment(_INSTRUCTIONS), *items]) + "\n"


def render_whole(plan: EdgePlan, listen: str, upstream: str) -> str:
    """Return a configuration that runs in the foreground."""
    host, _, port = listen.rpartition(":")
    listener = {
        "name": "edge",
        "address": _address(host.strip("[]"), int(port)),
        "filter_chains": [{"filters": [_manager(plan)]}],
    }
    resources = {"listeners": [listener], "clusters": [_cluster(upstream)]}
    runtime = {"layers": [{"name": "regexes", "static_layer": _LONG_REGEXES}]}
    return _as_text({"static_resources": resources, "layered_runtime": runtime}) + "\n"


def _as_text(value: object) -> str:
    return json.dumps(value, indent=2)


def _manager(plan: EdgePlan) -> Json:
    router = _filter("envoy.filters.http.router", "filters.http.router.v3.Router", {})
    # Envoy's own limit of 15 seconds would end streams.
    route = {"match": {"prefix": "/"}, "route": {"cluster": "app", "timeout": "0s"}}
    host = {"name": "app", "domains": ["*"], "routes": [route]}
    return _filter(
        "envoy.filters.network.http_connection_manager",
        "filters.network.http_connection_manager.v3.HttpConnectionManager",
        {
            "stat_prefix": "edge",
            "route_config": {"name": "app", "virtual_hosts": [host]},
            "http_filters": [*_filters(plan), router],
        },
    )


def _cluster(upstream: str) -> Json:
    url = urlsplit(upstream)
    host, is_secure = url.hostname or "", url.scheme == "https"
    endpoint = {"address": _address(host, url.port or (443 if is_secure else 80))}
    return {
        "name": "app",
        "type": "STRICT_DNS",
        "dns_lookup_family": "V4_PREFERRED",  # servers for development listen there alone
        "load_assignment": {
            "cluster_name": "app",
            "endpoints": [{"lb_endpoints": [{"endpoint": endpoint}]}],
        },
        **({"transport_socket": _secure(host)} if is_secure else {}),
    }


def _secure(host: str) -> Json:
    its_own = {"san_type": "DNS", "matcher": {"exact": host}}
    trusted = {"trusted_ca": {"filename": AUTHORITIES}, "match_typed_subject_alt_names": [its_own]}
    return _filter(
        "envoy.transport_sockets.tls",
        "transport_sockets.tls.v3.UpstreamTlsContext",
        {"sni": host, "common_tls_context": {"validation_context": trusted}},
    )


def _address(host: str, port: int) -> Json:
    return {"socket_address": {"address": host, "port_value": port}}


# ---- filters -----------------------------------------------------------------------------------


def _filters(plan: EdgePlan) -> Iterator[Json]:
    origins = _number("origin", (each for p in plan.policies for each in p.origins.regexes))
    names = _number("name", (each for p in plan.policies for each in p.names.regexes))
    policies = [_policy(each, origins, names) for each in plan.policies]
    common: Constants = {
        "NAMESPACE": _NAMESPACE,
        "NAMES": _NAMES,
        "HAS_NAME_REGEXES": bool(names),
        "MAX_LIST_BYTES": h.MAX_LIST_BYTES,
        "MAX_LIST_NAMES": h.MAX_LIST_NAMES,
    }
    path: Constants = {
        "ROOT": plan.root,
        "MAX_PATH": MAX_PATH,
        "HAS_ONE_POLICY": plan.has_one_policy,
        "EXACT": plan.index.exact,
        "BEGINNINGS": {
            key: number for keys in plan.index.beginnings.values() for key, number in keys.items()
        },
        "MAX_SEGMENTS": max(plan.index.beginnings, default=0),
    }
    yield _lua("request", {**common, **path})
    yield _rules(plan)
    if origins or names:
        yield _filter(
            f"{_NAMESPACE}.regexes",
            "filters.http.header_to_metadata.v3.Config",
            {"request_rules": list(_matches(origins, names))},
        )
    response: Constants = {
        "MATCHED": _MATCHED,
        "MAX_ORIGIN_LENGTH": MAX_ORIGIN_LENGTH,
        "POLICIES": policies,
        "BY_SLOT": {
            f"slot {slot} {key}": policy for (slot, key), policy in plan.index.policies.items()
        },
    }
    yield _lua("response", {**common, **response})


def _filter(name: str, type_: str, config: Json) -> Json:
    return {"name": name, "typed_config": {"@type": f"{_TYPES}.{type_}", **config}}


def _lua(name: str, constants: Constants) -> Json:
    package = files(__package__ or "")
    parts = [package.joinpath(f"envoy_{part}.lua").read_text("utf-8") for part in ("common", name)]
    return _filter(
        f"{_NAMESPACE}.{name}",
        "filters.http.lua.v3.Lua",
        {"default_source_code": {"inline_string": "\n".join([assignments(constants), *parts])}},
    )


def _policy(policy: EdgePolicy, origin_notes: Notes, name_notes: Notes) -> Constant:
    origins, names = policy.origins, policy.names
    return {
        "any": origins.any,
        "exact": dict.fromkeys(origins.exact, True),
        "regexes": [origin_notes[each] for each in origins.regexes],
        "value_for_any": origins.value_for_any,
        "value_without_origin": origins.value_without_origin,
        "any_method": policy.any_method,
        "methods": dict.fromkeys(policy.methods, True),
        "allow_methods": policy.allow_methods,
        "any_name": names.any,
        "names": dict.fromkeys(names.exact, True),
        "name_regexes": [name_notes[each] for each in names.regexes],
        "private_network": policy.private_network,
        "constant_headers": {
            outcome.value: {name.lower(): value for name, value in headers}
            for outcome, headers in policy.constant_headers
        },
    }


# ---- which policy ------------------------------------------------------------------------------


def _rules(plan: EdgePlan) -> Json:
    """Return the filter of the rules. Envoy tries them in the order of their names."""
    named = {"00000 unread": _rule(_unreadable(plan))}
    shapes = plan.index.shapes
    in_order = ((f"{shape}", each) for shape, rules in enumerate(shapes) for each in rules)
    for number, (shape, each) in enumerate(in_order, 1):
        found = [_noted("shape", shape)] if len(shapes) > 1 else []
        named[f"{number:05d} {_result(each)}"] = _rule([*found, *_conditions(each.rule)])
    return _filter(
        f"{_NAMESPACE}.rules",
        "filters.http.rbac.v3.RBAC",
        {
            "shadow_rules": {"action": "ALLOW", "policies": named},
            "shadow_rules_stat_prefix": f"{_NAMESPACE}_",
        },
    )


def _result(each: ShapeRule) -> str:
    if each.slot is not None:
        return f"slot {each.slot}"
    return "no policy" if each.rule.policy is None else f"policy {each.rule.policy}"


def _unreadable(plan: EdgePlan) -> Iterator[Json]:
    """Yield the condition for no path, which a regex might match. Beyond ASCII: for all paths where
    regexes match characters and not bytes, as in older versions of Envoy; and for what is not
    UTF-8, where a regex might match it."""
    unclear = [_noted("two bytes", r"[\x80-\xff]{2}")]
    if plan.has_path_regexes:
        unclear.append(_noted("path", f"{UTF_8}*"))
    unknown = {"or_rules": {"rules": [{"not_rule": each} for each in unclear]}}
    beyond_ascii = {"not_rule": _noted("path", r"[\x00-\x7f]*")}
    unread = {"and_rules": {"rules": [beyond_ascii, unknown]}}
    yield {"or_rules": {"rules": [_noted("path", "()"), unread]}}


def _rule(conditions: Iterable[Json]) -> Json:
    return {
        "permissions": [{"and_rules": {"rules": list(conditions)}}],
        "principals": [{"any": True}],
    }


def _conditions(rule: EdgeRule) -> Iterator[Json]:
    for condition in rule.conditions:
        key = "other slash" if condition.toggles_slash else "path"
        yield _noted(key, f"(?:{condition.regex})(?s:.*)")
    if rule.methods is not None:
        yield _noted("method", "|".join(map(escape_regex, rule.methods)))
    if rule.preflights_only:
        yield _noted("preflight", "yes")


def _noted(key: str, regex: str) -> Json:
    """Return the condition that a regex matches all of what Lua has noted."""
    return {
        "sourced_metadata": {
            "metadata_matcher": {
                "filter": _NAMESPACE,
                "path": [{"key": key}],
                "value": {"string_match": {"safe_regex": {"regex": regex}}},
            }
        }
    }


# ---- origins and header names ------------------------------------------------------------------


def _number(name: str, regexes: Iterable[PortableRegex]) -> dict[PortableRegex, str]:
    """Return the keys of the notes: several policies may have a regex."""
    distinct = dict.fromkeys(regexes)
    return {each: f"{name} {number}" for number, each in enumerate(distinct)}


def _matches(origins: Notes, names: Notes) -> Iterator[Json]:
    for regex, key in origins.items():
        yield _rewrite("origin", key, f"^(?:{regex.text})$", _MATCHED)
    for regex, key in names.items():
        yield _rewrite(_NAMES, key, rf"\(({regex.text})\)", r"[\1]")


def _rewrite(header: str, key: str, regex: str, substitution: str) -> Json:
    return {
        "header": header,
        "on_header_present": {
            "metadata_namespace": _NAMESPACE,
            "key": key,
            "regex_value_rewrite": {"pattern": {"regex": regex}, "substitution": substitution},
        },
    }
