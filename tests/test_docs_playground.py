"""The Python side of the playground: what it says of an app is what the commands say of it."""

from __future__ import annotations

import ast
import json
import os
import re
import runpy
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NoReturn
from unittest import mock

import pytest
from click.testing import CliRunner
from flask.cli import ScriptInfo

from flask_cors import CORSWarning
from flask_cors.browser import Reason
from flask_cors.browser.console import TEXTS
from flask_cors.tools.cli import cors

from .sphinx_builds import EXTENSIONS

sys.path.insert(0, str(EXTENSIONS))
sys.path.insert(0, str(EXTENSIONS.parent / "_playground"))
import playground_examples  # of docs/_ext
import session  # of docs/_playground

sys.path.remove(str(EXTENSIONS.parent / "_playground"))
sys.path.remove(str(EXTENSIONS))

ROOT = Path(__file__).parents[1]
EXAMPLES = {example.id: example for example in playground_examples.read_examples()}
# What the responses of a server can cause. A script or the network causes the others.
OF_THE_SERVER = {reason.value for reason in TEXTS} - {
    Reason.DISALLOWED_BY_MODE.value,
    Reason.NO_CORS_REDIRECT_MODE_NOT_FOLLOW.value,
}
REQUEST = {
    "origin": "https://app.example",
    "path": "/data",
    "method": "PUT",
    "headers": [["X-Token", "1"]],
    "credentials": "same-origin",
}
APP = """\
from flask import Flask
from flask_cors import CORS

app = Flask(__name__)
CORS(app, origins="https://app.example"{options})


@app.route("/data", methods=["GET", "PUT"])
def data():
    return {{"a": 1}}
"""


@pytest.fixture(autouse=True)
def no_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start no thread, as in Pyodide."""

    def start(_: threading.Thread) -> NoReturn:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)


def run(code: str, **request: Any) -> dict[str, Any]:
    """Run the session, and return its result as the page reads it."""
    result: dict[str, Any] = json.loads(json.dumps(session.run(code, {**REQUEST, **request})))
    return result


@cache
def run_example(name: str) -> dict[str, Any]:
    return run(EXAMPLES[name].code, **EXAMPLES[name].as_json()["request"])


# ---- what the commands say ---------------------------------------------------------------------


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., dict[str, Any]]]:
    monkeypatch.chdir(tmp_path)
    file = tmp_path.resolve() / "app.py"

    def command(code: str, *arguments: str) -> dict[str, Any]:
        file.write_text(code, encoding="utf-8")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", CORSWarning)
            names = runpy.run_path(str(file), run_name="app")
            app = names["app"] if "app" in names else names["create_app"]()
            arguments = (*arguments, "--format", "json")
            info = ScriptInfo(create_app=lambda: app)
            result = CliRunner().invoke(cors, arguments, obj=info)
        said: dict[str, Any] = json.loads(result.stdout.replace(json.dumps(str(file)), '"app.py"'))
        return said

    with mock.patch.dict(os.environ):  # the examples set variables
        yield command


def arguments_of(request: dict[str, Any]) -> Iterator[str]:
    yield request["path"]
    for name in ("origin", "method", "credentials"):
        yield from (f"--{name}", request[name])
    for name, value in request["headers"]:
        yield from ("--header", f"{name}: {value}")


def without_dates(explanation: dict[str, Any]) -> str:
    """Return an explanation as text, without what the clock sets."""
    return re.sub(r"\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT", "...", json.dumps(explanation))


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_explanation_of_an_example_is_that_of_the_command(name: str, command: Any) -> None:
    code, request = EXAMPLES[name].code, EXAMPLES[name].as_json()["request"]
    result = run_example(name)
    assert result["error"] is None
    said = command(code, "explain", *arguments_of(request))
    assert without_dates(result["explanation"]) == without_dates(said)
    verdict = result["explanation"]["verdict"]
    assert {key: result["verdict"][key] for key in ("allowed", "message", "console")} == {
        key: verdict[key] for key in ("allowed", "message", "console")
    }
    assert result["verdict"]["code"] == verdict["reason"]


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_findings_of_an_example_are_those_of_the_command(
    name: str, command: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = run_example(name)["findings"]
    monkeypatch.undo()  # the command starts threads
    said = command(EXAMPLES[name].code, "check")["findings"]
    assert [without(finding, "line", "page") for finding in found] == said
    for finding in found:
        assert finding["line"] == (finding["location"] and finding["location"]["line"])


def without(finding: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in finding.items() if name not in names}


# ---- the examples ------------------------------------------------------------------------------


@pytest.mark.parametrize("code", sorted(OF_THE_SERVER))
def test_the_page_of_a_reason_code_has_an_example_that_is_blocked_with_it(code: str) -> None:
    verdict = run_example(f"errors/{code}")["verdict"]
    assert (verdict["code"], verdict["page"]) == (code, f"errors/{code}.html")


@pytest.mark.parametrize("name", [name for name in EXAMPLES if name.startswith("recipes/")])
def test_a_recipe_is_allowed(name: str) -> None:
    result = run_example(name)
    assert result["verdict"]["allowed"]
    assert result["findings"] == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_imports_only_what_the_page_loads(name: str) -> None:
    loaded = {*sys.stdlib_module_names, "flask", "flask_cors", "werkzeug"}
    for node in ast.walk(ast.parse(EXAMPLES[name].code)):
        if isinstance(node, ast.Import):
            assert {each.name.partition(".")[0] for each in node.names} <= loaded
        if isinstance(node, ast.ImportFrom):
            assert (node.module or "").partition(".")[0] in loaded


def test_a_recipe_that_runs_without_other_packages_is_an_example() -> None:
    own = {"flask", "flask_cors", "werkzeug", "io", "os"}
    files = {
        path.name
        for path in playground_examples.RECIPES.glob("*.py")
        if set(re.findall(r"^(?:from|import) (\w+)", path.read_text("utf-8"), re.MULTILINE)) <= own
    }
    pages = [ROOT / "docs" / f"{name}.md" for name in EXAMPLES if name.startswith("recipes/")]
    linked = [
        re.findall(r"^```\{playground\} (\S+)", page.read_text("utf-8"), re.MULTILINE)
        for page in pages
    ]
    assert {name for names in linked for name in names} == files


def test_the_variables_of_a_recipe_are_set_above_it() -> None:
    code = EXAMPLES["recipes/react-or-vite"].code
    assert code.startswith(
        'import os\n\nos.environ["FLASK_CORS_ORIGINS"] = "http://localhost:*, http://127.0.0.1:*"\n'
    )


def test_an_example_as_json() -> None:
    example = EXAMPLES["errors/HeaderDisallowedByPreflightResponse"]
    assert without(example.as_json(), "code") == {
        "id": "errors/HeaderDisallowedByPreflightResponse",
        "title": "HeaderDisallowedByPreflightResponse",
        "group": "errors",
        "page": "errors/HeaderDisallowedByPreflightResponse.html",
        "request": {
            "origin": "https://app.example",
            "path": "/data",
            "method": "GET",
            "headers": [["X-Token", "1"]],
            "credentials": "same-origin",
        },
    }


# ---- exchanges, verdicts and suggestions -------------------------------------------------------


def test_the_exchanges_of_an_allowed_request() -> None:
    preflight, request = run(APP.format(options=""))["exchanges"]
    assert (preflight["title"], request["title"]) == ("Preflight", "Request")
    for exchange in (preflight, request):
        assert exchange["passed"]
        assert exchange["deciding_header"] == "Access-Control-Allow-Origin"
    assert ["Access-Control-Request-Method", "PUT"] in preflight["request"]["headers"]
    assert request["response"]["status"] == 200


def test_a_request_of_the_same_origin_has_no_deciding_header() -> None:
    (exchange,) = run(APP.format(options=""), origin="http://localhost")["exchanges"]
    assert (exchange["passed"], exchange["deciding_header"]) == (True, None)


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("MissingAllowOriginHeader", "Access-Control-Allow-Origin"),
        ("InvalidAllowCredentials", "Access-Control-Allow-Credentials"),
        ("MethodDisallowedByPreflightResponse", "Access-Control-Allow-Methods"),
        ("HeaderDisallowedByPreflightResponse", "Access-Control-Allow-Headers"),
        ("PreflightDisallowedRedirect", "Location"),
        ("PreflightInvalidStatus", None),
    ],
)
def test_the_header_that_blocked_the_request(name: str, header: str | None) -> None:
    exchange = run_example(f"errors/{name}")["exchanges"][-1]
    assert (exchange["passed"], exchange["deciding_header"]) == (False, header)


@pytest.mark.parametrize("code", sorted(OF_THE_SERVER - {"PreflightInvalidStatus"}))
def test_each_reason_but_the_status_has_its_header(code: str) -> None:
    exchange = run_example(f"errors/{code}")["exchanges"][-1]
    assert exchange["deciding_header"] is not None


def test_a_suggestion_has_its_line_and_says_what_it_changes() -> None:
    result = run(APP.format(options=', methods=["GET"]'))
    assert result["suggestion"] == {
        "lines": [{"code": 'CORS(..., methods=["GET", "PUT"])', "placement": "at", "line": 5}],
        "notes": ["Verified: with this change the request is allowed."],
        "requires_trust": False,
        "findings": [],
    }
    assert result["hint"] is None


def test_a_suggestion_that_allows_another_origin_requires_trust() -> None:
    suggestion = run(APP.format(options=""), origin="https://other.example")["suggestion"]
    assert suggestion["requires_trust"]
    assert "only if you trust https://other.example" in suggestion["notes"][-1]


def test_a_suggestion_of_an_allowed_request_exposes_headers() -> None:
    code = APP.format(options="").replace('{"a": 1}', '"", {"X-Total": "1"}')
    suggestion = run(code, method="GET", headers=[])["suggestion"]
    assert suggestion["notes"] == ["Verified: with this change the frontend can read it."]
    assert not suggestion["requires_trust"]


def test_the_verdict_of_a_browser_that_differs_is_named() -> None:
    verdict = run(APP.format(options=', allow_headers="*"'), headers=[["Authorization", "1"]])
    assert set(verdict["verdict"]["differing"]) <= {"Chromium", "Firefox"}


# ---- what goes wrong ---------------------------------------------------------------------------


def test_an_invalid_configuration_has_its_findings_at_their_line() -> None:
    result = run(APP.format(options=',\n    supports_credentials="maybe",\n    max_age="soon",\n'))
    assert (result["error"]["kind"], result["error"]["line"]) == ("config", 5)
    assert [(finding["option"], finding["line"]) for finding in result["findings"]] == [
        ("supports_credentials", 5),
        ("max_age", 5),
    ]
    assert result["verdict"] is None


@pytest.mark.parametrize(
    ("code", "line", "said"),
    [
        ("import flask\n\nflask.no_such\n", 3, "AttributeError: no_such"),
        ("import json\n\njson.loads('')\n", 3, "JSONDecodeError: Expecting value"),
        ("app = 1\nif app\n", 2, "SyntaxError: expected ':'"),
        ("import no_such_package\n", 1, "ModuleNotFoundError: No module named 'no_such_package'"),
        ("\nraise SystemExit('not configured')\n", 2, "SystemExit: not configured"),
        ("x = 1\n", None, "no Flask app was found"),
        ("def create_app():\n    return {}['a']\n", 2, "KeyError: 'a'"),
    ],
)
def test_an_error_of_the_app_has_its_line(code: str, line: int | None, said: str) -> None:
    result = run(code)
    assert (result["error"]["kind"], result["error"]["line"]) == ("app", line)
    assert said in result["error"]["message"]
    assert result["findings"] == []


def test_ctrl_c_is_not_an_error_of_the_app() -> None:
    with pytest.raises(KeyboardInterrupt):
        session.run("raise KeyboardInterrupt", REQUEST)


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (
            {"path": "/no-such", "method": "GET", "headers": []},
            "no URL rule of the app matches '/no-such'",
        ),
        ({"origin": "app.example"}, "origin:"),
        ({"headers": [["X Token", "1"]]}, "header"),
        ({"method": "FETCH"}, "method: 'FETCH' is not a registered method"),
    ],
)
def test_a_request_that_no_browser_sends_has_no_verdict_and_the_findings_remain(
    request_: dict[str, Any], said: str
) -> None:
    result = run(APP.format(options=', methods=["GET"]'), **request_)
    assert (result["error"]["kind"], result["error"]["line"]) == ("request", None)
    assert said in result["error"]["message"]
    assert result["verdict"] is None
    assert [finding["code"] for finding in result["findings"]] == ["CORS301"]


def test_an_app_that_would_serve_does_not() -> None:
    result = run(APP.format(options="") + "\n\napp.run()\n")
    assert result["verdict"]["allowed"]


def test_nothing_of_an_app_is_left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = object()
    monkeypatch.setitem(sys.modules, "app", mine)  # type: ignore[arg-type]
    before = dict(os.environ)
    code = 'import os\nos.environ["FLASK_CORS_ORIGINS"] = "*"\nprint("hello")\n'
    run(code + APP.format(options=""))
    assert sys.modules["app"] is mine
    assert dict(os.environ) == before
    assert capsys.readouterr().out == ""


def test_the_module_of_an_app_is_removed() -> None:
    run(APP.format(options=""))
    assert "app" not in sys.modules


def test_the_check_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "CHECK_SECONDS", 0.0)
    found = run(APP.format(options=""))["findings"]
    assert [finding["code"] for finding in found] == ["CORS905"]
