"""Only the listed origins are allowed, and no header holds what only the client said."""

from __future__ import annotations

import pytest
from flask import Flask
from hypothesis import example, given
from hypothesis import strategies as st

from flask_cors.errors import CORSConfigError

from . import model
from .apps import PATHS, an_app
from .model import Request, Response, call, expected, expected_of_everyone
from .strategies import (
    ALLOW_HEADERS,
    EXACT,
    ITEMS,
    PIECES,
    SENT,
    Rule,
    any_origin,
    headers,
    lists_of,
    raw,
    requests,
    rules,
    sent,
    times,
)

pytestmark = pytest.mark.filterwarnings("ignore::flask_cors.errors.CORSWarning")

ACAO = "Access-Control-Allow-Origin"
ACAC = "Access-Control-Allow-Credentials"
ACAM = "Access-Control-Allow-Methods"
ACAH = "Access-Control-Allow-Headers"
ACEH = "Access-Control-Expose-Headers"

# Which policy speaks: that of the app, of the blueprint, of the view.
PLACES = {"": "app_rule", "/bp": "bp_rule", "/seen": "view_rule"}
prefixes = st.sampled_from(tuple(PLACES))
methods = st.sampled_from(["GET", "HEAD", "PUT", "POST", "OPTIONS", "OPTIONS"])


def bound(prefix: str, rule: Rule) -> Flask:
    return an_app(**{PLACES[prefix]: rule})


def under(prefix: str) -> st.SearchStrategy[str]:
    below = [path for path in PATHS if path.startswith(f"{prefix}/")]
    if prefix == "/seen":  # no view, no policy: Flask responds to these two itself
        below = [path for path in below if not path.endswith(("/missing", "/moved"))]
    return st.sampled_from(below)


@given(st.data(), prefixes, rules(intercept_exceptions=True))
def test_an_origin_is_allowed_exactly_if_the_model_allows_it(data, prefix, rule) -> None:
    app = bound(prefix, rule)
    for _ in range(4):
        served = methods
        if prefix == "/seen":  # a method that no view serves has no policy there
            served = st.sampled_from(["GET", "HEAD", "OPTIONS"])
        request = data.draw(requests(under(prefix), served, headers(any_origin)))
        origin = request.get(model.ORIGIN)
        if origin is None:
            allowed = expected_of_everyone(rule.items) if rule.options["always_send"] else None
        else:
            allowed = expected(rule.items, rule.options["send_wildcard"], origin)
        response = call(app, request)
        assert response.lines(ACAO) == ([] if allowed is None else [allowed])


NEAR = tuple(
    dict.fromkeys(
        near
        for origin in SENT
        for piece in ("", *PIECES)
        for near in (origin + piece, piece + origin)
    )
)


@pytest.mark.parametrize("kind", sorted({item.kind for item in ITEMS}))
def test_no_kind_of_item_allows_a_lookalike_of_its_origins(kind) -> None:
    for item in (item for item in ITEMS if item.kind == kind and item.option not in SENT[2:]):
        app = an_app(Rule([item]))
        for origin in NEAR[:: 1 if kind == "finite" else 3]:
            response = call(app, Request("/plain", "GET", ((model.ORIGIN, origin),)))
            allowed = expected([item], False, origin)
            assert response.lines(ACAO) == ([] if allowed is None else [allowed]), (item, origin)


@times(2)
@given(rules(), rules(), rules(), st.lists(requests(st.sampled_from(PATHS), methods,
       headers(any_origin, raw, raw)), max_size=6))  # fmt: skip
def test_no_mix_of_policies_sends_two_acao_or_a_star_with_credentials(
    app_rule, bp_rule, view_rule, sent_requests
) -> None:
    app = an_app(app_rule, bp_rule, view_rule)
    for request in sent_requests:
        response = call(app, request)
        assert len(response.lines(ACAO)) <= 1
        assert response.get(ACAO) != "*" or response.get(ACAC) is None
        if response.get(ACAO) is None:
            assert set(response.cors) == {"Vary"}  # and nothing of what goes with it


@given(lists_of(ITEMS), st.booleans(), st.sampled_from(["", "/bp", "/seen"]), any_origin)
def test_credentials_for_untrusted_origins_are_refused_at_configuration(
    items, send_wildcard, prefix, origin
) -> None:
    options = {"supports_credentials": True, "send_wildcard": send_wildcard}
    rule = Rule(items, options)
    if rule.expected_without_credentials():
        app = bound(prefix, rule)
        response = call(app, Request(f"{prefix}/plain", "GET", ((model.ORIGIN, origin),)))
        assert response.get(ACAO) != "*"
        assert (response.get(ACAC) == "true") is (response.get(ACAO) is not None)
    else:
        with pytest.raises(CORSConfigError):
            bound(prefix, rule)


def allowed_names(option: object, requested: str) -> list[str]:
    """Return the names in ``requested`` that one of ``ALLOW_HEADERS`` allows."""
    names = sorted(set(model.tokens(requested)))
    if len(requested) > 4096 or len(model.tokens(requested)) > 128:
        return []
    tests = {
        "*": lambda name: True,
        "X-A": lambda name: name == "x-a",
        "x-a, X-B": lambda name: name in {"x-a", "x-b"},
        repr(ALLOW_HEADERS[4]): lambda name: name == "x-a" or name.startswith(("x-c", "x-d")),
        repr(ALLOW_HEADERS[5]): lambda name: name.startswith("x-") and name[2:].isdecimal(),
    }
    test = tests.get(option if isinstance(option, str) else repr(option), lambda name: False)
    return [name for name in names if test(name.lower())]


NAMES = (
    "x-a",
    "X-B",
    "x-c",
    "x-dd",
    "X-1",
    "x-",
    "x\r\ny",
    "x y",
    "*",
    "\xe9",
    "",
    '"x-a"',
    "X-\xb2",
)
name_lists = st.one_of(
    st.lists(st.sampled_from(NAMES), max_size=8).map(", ".join),
    st.lists(st.sampled_from(NAMES), max_size=150).map(",".join),
    st.sampled_from(["x-a," * 2000, "x-" + "a" * 4095, "x-a," * 129, "x-a,,," * 100]),
    raw,
)
wanted = st.one_of(
    st.sampled_from(["GET", "PUT", "put", "PATCH", "X-OWN", "*", "PUT\r\nX: y"]), raw
)


EVERYTHING = {"methods": None, "allow_headers": "*"}


def listed_methods(option: object) -> list[str]:
    if option is None:
        return ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]
    items = option.split(",") if isinstance(option, str) else option
    return sorted({item.strip().upper() for item in items} - {"*"})


@times(2)
@given(prefixes, rules(vary_header=True), sent, wanted, name_lists)
@example("", Rule([EXACT[0]], EVERYTHING), SENT[0], "PUT", "x-a," * 129)
@example("", Rule([EXACT[0]], EVERYTHING), SENT[0], "PUT", "x-a," * 128)
@example("", Rule([EXACT[0]], EVERYTHING), SENT[0], "PUT", "x-" + "a" * 4095)
def test_a_preflight_reflects_nothing_but_allowed_methods_and_names(
    prefix, rule, origin, method, names
) -> None:
    lines = ((model.ORIGIN, origin), (model.METHOD, method), (model.NAMES, names))
    response = call(bound(prefix, rule), Request(f"{prefix}/plain", "OPTIONS", lines))
    if expected(rule.items, False, origin) is None:
        assert response.get(ACAM) is None
        assert response.get(ACAH) is None
        return
    option = rule.options["methods"]
    listed = listed_methods(option)
    any_method = option is not None and "*" in option and model.is_token(method)
    if method in listed:
        assert response.lines(ACAM) == [", ".join(listed)]
    elif any_method:
        assert response.lines(ACAM) == [method]
    else:
        assert response.lines(ACAM) == []
    names_allowed = allowed_names(rule.options["allow_headers"], names)
    if method in listed or any_method:
        assert response.lines(ACAH) == ([", ".join(names_allowed)] if names_allowed else [])
    else:
        assert response.lines(ACAH) == []


CONSTANT = {
    "Access-Control-Allow-Credentials": {"true"},
    "Access-Control-Allow-Private-Network": {"true", "false"},
    "Access-Control-Expose-Headers": {"*", "X-B, X-A", "X-B, x-a"},
    "Access-Control-Max-Age": {"0", "-1", "600", "1"},
}
VARY = {"origin", "cookie", "accept-encoding", "*", model.METHOD.lower(), model.NAMES.lower()}


def check_reflects_nothing(response: Response, request: Request) -> None:
    for name, value in response.headers:
        assert not {"\r", "\n", "\0"}.intersection(name + value)
        if name in CONSTANT:
            assert value in CONSTANT[name]
        elif name == ACAO:
            configured = {item.text for item in EXACT}
            assert value in {"*", request.get(model.ORIGIN), *configured}
            assert model.is_well_formed(value)
        elif name in (ACAM, ACAH):
            assert all(model.is_token(item) for item in value.split(", "))
        elif name == "Vary":
            assert {item.strip().lower() for item in value.split(",")} <= VARY
        else:
            assert not name.lower().startswith("access-control-")


@times(2)
@given(rules(), rules(), rules(), st.lists(requests(st.sampled_from(PATHS), methods,
       headers(any_origin, st.one_of(wanted, raw), name_lists, raw)), max_size=6))  # fmt: skip
def test_no_header_holds_a_line_break_or_what_only_the_client_said(
    app_rule, bp_rule, view_rule, sent_requests
) -> None:
    app = an_app(app_rule, bp_rule, view_rule)
    for request in sent_requests:
        check_reflects_nothing(call(app, request), request)
