"""The pattern language of ``origins`` and ``resources``, row by row of ``data/patterns.json``, from
which the docs make their tables: as ``policy/`` reads it, and as an app responds."""

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
from flask_cors.policy.origin_parser import parse_origins
from flask_cors.policy.path_patterns import parse_resources
from flask_cors.policy.resources import ResourceMap

from .findings import fail
from .lookups import find

TABLES = json.loads(Path(__file__).parents[1].joinpath("data/patterns.json").read_text("utf-8"))

Row = dict[str, Any]


def table_of(name: str) -> pytest.MarkDecorator:
    """Run a test with each row of a table, or of all tables below that name."""
    table = TABLES[name]
    rows = [row for part in table.values() for row in part] if isinstance(table, dict) else table
    return pytest.mark.parametrize("row", rows, ids=lambda row: ascii(next(iter(row.items())))[:60])


def given(value: object) -> Any:
    """Return a value of the file as Python writes it: JSON has no compiled regular expressions."""
    if isinstance(value, dict):
        return re.compile(value["regex"], re.RegexFlag[value["flags"]] if "flags" in value else 0)
    return [given(item) for item in value] if isinstance(value, list) else value


def map_of(patterns: Iterable[object]) -> ResourceMap[object]:
    """Return a map in which the target of each pattern is the pattern itself."""
    listed = list(patterns)
    parsed = parse_resources(listed, fail)
    return ResourceMap((parsed[i][0], pattern) for i, pattern in enumerate(listed))


def make_app(**options: Any) -> Flask:
    """Return an app in which every path has a view."""
    app = Flask(__name__)
    CORS(app, **options)

    @app.get("/")
    @app.get("/<path:path>")
    def view(path: str = "") -> str:
        return path

    return app


def allowed_origin(app: Flask, path: str, origin: str) -> str | None:
    """Return ``Access-Control-Allow-Origin`` for a ``path`` that the server passes on unchanged."""
    wsgi = {"PATH_INFO": path.encode().decode("latin-1"), "HTTP_ORIGIN": origin}
    response = app.test_client().get("/", environ_overrides=wsgi)
    return response.headers.get("Access-Control-Allow-Origin")


# ---- origins -----------------------------------------------------------------------------------


def decisions(row: Row) -> Iterator[tuple[str, str | None]]:
    """Yield the origins of a row, and ``Access-Control-Allow-Origin`` for each."""
    for origin in row["allows"]:
        yield origin, row.get("sent", origin)
    for origin in row["refuses"]:
        yield origin, None


@table_of("origins")
def test_origins_allow_and_refuse_what_the_table_says(row: Row) -> None:
    allowed = parse_origins(given(row["origins"]), fail)
    app = make_app(origins=given(row["origins"]))
    for origin, expected in decisions(row):
        assert allowed.allow_origin_for(origin) == expected, origin
        assert allowed_origin(app, "/", origin) == expected, origin


# ---- resources ---------------------------------------------------------------------------------

PAGE = "https://app.example"


@table_of("resources")
def test_resources_match_what_the_table_says(row: Row) -> None:
    resources = ResourceMap(parse_resources(given(row["resources"]), fail))
    app = make_app(resources=given(row["resources"]))
    for path in (*row["matches"], *row["misses"]):
        matches = path in row["matches"]
        assert (find(resources, path) is not None) is matches, path
        assert (allowed_origin(app, path, PAGE) is not None) is matches, path


def app_that_names_the_resource(patterns: list[object]) -> Flask:
    """Return an app in which every resource allows an origin of its own."""
    resources = {
        pattern: {"origins": f"https://resource{i}.example"} for i, pattern in enumerate(patterns)
    }
    return make_app(resources=resources)


def resource_of(app: Flask, patterns: list[object], path: str) -> object:
    winners = [
        pattern
        for i, pattern in enumerate(patterns)
        if allowed_origin(app, path, f"https://resource{i}.example") is not None
    ]
    assert len(winners) < 2
    return winners[0] if winners else None


@table_of("precedence")
def test_the_resource_that_the_table_names_wins(row: Row) -> None:
    patterns, path, winner = given(row["resources"]), row["path"], given(row["winner"])
    for order in map(list, permutations(patterns)):
        expected = order[0] if row.get("order_decides") and winner is not None else winner
        assert find(map_of(order), path) == expected
        assert resource_of(app_that_names_the_resource(order), order, path) == expected
    assert find(map_of(patterns), path) == winner


@pytest.mark.parametrize("row", TABLES["paths"]["rows"], ids=lambda row: row["path"])
def test_a_path_belongs_to_the_resource_that_the_table_names_or_to_none(row: Row) -> None:
    patterns = TABLES["paths"]["resources"]
    assert find(map_of(patterns), row["path"]) == row["winner"]
    app = app_that_names_the_resource(patterns)
    assert resource_of(app, patterns, row["path"]) == row["winner"]


@pytest.mark.parametrize("row", TABLES["urls"]["rows"], ids=lambda row: row["url"])
def test_a_url_is_decoded_once_by_the_server_and_never_again(row: Row) -> None:
    patterns = TABLES["urls"]["resources"]
    app = app_that_names_the_resource(patterns)
    routed = app.test_client().get(row["url"]).request.path
    assert routed == row["path"]
    assert resource_of(app, patterns, routed) == row["winner"]


# ---- errors and warnings -------------------------------------------------------------------------


@table_of("mistakes")
def test_an_invalid_value_is_the_error_of_the_table(row: Row) -> None:
    with pytest.raises(CORSConfigError) as caught:
        CORS(Flask(__name__), **{row["option"]: row["value"]})
    (found,) = caught.value.findings
    assert found.option == row["option"]
    assert found.value == row.get("shown", row["value"])
    assert (found.code, found.message, found.hint) == (row["code"], row["message"], row["hint"])


@table_of("warnings")
def test_a_suspicious_value_is_the_warning_of_the_table(row: Row) -> None:
    with pytest.warns(CORSWarning) as caught:
        CORS(Flask(__name__), **{row["option"]: row["value"]})
    assert [str(warning.message) for warning in caught] == [
        f"{row['code']} {row['message']}; {row['hint']}"
    ]
