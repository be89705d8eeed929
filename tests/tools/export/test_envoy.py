from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Blueprint, Flask
from hypothesis import given
from hypothesis import strategies as st

from flask_cors import CORS, cross_origin
from flask_cors.tools.export import envoy
from flask_cors.tools.export.plan import build_plan

from .configured import HOSTILE, ORIGINS, PATHS, TOKENS, app_with
from .lua_reader import read_program


def whole(app: Flask, listen: str = "127.0.0.1:1", upstream: str = "http://127.0.0.1:2") -> Any:
    return json.loads(envoy.render_whole(build_plan(app), listen, upstream))


def part(app: Flask) -> list[Any]:
    """Return the filters of the part to include: items of a list in YAML, each in JSON."""
    text = "".join(
        line
        for line in envoy.render(build_plan(app)).splitlines(keepends=True)
        if not line.startswith("#")
    )
    assert text.startswith("- ")
    return [json.loads(each) for each in text[2:].split("\n- ")]


def filters(app: Flask) -> dict[str, Any]:
    """Return the configurations of the filters by their names, without the prefix."""
    return {each["name"].removeprefix("flask_cors."): each["typed_config"] for each in part(app)}


def program(app: Flask, name: str) -> tuple[dict[str, Any], str]:
    return read_program(filters(app)[name]["default_source_code"]["inline_string"])


def policies(app: Flask) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = program(app, "response")[0]["POLICIES"]
    return found


def rules(app: Flask) -> dict[str, list[tuple[str, str]]]:
    """Return the notes that each rule reads and the regexes that they match, by the rule's name.
    The first rule is for what no regex reads."""
    found = filters(app)["rules"]["shadow_rules"]["policies"]
    return {name: list(_noted(each["permissions"])) for name, each in found.items()}


def rules_of_paths(app: Flask) -> dict[str, list[tuple[str, str]]]:
    return dict(list(rules(app).items())[1:])


def _noted(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for each in value:
            yield from _noted(each)
    elif "metadata_matcher" in value:
        matcher = value["metadata_matcher"]
        yield matcher["path"][0]["key"], matcher["value"]["string_match"]["safe_regex"]["regex"]
    else:
        for key, each in value.items():
            for note, regex in _noted(each):
                yield note, f"not {regex}" if key == "not_rule" else regex


def header_regexes(app: Flask) -> dict[str, tuple[str, str]]:
    """Return the header and the regex of each note, by its key."""
    found = filters(app).get("regexes", {"request_rules": []})["request_rules"]
    return {
        rule["on_header_present"]["key"]: (
            rule["header"],
            rule["on_header_present"]["regex_value_rewrite"]["pattern"]["regex"],
        )
        for rule in found
    }


# ---- nothing breaks out ------------------------------------------------------------------------


@given(
    path=PATHS,
    origin=ORIGINS,
    methods=st.lists(TOKENS, min_size=1),
    names=st.lists(TOKENS),
    root=HOSTILE,
)
def test_lua_knows_what_an_app_is_configured_with(
    path: str, origin: str, methods: list[str], names: list[str], root: str
) -> None:
    options = {"origins": [origin], "methods": methods, "expose_headers": names}
    app = app_with(resources={path: options})
    app.config["APPLICATION_ROOT"] = f"/{root.strip('/')}"
    (policy,) = policies(app)
    assert policy["exact"] == {origin.lower(): True}
    assert policy["methods"] == dict.fromkeys((each.upper() for each in methods), True)
    expose = dict(policy["constant_headers"]["actual"]).get("access-control-expose-headers", "")
    assert set(expose.split(", ")) - {""} <= set(names)
    assert program(app, "request")[0]["ROOT"] == f"/{root.strip('/')}".rstrip("/")


# ---- form --------------------------------------------------------------------------------------


def test_the_part_to_include_is_what_the_whole_holds_before_the_router() -> None:
    app = app_with(origins=["https://*.example"], allow_headers="x-.*")
    (listener,) = whole(app)["static_resources"]["listeners"]
    (manager,) = listener["filter_chains"][0]["filters"]
    *before, router = manager["typed_config"]["http_filters"]
    assert before == part(app)
    assert router["name"] == "envoy.filters.http.router"


def test_one_comment_says_where_the_part_belongs() -> None:
    lines = envoy.render(build_plan(app_with())).splitlines()
    comment = [index for index, line in enumerate(lines) if line.startswith("#")]
    assert comment == list(range(len(comment)))
    assert "http_filters" in lines[0]


def test_no_filter_matches_regexes_where_there_are_none() -> None:
    assert list(filters(app_with(origins="https://a.example"))) == ["request", "rules", "response"]


@pytest.mark.parametrize(
    ("upstream", "address"),
    [
        ("http://app.internal", {"address": "app.internal", "port_value": 80}),
        ("http://[::1]:8000", {"address": "::1", "port_value": 8000}),
        ("https://app.internal", {"address": "app.internal", "port_value": 443}),
    ],
)
def test_the_app_is_the_upstream(upstream: str, address: object) -> None:
    (cluster,) = whole(app_with(), upstream=upstream)["static_resources"]["clusters"]
    (endpoints,) = cluster["load_assignment"]["endpoints"]
    assert endpoints["lb_endpoints"][0]["endpoint"]["address"]["socket_address"] == address
    assert ("transport_socket" in cluster) == upstream.startswith("https")


def test_the_certificate_of_an_upstream_is_verified() -> None:
    (cluster,) = whole(app_with(), upstream="https://a.internal")["static_resources"]["clusters"]
    tls = cluster["transport_socket"]["typed_config"]
    assert tls["sni"] == "a.internal"
    validation = tls["common_tls_context"]["validation_context"]
    assert validation["trusted_ca"]
    (name,) = validation["match_typed_subject_alt_names"]
    assert name["matcher"] == {"exact": "a.internal"}


@pytest.mark.parametrize(
    ("listen", "address"),
    [
        ("127.0.0.1:8080", {"address": "127.0.0.1", "port_value": 8080}),
        ("[::1]:80", {"address": "::1", "port_value": 80}),
    ],
)
def test_a_whole_configuration_listens_at_the_given_address(listen: str, address: object) -> None:
    (listener,) = whole(app_with(), listen=listen)["static_resources"]["listeners"]
    assert listener["address"]["socket_address"] == address


# ---- the response ------------------------------------------------------------------------------


def test_rules_come_in_the_order_of_the_app() -> None:
    resources = {f"/a/{'b' * number}": {"max_age": number} for number in range(1, 13)}
    found = rules_of_paths(app_with(resources=resources))
    assert list(found) == sorted(found)
    assert [name.split()[-1] for name in found] == list(map(str, range(12)))
    assert found["00001 policy 0"] == [("path", r"(?:/a/b\z)(?s:.*)")]


def test_a_rule_looks_at_the_method_that_decides() -> None:
    app = Flask(__name__)

    @app.route("/a", methods=["GET", "PUT"])
    @cross_origin()
    def view() -> str:
        return ""

    path = ("path", r"(?:/a\z)(?s:.*)")
    assert rules_of_paths(app) == {
        "00001 policy 0": [path, ("method", "GET|HEAD|OPTIONS|PUT")],
        "00002 policy 0": [path, ("preflight", "yes")],
    }


def test_a_rule_has_all_conditions_on_a_path() -> None:
    app = Flask(__name__)
    blueprint = Blueprint("api", __name__, url_prefix="/api")
    CORS(blueprint, resources=["/api/b/*"])
    app.register_blueprint(blueprint)
    assert rules_of_paths(app) == {
        "00001 policy 0": [
            ("path", r"(?:/+api(?:/|\z))(?s:.*)"),
            ("path", r"(?:/api/b(?:/|\z))(?s:.*)"),
        ],
    }


def test_a_path_that_regexes_cannot_read_has_no_policy() -> None:
    first, *_ = rules(app_with(resources=[r"/a/.+$"])).items()
    name, noted = first
    assert "policy" not in name
    assert [note for note, _ in noted] == ["path", "path", "two bytes", "path"]
    assert noted[0] == ("path", "()")  # of no path, whatever may match it
    assert all(regex.startswith("not ") for _, regex in noted[1:])
    utf_8 = re.compile(noted[3][1].removeprefix("not ").encode())
    for text in ("/\u00e9", "/\u20ac\ud7ff\ue000", "/\U0001f600\U0010ffff", "/a"):
        assert utf_8.fullmatch(text.encode())
    for beyond in (b"/\xff", b"/\xc0\xaf", b"/\xed\xa0\x80", b"/\xf4\x90\x80\x80", b"/\xe2\x82"):
        assert not utf_8.fullmatch(beyond)


def test_literal_paths_are_read_whatever_they_hold() -> None:
    first, *others = rules(app_with(resources=["/a/*", "/b"])).items()
    assert [note for note, _ in first[1]] == ["path", "path", "two bytes"]
    assert [name for name, _ in others] == ["00001 policy 0", "00002 policy 0"]


def test_a_view_without_a_policy_has_a_rule_without_one() -> None:
    app = Flask(__name__)
    CORS(app, resources="/nowhere")
    app.add_url_rule("/a/b", "no-origin", lambda: "")

    @app.route("/a/<name>")
    @cross_origin()
    def view(name: str) -> str:
        return name

    assert "no policy" in {name.split(" ", 1)[1] for name in rules(app)}


def test_a_regex_of_several_policies_is_matched_once() -> None:
    origins, names = ["https://*.example", "null"], ["x-.*", "a"]
    app = app_with(
        resources={
            "/a": {"origins": origins, "allow_headers": names},
            "/b": {"origins": [*origins, "https://*.b.example"], "allow_headers": names[:1]},
        }
    )
    assert header_regexes(app) == {
        "origin 0": ("origin", r"^(?:(?i:https://(?:[0-9a-z_\x2d]+\.)+example))$"),
        "origin 1": ("origin", r"^(?:(?i:https://(?:[0-9a-z_\x2d]+\.)+b\.example))$"),
        "name 0": ("x-flask-cors-names", header_regexes(app)["name 0"][1]),
    }
    assert {tuple(each["regexes"]) for each in policies(app)} == {
        ("origin 0",),
        ("origin 1", "origin 0"),
    }
    assert [each["name_regexes"] for each in policies(app)] == [["name 0"], ["name 0"]]
    assert program(app, "request")[0]["HAS_NAME_REGEXES"] is True


@pytest.mark.parametrize(
    ("names", "marked"),
    [("(x-a)", "[x-a]"), ("(x-a)(b)(X-)", "[x-a](b)[X-]"), ("(b)(ax-a)(x-)", "(b)(ax-a)[x-]")],
)
def test_names_that_a_regex_allows_are_marked(names: str, marked: str) -> None:
    (rule,) = filters(app_with(allow_headers="x-.*"))["regexes"]["request_rules"]
    rewrite = rule["on_header_present"]["regex_value_rewrite"]
    assert re.sub(rewrite["pattern"]["regex"], rewrite["substitution"], names) == marked


def test_a_policy_holds_what_a_response_needs() -> None:
    app = app_with(
        origins=["https://b.example", "https://A.example"],
        methods=["GET", "*"],
        allow_headers=["X-A"],
        expose_headers=["X-B"],
        supports_credentials=True,
        allow_private_network=True,
        max_age=5,
    )
    credentials = {"access-control-allow-credentials": "true"}
    exposed = {**credentials, "access-control-expose-headers": "X-B"}
    preflight = {**credentials, "access-control-max-age": "5"}
    method = "Origin, Access-Control-Request-Method"
    assert policies(app) == [
        {
            "any": False,
            "exact": {"https://a.example": True, "https://b.example": True},
            "regexes": [],
            "value_for_any": None,
            "value_without_origin": None,
            "any_method": True,
            "methods": {"GET": True},
            "allow_methods": "GET",
            "any_name": False,
            "names": {"x-a": True},
            "name_regexes": [],
            "private_network": "true",
            "constant_headers": {
                "refused": {"vary": "Origin"},
                "no-origin": exposed,
                "actual": {**exposed, "vary": "Origin"},
                "preflight": {**preflight, "vary": f"{method}, Access-Control-Request-Headers"},
                "method-refused": {**preflight, "vary": method},
            },
        }
    ]


def test_any_origin_gets_a_star_or_its_own_spelling() -> None:
    for send_wildcard, value_for_any in ((True, "*"), (False, None)):
        (policy,) = policies(app_with(send_wildcard=send_wildcard))
        assert (policy["any"], policy["value_for_any"], policy["value_without_origin"]) == (
            True,
            value_for_any,
            "*",
        )


def test_rules_look_at_the_path_below_the_root() -> None:
    app = app_with()
    app.config["APPLICATION_ROOT"] = "/a b/"
    known, code = program(app, "request")
    assert (known["ROOT"], known["HAS_ONE_POLICY"]) == ("/a b", True)
    assert "envoy_on_request" in code
