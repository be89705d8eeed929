"""The configuration for Envoy: HTTP filters, which stand before all others.

Envoy's own filter for CORS cannot say what the app says: it lists all header names that it would
allow, not those of them that are asked for, tells the methods to whom it refuses one, knows one
spelling of an origin, and answers no request without. So its filter for Lua puts the answer
together. Lua has no regular expressions: these are left to Envoy's own filters, which read RE2.

1. Lua unescapes the path, and notes it with the method that counts;
2. ``rbac``, whose shadow rules refuse nothing, notes the first rule that matches;
3. ``header_to_metadata`` notes which expressions match the origin and the header names;
4. Lua answers preflights, and adds to every response what is to be said, to Envoy's own errors too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from urllib.parse import urlsplit

from ... import headers as h
from ...origin import MAX_LENGTH
from .addresses import AUTHORITIES
from .answers import EdgePolicy
from .comments import commented
from .expressions import UTF_8
from .lua import Constant, assignments
from .path_tests import PathTest
from .plan import MAX_PATH, EdgeRule, Engine, Plan
from .regexes import Portable, escaped

Json = Mapping[str, object]
# By each, where is noted what it matches.
Expressions = Mapping[Portable, str]

_WHERE = """\
Made by `flask cors export envoy`. These belong at the head of the http_filters of the HTTP
connection manager in front of the app, before what asks for a login or limits rates. If Envoy
calls an expression too long, raise re2.max_program_size.error_level in its layered_runtime."""
_LONG_EXPRESSIONS = {"re2.max_program_size.error_level": 2**32 - 1}

# Where notes of a request are kept, and what the names of the filters begin with.
_NAMESPACE = "flask_cors"
# The header that holds the names that are asked for, from one filter to the next.
_NAMES = "x-flask-cors-names"
# What a value becomes that an expression matches: nothing that is ever looked at holds it.
_MATCHED = ","

_TYPES = "type.googleapis.com/envoy.extensions"

ENGINE = Engine.RE2


def render(plan: Plan) -> str:
    """The part to include in a configuration."""
    items = (f"- {_as_text(each)}" for each in _filters(plan))
    return "\n".join([*commented(_WHERE), *items]) + "\n"


def render_whole(plan: Plan, listen: str, upstream: str) -> str:
    """A configuration that runs in the foreground.

    :param listen: the address and port, such as ``"127.0.0.1:8080"``.
    :param upstream: the URL of the app, without a path.
    """
    host, _, port = listen.rpartition(":")
    listener = {
        "name": "edge",
        "address": _address(host.strip("[]"), int(port)),
        "filter_chains": [{"filters": [_manager(plan)]}],
    }
    resources = {"listeners": [listener], "clusters": [_cluster(upstream)]}
    runtime = {"layers": [{"name": "expressions", "static_layer": _LONG_EXPRESSIONS}]}
    return _as_text({"static_resources": resources, "layered_runtime": runtime}) + "\n"


def _as_text(value: object) -> str:
    return json.dumps(value, indent=2)


def _manager(plan: Plan) -> Json:
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
        **({"transport_socket": _secured(host)} if is_secure else {}),
    }


def _secured(host: str) -> Json:
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


def _filters(plan: Plan) -> Iterator[Json]:
    origins = _numbered("origin", (o for each in plan.policies for o in each.origins.expressions))
    names = _numbered("name", (n for each in plan.policies for n in each.names.expressions))
    policies = [_policy(each, origins, names) for each in plan.policies]
    known: dict[str, Constant] = {
        "NAMESPACE": _NAMESPACE,
        "NAMES": _NAMES,
        "MATCHES_NAMES": bool(names),
        "LONGEST_LIST": h.MAX_LIST_BYTES,
        "MOST_NAMES": h.MAX_LIST_NAMES,
    }
    yield _lua(
        "request",
        {
            **known,
            "ROOT": plan.root,
            "LONGEST_PATH": MAX_PATH,
            "EVERYWHERE": plan.is_everywhere,
        },
    )
    yield _rules(plan)
    if origins or names:
        yield _filter(
            f"{_NAMESPACE}.expressions",
            "filters.http.header_to_metadata.v3.Config",
            {"request_rules": list(_matched(origins, names))},
        )
    yield _lua(
        "answer",
        {**known, "MATCHED": _MATCHED, "LONGEST_ORIGIN": MAX_LENGTH, "POLICIES": policies},
    )


def _filter(name: str, type_: str, config: Json) -> Json:
    return {"name": name, "typed_config": {"@type": f"{_TYPES}.{type_}", **config}}


def _lua(name: str, known: Mapping[str, Constant]) -> Json:
    package = files(__package__ or "")
    parts = [package.joinpath(f"envoy_{part}.lua").read_text("utf-8") for part in ("common", name)]
    return _filter(
        f"{_NAMESPACE}.{name}",
        "filters.http.lua.v3.Lua",
        {"default_source_code": {"inline_string": "\n".join([assignments(known), *parts])}},
    )


def _policy(policy: EdgePolicy, known_origins: Expressions, known_names: Expressions) -> Constant:
    origins, names = policy.origins, policy.names
    return {
        "any": origins.any,
        "exact": dict.fromkeys(origins.exact, True),
        "expressions": [known_origins[each] for each in origins.expressions],
        "told_to_any": origins.told_to_any,
        "without": origins.without,
        "any_method": policy.any_method,
        "methods": dict.fromkeys(policy.methods, True),
        "listed": policy.listed,
        "any_name": names.any,
        "names": dict.fromkeys(names.literal, True),
        "name_expressions": [known_names[each] for each in names.expressions],
        "private_network": policy.private_network,
        "answers": {
            state.value: {name.lower(): value for name, value in headers}
            for state, headers in policy.answers
        },
    }


# ---- which policy ------------------------------------------------------------------------------


def _rules(plan: Plan) -> Json:
    """They are asked in the order of their names."""
    named = {"00000 unread": _permitted(_unread(plan))}
    for number, rule in enumerate(plan.rules, 1):
        policy = "no policy" if rule.policy is None else f"policy {rule.policy}"
        named[f"{number:05d} {policy}"] = _permitted(_asked(rule))
    return _filter(
        f"{_NAMESPACE}.rules",
        "filters.http.rbac.v3.RBAC",
        {
            "shadow_rules": {"action": "ALLOW", "policies": named},
            "shadow_rules_stat_prefix": f"{_NAMESPACE}_",
        },
    )


def _unread(plan: Plan) -> Iterator[Json]:
    """No path, which an expression might match. Beyond ASCII: all, where expressions are of
    characters and not of bytes, as in older versions of Envoy; and what is no UTF-8, where an
    expression might read it."""
    doubts = [_noted("two bytes", r"[\x80-\xff]{2}")]
    if plan.has_expressions:
        doubts.append(_noted("path", f"{UTF_8}*"))
    in_doubt = {"or_rules": {"rules": [{"not_rule": each} for each in doubts]}}
    beyond_ascii = {"not_rule": _noted("path", r"[\x00-\x7f]*")}
    unread = {"and_rules": {"rules": [beyond_ascii, in_doubt]}}
    yield {"or_rules": {"rules": [_noted("path", "()"), unread]}}


def _permitted(asked: Iterable[Json]) -> Json:
    return {
        "permissions": [{"and_rules": {"rules": list(asked)}}],
        "principals": [{"any": True}],
    }


def _asked(rule: EdgeRule) -> Iterator[Json]:
    yield from (_noted("path", _whole_path(test)) for test in rule.tests)
    if rule.methods is not None:
        yield _noted("method", "|".join(map(escaped, rule.methods)))
    if rule.preflights_only:
        yield _noted("preflight", "yes")


def _whole_path(test: PathTest) -> str:
    return f"(?:{test.expression})(?s:.*)"


def _noted(key: str, expression: str) -> Json:
    """What Lua has noted matches, as a whole."""
    return {
        "sourced_metadata": {
            "metadata_matcher": {
                "filter": _NAMESPACE,
                "path": [{"key": key}],
                "value": {"string_match": {"safe_regex": {"regex": expression}}},
            }
        }
    }


# ---- origins and header names ------------------------------------------------------------------


def _numbered(name: str, expressions: Iterable[Portable]) -> dict[Portable, str]:
    """Where is noted whether each matches: several policies may have it."""
    distinct = dict.fromkeys(expressions)
    return {each: f"{name} {number}" for number, each in enumerate(distinct)}


def _matched(origins: Expressions, names: Expressions) -> Iterator[Json]:
    for expression, key in origins.items():
        yield _rewritten("origin", key, f"^(?:{_exact(expression)})$", _MATCHED)
    for expression, key in names.items():
        yield _rewritten(_NAMES, key, rf"\(({_exact(expression)})\)", r"[\1]")


def _exact(expression: Portable) -> str:
    return expression.with_flag(expression.exact)


def _rewritten(header: str, key: str, expression: str, substitution: str) -> Json:
    return {
        "header": header,
        "on_header_present": {
            "metadata_namespace": _NAMESPACE,
            "key": key,
            "regex_value_rewrite": {
                "pattern": {"regex": expression},
                "substitution": substitution,
            },
        },
    }
