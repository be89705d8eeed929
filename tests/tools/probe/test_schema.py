"""The JSON of a probe, and its schema."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # it has no types of its own
import pytest
from click.testing import CliRunner
from referencing import Registry, Resource

from flask_cors.tools.cli import cors

SCHEMAS = Path(__file__).parents[3] / "docs/schemas"


def read(name: str) -> Any:
    return json.loads((SCHEMAS / name).read_text(encoding="utf-8"))


SCHEMA = jsonschema.Draft202012Validator(
    read("probe.json"),
    registry=Registry().with_resource(
        "findings.json", Resource.from_contents(read("findings.json"))
    ),
)

ALLOWED = (
    "Access-Control-Allow-Origin: *",
    "Access-Control-Allow-Methods: PUT",
    "Access-Control-Allow-Headers: *",
)


@pytest.fixture
def printed(serve: Any, response: Any) -> Callable[..., Any]:
    """Probe a server that responds with these lines, and return what is printed."""

    def run(*lines: str, arguments: tuple[str, ...] = ()) -> Any:
        server = serve(response("200 OK", *lines))
        command = ["probe", server.url, "--origin", "https://app.example", "--format", "json"]
        return json.loads(CliRunner().invoke(cors, [*command, *arguments]).output)

    return run


@pytest.mark.parametrize(
    ("lines", "arguments"),
    [
        (ALLOWED, ("--method", "PUT", "--header", "Cookie: a")),
        (ALLOWED, ("--header", "Authorization: a")),
        ((ALLOWED[0], ALLOWED[0], "Age: 7"), ("--credentials", "include")),
        ((), ()),
    ],
    ids=["a preflight", "a blocked header", "findings", "no headers"],
)
def test_the_json_of_a_probe_is_what_its_schema_says(
    printed: Callable[..., Any], lines: tuple[str, ...], arguments: tuple[str, ...]
) -> None:
    SCHEMA.check_schema(SCHEMA.schema)
    SCHEMA.validate(printed(*lines, arguments=arguments))


@pytest.mark.parametrize(
    "change",
    [
        lambda report: report.update(more=1),
        lambda report: report.pop("reason"),
        lambda report: report["findings"][0].update(severity="level"),
        lambda report: report["exchanges"][0].update(request_headers=["Origin"]),
        lambda report: report["readable"].update(status="200"),
    ],
    ids=["more", "less", "a severity", "a header", "a status"],
)
def test_the_schema_refuses_another_report(
    printed: Callable[..., Any], change: Callable[[Any], object]
) -> None:
    report = printed(ALLOWED[0], ALLOWED[0])
    change(report)
    with pytest.raises(jsonschema.ValidationError):
        SCHEMA.validate(report)
