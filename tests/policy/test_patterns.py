"""The pattern language of ``origins`` and ``resources``, row by row of ``data/patterns.json``, from
which the docs make their tables: as ``policy/`` reads it, and as an app answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from flask_cors import CORS, CORSConfigError, CORSWarning
from flask_cors.doubts import Doubt
from flask_cors.policy.origins import parse_origins
from flask_cors.policy.resources import ResourceMap, parse_resources

TABLES = json.loads(Path(__file__).parents[1].joinpath("data/patterns.json").read_text("utf-8"))

Row = dict[str, Any]


def table_of(name: str) -> pytest.MarkDecorator:
    """Each row of a table, or of the tables below that name."""
    table = TABLES[name]
    rows = [row for part in table.values() for row in part] if isinstance(table, dict) else table
    return pytest.mark.parametrize("row", rows, ids=lambda row: ascii(next(iter(row.items())))[:60])


def given(value: object) -> Any:
    """A value of the file as Python writes it: JSON has no compiled expressions."""
    if isinstance(value, dict):
        return re.compile(value["regex"], re.RegexFlag[value["flags"]] if "flags" in value else 0)
    return [given(item) for item in value] if isinstance(value, list) else value


def quiet(doubt: Doubt) -> None:
    pytest.fail(f"warned: {doubt}")


def rules_of(patterns: Iterable[object]) -> ResourceMap[object]:
    """A map in which each pattern stands for itself."""
    listed = list(patterns)
    parsed = parse_resources(listed, quiet)
    return ResourceMap((parsed[i][0], pattern) for i, pattern in enumerate(listed))


def an_app(**options: Any) -> Flask:
    """Every path of it answers."""
    app = Flask(__name__)
    CORS(app, **options)

    @app.get("/")
    @app.get("/<path:path>")
    def view(path: str = "") -> str:
        return path

    return app


def answered(app: Flask, path: str, origin: str) -> str | None:
    """``Access-Control-Allow-Origin`` where the server hands ``path`` to the app as it is."""
    wsgi = {"PATH_INFO": path.encode().decode("latin-1"), "HTTP_ORIGIN": origin}
    response = app.test_client().get("/", environ_overrides=wsgi)
    return response.headers.get("Access-Control-Allow-Origin")


# ---- origins -----------------------------------------------------------------------------------


def answers(row: Row) -> Iterator[tuple[str, str | None]]:
    """The origins of a row, and the answer to each."""
    for origin in row["allows"]:
        yield origin, row.get("answer", origin)
    for origin in row["refuses"]:
        yield origin, None


@table_of("origins")
def test_origins_allow_and_refuse_what_the_table_says(row: Row) -> None:
    allowed = parse_origins(given(row["origins"]), quiet)
    app = an_app(origins=given(row["origins"]))
    for origin, expected in answers(row):
        assert allowed.answer(origin) == expected, origin
        assert answered(app, "/", origin) == expected, origin


# ---- resources ---------------------------------------------------------------------------------

PAGE = "https://app.example"


@table_of("resources")
def test_resources_match_what_the_table_says(row: Row) -> None:
    rules = ResourceMap(parse_resources(given(row["resources"]), quiet))
    app = an_app(resources=given(row["resources"]))
    for path in (*row["matches"], *row["misses"]):
        matches = path in row["matches"]
        assert (rules.find(path) is not None) is matches, path
        assert (answered(app, path, PAGE) is not None) is matches, path


def an_app_that_names_the_rule(patterns: list[object]) -> Flask:
    """One whose every rule allows an origin of its own."""
    resources = {
        pattern: {"origins": f"https://rule{i}.example"} for i, pattern in enumerate(patterns)
    }
    return an_app(resources=resources)


def rule_of(app: Flask, patterns: list[object], path: str) -> object:
    winners = [
        pattern
        for i, pattern in enumerate(patterns)
        if answered(app, path, f"https://rule{i}.example") is not None
    ]
    assert len(winners) < 2
    return winners[0] if winners else None


@table_of("precedence")
def test_the_rule_that_the_table_names_wins(row: Row) -> None:
    patterns, path, winner = given(row["rules"]), row["path"], given(row["winner"])
    for order in map(list, permutations(patterns)):
        expected = order[0] if row.get("order_decides") and winner is not None else winner
        assert rules_of(order).find(path) == expected
        assert rule_of(an_app_that_names_the_rule(order), order, path) == expected
    assert rules_of(patterns).find(path) == winner


@pytest.mark.parametrize("row", TABLES["paths"]["rows"], ids=lambda row: row["path"])
def test_a_path_belongs_to_the_rule_that_the_table_names_or_to_none(row: Row) -> None:
    patterns = TABLES["paths"]["rules"]
    assert rules_of(patterns).find(row["path"]) == row["winner"]
    app = an_app_that_names_the_rule(patterns)
    assert rule_of(app, patterns, row["path"]) == row["winner"]


@pytest.mark.parametrize("row", TABLES["urls"]["rows"], ids=lambda row: row["url"])
def test_a_url_is_decoded_once_by_the_server_and_never_again(row: Row) -> None:
    patterns = TABLES["urls"]["rules"]
    app = an_app_that_names_the_rule(patterns)
    routed = app.test_client().get(row["url"]).request.path
    assert routed == row["path"]
    assert rule_of(app, patterns, routed) == row["winner"]


# ---- mistakes and warnings ---------------------------------------------------------------------


@table_of("mistakes")
def test_a_mistake_is_refused_in_the_words_of_the_table(row: Row) -> None:
    with pytest.raises(CORSConfigError) as caught:
        CORS(Flask(__name__), **{row["option"]: row["value"]})
    (mistake,) = caught.value.mistakes
    assert mistake.option == row["option"]
    assert mistake.value == row.get("shown", row["value"])
    assert (mistake.problem, mistake.mend) == (row["problem"], row["mend"])


@table_of("warnings")
def test_a_doubtful_value_is_warned_of_in_the_words_of_the_table(row: Row) -> None:
    with pytest.warns(CORSWarning) as caught:
        CORS(Flask(__name__), **{row["option"]: row["value"]})
    assert [str(warning.message) for warning in caught] == [
        f"{row['code']} {row['option']}: {row['message']}"
    ]
