"""The lookup tables, looked up in Python: they give the headers of the plan they are built from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

import pytest
from flask import Blueprint, Flask

from flask_cors import CORS, cross_origin
from flask_cors.protocol import headers as h
from flask_cors.tools.export import lookup_tables, rule_index
from flask_cors.tools.export.common_regexes import longer_than
from flask_cors.tools.export.lookup_tables import (
    CAPTURED,
    Case,
    KeyKind,
    Lookup,
    LookupTable,
    Piece,
    Variable,
    on_match,
    on_path,
    on_text,
    on_two_words,
    split_by_digit,
)
from flask_cors.tools.export.plan import EdgePlan, RegexDialect, build_plan
from flask_cors.tools.export.policy_tables import (
    HEADERS,
    PATH,
    RequestSources,
    build_header_name_tables,
    build_tables,
)
from tests.tools.export.edge_differences import is_expected
from tests.tools.export.edge_policies import POLICIES, app_of
from tests.tools.export.edge_requests import requests_for

from .configured import app_with
from .edges import respond

REQUEST = RequestSources(*map(Variable, RequestSources._fields))

# The path as the app sees it, for an app at the root of a proxy that does as the app does.
SEEN = LookupTable("", (Variable("seen"),), PATH.name, [], (Variable("seen"),))


def tables_of(plan: EdgePlan) -> dict[str, LookupTable]:
    tables = build_tables(plan, REQUEST, [SEEN])
    names = build_header_name_tables(plan.policies, Variable("requested_names"))
    parts = (part for table in (*tables, *names) for part in split_by_digit(table))
    return {table.name: table for table in parts}


def maps_of(app: Flask) -> dict[str, LookupTable]:
    return tables_of(build_plan(app))


class Tables:
    """Maps, and a request."""

    def __init__(self, maps: Mapping[str, LookupTable], known: Mapping[str, str]) -> None:
        self.maps = maps
        self.known = known

    def headers(self) -> dict[str, str]:
        values = {name: self.value_of(Lookup(result)) for name, result in HEADERS.items()}
        return {name: value for name, value in values.items() if value}

    def value_of(self, piece: Piece, itself: str = "") -> str:
        if isinstance(piece, Variable):
            return self.known.get(piece.spelling, "")
        if isinstance(piece, Lookup):
            return self._look_up(self.maps[piece.name])
        return itself if piece is CAPTURED else str(piece)

    def _look_up(self, table: LookupTable) -> str:
        subject = "".join(map(self.value_of, table.subject))
        for case in table.cases:
            matched = _matched(case, subject)
            if matched is not None:
                return "".join(self.value_of(piece, matched) for piece in case.value)
        return "".join(map(self.value_of, table.default))


def _matched(case: Case, subject: str) -> str | None:
    """Return what has matched; None for a case that does not hold."""
    if case.kind is KeyKind.REGEX:
        match = re.search(case.key.replace(r"\z", r"\Z").encode(), subject.encode("latin-1"))
        return match and (match[1] if match.re.groups else b"").decode("latin-1")
    holds = {
        KeyKind.TEXT: case.key == subject,
        KeyKind.PATH: case.key == subject,
        KeyKind.TWO_WORDS: case.key == subject.lower(),
    }
    return "" if holds[case.kind] else None


# ---- against the plan --------------------------------------------------------------------------


@pytest.mark.parametrize("policy", POLICIES)
def test_the_tables_give_the_headers_that_the_plan_gives(policy: str) -> None:
    compare(policy)


@pytest.mark.parametrize(
    "policy", ["views alone", "views and the app", "blueprints", "a catch all"]
)
def test_the_tables_of_an_index_give_the_headers_that_the_plan_gives(
    policy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rule_index, "MIN_RULES", 0)
    monkeypatch.setattr(rule_index, "MAX_GROWTH", 1000)
    monkeypatch.setattr(lookup_tables, "MAX_VALUES", 0)
    compare(policy)


def compare(policy: str) -> None:
    app = app_of(policy, with_cors=True)
    edge = build_plan(app, RegexDialect.PCRE)
    maps = tables_of(edge)
    for sent in requests_for(policy, edge.has_one_policy)[::7]:
        names = [name for name, _ in sent.headers]
        headers = dict(sent.headers)
        if len(set(names)) < len(names) or "" in map(str.strip, headers.values()):
            continue  # how a proxy reads these is its own affair
        path = unquote_to_bytes(sent.path.partition("?")[0])
        by_plan = respond(edge, sent.method, path, headers)
        if by_plan is None or not path.startswith(edge.root.encode()):
            continue  # as is what it does with a path that is uncertain
        seen = "/" + path.decode("latin-1")[len(edge.root) :].lstrip("/")
        by_map = Tables(maps, _known(sent.method, path, seen, headers)).headers()
        found, expected = _comparable(by_map), _comparable(by_plan)
        assert found == expected or is_expected("caddy", app, sent, expected, found), sent


def _known(method: str, path: bytes, seen: str, headers: Mapping[str, str]) -> dict[str, str]:
    return {
        "method": method,
        "path": path.decode("latin-1"),
        "seen": seen,
        "origin": headers.get("Origin", ""),
        "requested_method": headers.get(h.REQUEST_METHOD, ""),
        "requested_names": headers.get(h.REQUEST_HEADERS, ""),
        "private_network": headers.get(h.REQUEST_PRIVATE_NETWORK, ""),
    }


def _comparable(headers: Mapping[str, str]) -> dict[str, object]:
    """Return the names as a set: without a loop they come in no order."""
    found: dict[str, object] = {name.lower(): value for name, value in headers.items()}
    if h.ALLOW_HEADERS in headers:
        found[h.ALLOW_HEADERS.lower()] = set(h.comma_list(headers[h.ALLOW_HEADERS]))
    return found


# ---- what they look like -----------------------------------------------------------------------


def cases(app: Flask, result: str) -> list[Case]:
    return list(maps_of(app)[result].cases)


def test_any_origin_gets_its_own_spelling_or_a_star_from_a_table() -> None:
    assert cases(app_with(), "allow_origin") == [
        on_text("0 ", "*"),
        on_match(r"^(?:0) ([^,]+)\z", CAPTURED),
    ]
    assert cases(app_with(send_wildcard=True), "allow_origin") == [
        on_text("0 ", "*"),
        on_match("^(?:0) [^,]", "*"),
    ]


def test_an_exact_origin_is_sent_back_in_lower_case_and_one_of_a_pattern_as_it_is() -> None:
    origins = ["https://APP.example", "https://*.example"]
    assert cases(app_with(origins=origins), "allow_origin") == [
        on_two_words("0", "https://app.example"),
        on_match(r"^0 ((?i:https://(?:[0-9a-z_\x2d]+\.)+example))\z", CAPTURED),
    ]


def test_an_origin_that_is_never_sent_is_not_looked_up() -> None:
    app = app_with(origins=["a b", "https://\xe9.example", "https://a.example"], always_send=False)
    found = cases(app, "allow_origin")
    assert found == [on_two_words("0", "https://a.example")]


def test_hundreds_of_policies_with_one_value_share_a_few_regexes() -> None:
    resources = {f"/{n}": {"origins": f"https://{n}.example", "methods": "PUT"} for n in range(450)}
    shared = cases(app_with(resources=resources), "methods")
    assert [case.value for case in shared] == [("PUT",)] * 3
    assert max(len(case.key) for case in shared) < 1000


def test_one_policy_for_every_path_looks_at_no_path() -> None:
    assert PATH.name not in maps_of(app_with())


def test_a_list_without_names_is_allowed_none() -> None:
    maps = maps_of(app_with(allow_headers=["x*", "y"]))
    for requested in (",", " , ,", ""):
        known = _known("OPTIONS", b"/", "/", {h.REQUEST_HEADERS: requested})
        assert Tables(maps, known).value_of(Lookup("names_0")) == ""


def test_policies_with_the_same_names_share_a_list() -> None:
    names = {"allow_headers": ["X-A", "X-B"]}
    resources = {"/a": {**names, "origins": "https://a.example"}, "/b": names}
    found = maps_of(app_with(resources=resources))
    assert [name for name in found if name.startswith("names_")] == ["names_0"]


def test_the_method_that_decides_is_the_requested_one_of_a_preflight() -> None:
    app = Flask(__name__)

    @app.route("/a", methods=["GET", "PUT"])
    @cross_origin(methods=["GET", "*"])
    def view() -> str:
        return ""

    assert cases(app, "method") == [on_text("", Variable("method"))]
    assert maps_of(app)["method"].default == (Lookup("requested"),)
    assert cases(app, "policy") == [
        on_match(r"^[^ ]* \z"),
        on_match(r"^:(?:preflight)?:(?i:GET|HEAD|OPTIONS|PUT) /a\z", "0"),
        on_match(r"^:preflight:[^ ]+ /a\z", "0"),
    ]
    assert cases(app, "methods") == [
        on_match(r"^(?:0) (?:GET)\z", "GET"),
        on_match(r"^(?:0) ([^,]+)\z", CAPTURED),
    ]


def test_a_policy_without_methods_and_names_allows_none() -> None:
    app = app_with(methods=[], allow_headers=[])
    assert cases(app, "methods") == []
    assert maps_of(app)["names_0"].subject == ()


def test_all_conditions_on_a_path_but_the_last_are_tables() -> None:
    app = app_with_blueprint()
    _, first, second, *_ = cases(app, "policy")
    assert first.key == r"^1:(?:preflight)?:[^ ]+ /api/b(?:/|\z)"
    assert second.key == r"^[01]:(?:preflight)?:[^ ]+ /c\z"


def app_with_blueprint() -> Flask:
    app = Flask(__name__)
    blueprint = Blueprint("api", __name__, url_prefix="/api")
    CORS(blueprint, resources=["/api/b/*"])
    app.register_blueprint(blueprint)
    CORS(app, resources="/c")
    return app


def test_a_condition_whose_regex_is_too_costly_leaves_no_policy() -> None:
    app = app_with_blueprint()
    assert cases(app, "condition_0") == [
        on_match(r"^/+api(?:/|\z)", "1")._replace(may_give_up=True),
        on_match("^", "0"),
    ]
    keys = [case.key for case in cases(app, "policy") if case.kind is KeyKind.REGEX]
    assert not any(re.search(key.replace(r"\z", r"\Z"), "::GET /c") for key in keys)


def test_a_condition_may_look_at_the_path_with_its_slash_removed_or_added() -> None:
    maps = maps_of(app_with(resources={"/b$": {"origins": []}, "/*": {}}))
    (test,) = (each for name, each in maps.items() if name.startswith("condition_"))
    assert test.subject == (Lookup("other_slash"),)
    for path, other in (("/b", "/b/"), ("/b/", "/b"), ("/b/c", "/b/c/")):
        known = _known("GET", path.encode(), path, {})
        assert Tables(maps, known).value_of(Lookup("other_slash")) == other
    assert "other_slash" not in maps_of(app_with(resources=["/b", "/*"]))


def test_a_table_ends_with_nothing_where_a_regex_may_be_too_costly() -> None:
    app = app_with(
        resources={"/a": {"allow_headers": r"x-.*"}, "/b/.+": {"origins": "https://*.example"}}
    )
    closed = {name for name, each in maps_of(app).items() if each.default == ()}
    assert closed >= {"policy", "allow_origin", "methods", "requested_names", "names_1"}


@pytest.mark.parametrize("length", [5, 999, 1000, 4096, 4100])
def test_a_text_may_be_as_long_as_the_limit(length: int) -> None:
    regex = re.compile(longer_than(length))
    assert regex.search("\u00e9" * length) is None
    assert regex.search("\u00e9" * (length + 1))
    assert max(map(int, re.findall(r"\{(\d+)\}", regex.pattern))) <= 1000


def test_the_tables_of_an_empty_plan_give_no_headers() -> None:
    nothing = EdgePlan("", (), ())
    maps = tables_of(nothing)
    assert Tables(maps, _known("GET", b"/", "/", {"Origin": "https://a.example"})).headers() == {}


# ---- digits ------------------------------------------------------------------------------------


def looked_up(tables: list[LookupTable], key: str) -> str:
    found = Tables({each.name: each for each in tables}, {"key": key})
    return found.value_of(Lookup("number"))


def test_many_numbers_are_put_together_digit_by_digit() -> None:
    numbers = {f"/r{number}": number for number in range(0, 5000, 7)}
    cases = [on_path(path, f"{number}") for path, number in numbers.items()]
    table = LookupTable("", (Variable("key"),), "number", cases, ("9",))
    tables = list(split_by_digit(table))
    assert [len({case.value for case in each.cases}) for each in tables[:-1]] == [10, 10, 10, 4]
    for path in ("/r0", "/r7", "/r70", "/r700", "/r4998"):
        assert looked_up(tables, path) == f"{numbers[path]}"
    assert looked_up(tables, "/r1") == "9"


def test_few_numbers_stay_in_one_table() -> None:
    cases = [on_path(f"/r{number}", f"{number % 30}") for number in range(1000)]
    table = LookupTable("", (Variable("key"),), "number", cases)
    assert list(split_by_digit(table)) == [table]
