"""The maps, asked in Python: they must say what the plan says that they are made from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

import pytest
from configured import app_with
from edges import answer
from flask import Blueprint, Flask

from flask_cors import CORS, cross_origin
from flask_cors import headers as h
from flask_cors.tools.export import by_maps
from flask_cors.tools.export.by_maps import HEADERS, PATH, Request
from flask_cors.tools.export.expressions import longer_than
from flask_cors.tools.export.maps import (
    ITSELF,
    NOTHING_ELSE,
    By,
    Case,
    Map,
    Piece,
    Result,
    Variable,
    equal,
    found,
    otherwise,
    spelt,
    whole,
)
from flask_cors.tools.export.plan import Engine, Plan, plan
from tests.live.export.edge_differences import is_expected
from tests.live.export.edge_policies import POLICIES, app_of
from tests.live.export.edge_requests import requests_for

REQUEST = Request(*map(Variable, Request._fields))

# The path as the app sees it, for an app at the root of a proxy that does as the app does.
SEEN = Map("", (Variable("seen"),), PATH.name, [otherwise(Variable("seen"))])


def maps_of(app: Flask) -> dict[str, Map]:
    return {each.result: each for each in by_maps.maps(plan(app), REQUEST, [SEEN])}


class Proxy:
    """Maps, and a request."""

    def __init__(self, maps: Mapping[str, Map], known: Mapping[str, str]) -> None:
        self.maps = maps
        self.known = known

    def says(self) -> dict[str, str]:
        said = {name: self.ask(Result(result)) for name, result in HEADERS.items()}
        return {name: value for name, value in said.items() if value}

    def ask(self, piece: Piece, itself: str = "") -> str:
        if isinstance(piece, Variable):
            return self.known.get(piece.spelling, "")
        if isinstance(piece, Result):
            return self._look_up(self.maps[piece.name])
        return itself if piece is ITSELF else str(piece)

    def _look_up(self, asked: Map) -> str:
        subject = "".join(map(self.ask, asked.subject))
        for case in asked.cases:
            matched = _matched(case, subject)
            if matched is not None:
                return "".join(self.ask(piece, matched) for piece in case.value)
        raise AssertionError(f"{asked.result} knows nothing of {subject!r}")


def _matched(case: Case, subject: str) -> str | None:
    """What has matched; None for a case that does not hold."""
    if case.by is By.EXPRESSION:
        match = re.search(case.key.replace(r"\z", r"\Z").encode(), subject.encode("latin-1"))
        return match and (match[1] if match.re.groups else b"").decode("latin-1")
    holds = {
        By.TEXT: case.key == subject,
        By.TEXT_IN_ANY_CASE: case.key == subject.lower(),
        By.NO_OTHER: True,
    }
    return "" if holds[case.by] else None


# ---- against the plan --------------------------------------------------------------------------


@pytest.mark.parametrize("policy", POLICIES)
def test_the_maps_say_what_the_plan_says(policy: str) -> None:
    app = app_of(policy, with_cors=True)
    edge = plan(app, Engine.PCRE)
    maps = {each.result: each for each in by_maps.maps(edge, REQUEST, [SEEN])}
    for sent in requests_for(policy, edge.is_everywhere)[::7]:
        names = [name for name, _ in sent.headers]
        headers = dict(sent.headers)
        if len(set(names)) < len(names) or "" in map(str.strip, headers.values()):
            continue  # how a proxy reads these is its own affair
        path = unquote_to_bytes(sent.path.partition("?")[0])
        by_plan = answer(edge, sent.method, path, headers)
        if by_plan is None or not path.startswith(edge.root.encode()):
            continue  # as is what it does with a path that is in doubt
        seen = "/" + path.decode("latin-1")[len(edge.root) :].lstrip("/")
        by_map = Proxy(maps, _known(sent.method, path, seen, headers)).says()
        said, expected = _comparable(by_map), _comparable(by_plan)
        assert said == expected or is_expected("caddy", sent, expected, said), sent


def _known(method: str, path: bytes, seen: str, headers: Mapping[str, str]) -> dict[str, str]:
    return {
        "method": method,
        "path": path.decode("latin-1"),
        "seen": seen,
        "origin": headers.get("Origin", ""),
        "asked": headers.get(h.REQUEST_METHOD, ""),
        "names": headers.get(h.REQUEST_HEADERS, ""),
        "network": headers.get(h.REQUEST_PRIVATE_NETWORK, ""),
    }


def _comparable(said: Mapping[str, str]) -> dict[str, object]:
    """The names as a set: without a loop they come in no order."""
    found: dict[str, object] = {name.lower(): value for name, value in said.items()}
    if h.ALLOW_HEADERS in said:
        found[h.ALLOW_HEADERS.lower()] = set(h.comma_list(said[h.ALLOW_HEADERS]))
    return found


# ---- what they look like -----------------------------------------------------------------------


def cases(app: Flask, result: str) -> list[Case]:
    return list(maps_of(app)[result].cases)


def test_any_origin_is_told_its_own_spelling_or_a_star() -> None:
    assert cases(app_with(), "origin_0")[-1] == otherwise(Result("from"))
    assert cases(app_with(send_wildcard=True), "origin_0") == [
        equal("", "*"),
        equal(","),
        otherwise("*"),
    ]


def test_an_exact_origin_is_told_in_lower_case_and_one_of_a_pattern_as_it_is() -> None:
    origins = ["https://APP.example", "https://*.example"]
    assert cases(app_with(origins=origins), "origin_0") == [
        equal("", ""),
        spelt("https://app.example", "https://app.example"),
        whole(r"(?i:(?:https://(?:[0-9a-z_\x2d]+\.)+example))", ITSELF),
        NOTHING_ELSE,
    ]


def test_one_policy_for_every_path_looks_at_no_path() -> None:
    assert PATH.name not in maps_of(app_with())


def test_a_list_of_no_names_is_granted_none() -> None:
    maps = maps_of(app_with(allow_headers=["x*", "y"]))
    for asked in (",", " , ,", ""):
        known = _known("OPTIONS", b"/", "/", {h.REQUEST_HEADERS: asked})
        assert Proxy(maps, known).ask(Result("names_0")) == ""


def test_policies_with_the_same_names_share_a_list() -> None:
    names = {"allow_headers": ["X-A", "X-B"]}
    resources = {"/a": {**names, "origins": "https://a.example"}, "/b": names}
    found = maps_of(app_with(resources=resources))
    assert [name for name in found if name.startswith("names_")] == ["names_0"]


def test_the_method_that_counts_is_that_which_a_preflight_asks_for() -> None:
    app = Flask(__name__)

    @app.route("/a", methods=["GET", "PUT"])
    @cross_origin(methods=["GET", "*"])
    def view() -> str:
        return ""

    assert cases(app, "method") == [equal("", Variable("method")), otherwise(Result("asked"))]
    assert cases(app, "policy") == [
        found(r"^[^ ]* \z"),
        found(r"^:(?:preflight)?:(?i:GET|HEAD|OPTIONS|PUT) /a\z", "0"),
        found(r"^:preflight:[^ ]+ /a\z", "0"),
        NOTHING_ELSE,
    ]
    assert cases(app, "granted") == [
        found(r"^0 (?:GET)\z", "GET"),
        found(r"^0 ([^,]+)\z", ITSELF),
        NOTHING_ELSE,
    ]


def test_no_method_and_no_name_at_all_is_granted_none() -> None:
    app = app_with(methods=[], allow_headers=[])
    assert cases(app, "granted") == [NOTHING_ELSE]
    assert maps_of(app)["names_0"].subject == ()


def test_of_several_tests_of_a_path_all_but_one_are_maps() -> None:
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


def test_what_is_too_costly_to_tell_of_a_test_is_neither_and_leaves_no_policy() -> None:
    app = app_with_blueprint()
    assert cases(app, "test_0") == [
        found(r"^/+api(?:/|\z)", "1"),
        found("^", "0"),
        NOTHING_ELSE,
    ]
    keys = [case.key for case in cases(app, "policy") if case.by is By.EXPRESSION]
    assert not any(re.search(key.replace(r"\z", r"\Z"), "::GET /c") for key in keys)


def test_a_map_ends_with_nothing_where_an_expression_may_fail() -> None:
    app = app_with(
        resources={"/a": {"allow_headers": r"x-.*"}, "/b/.+": {"origins": "https://*.example"}}
    )
    closed = {name for name, each in maps_of(app).items() if each.cases[-1] == NOTHING_ELSE}
    assert closed >= {"policy", "origin_1", "granted", "asked_names", "names_1"}


@pytest.mark.parametrize("length", [5, 999, 1000, 4096, 4100])
def test_a_text_may_be_as_long_as_the_limit(length: int) -> None:
    expression = re.compile(longer_than(length))
    assert expression.search("\u00e9" * length) is None
    assert expression.search("\u00e9" * (length + 1))
    assert max(map(int, re.findall(r"\{(\d+)\}", expression.pattern))) <= 1000


def test_a_plan_of_nothing_asks_for_no_path() -> None:
    nothing = Plan("", (), ())
    maps = {each.result: each for each in by_maps.maps(nothing, REQUEST, [SEEN])}
    assert Proxy(maps, _known("GET", b"/", "/", {"Origin": "https://a.example"})).says() == {}
