"""``flask cors routes``: the report as text and as JSON."""

from __future__ import annotations

import json
import re
from pathlib import Path

import click
import pytest
from flask import Blueprint, Flask
from flask.views import MethodView

from flask_cors import CORS, cross_origin
from flask_cors.tools.routes.command import run

ROOT = Path(__file__).parents[3]
APP = "https://app.example"
OTHER = "https://other.example"


def view(**_: object) -> str:
    return "read me"


def an_app() -> Flask:
    return Flask("app", static_folder=None)


@pytest.fixture
def text(capsys, monkeypatch):
    """Return the report on an app for a terminal of 120 columns, without colours."""
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.chdir(Path(__file__).parent)

    def text(app: Flask, status: int = 0) -> list[str]:
        assert run(app, "text") == status
        return click.unstyle(capsys.readouterr().out).splitlines()

    return text


@pytest.fixture
def data(capsys):
    def data(app: Flask, status: int = 0):
        assert run(app, "json") == status
        return json.loads(capsys.readouterr().out)

    return data


def cells(line: str) -> list[str]:
    return re.split(r"  +", line.strip())


def heading(lines: list[str], number: int) -> str:
    (line,) = (line for line in lines if line.startswith(f"Policy {number},"))
    return line


def count_policies(lines: list[str]) -> int:
    return sum(line.startswith("Policy ") for line in lines)


def configure(app: Flask, file: str, code: str) -> None:
    """Run code as that of a file, such as that of an installed package."""
    exec(compile(code, file, "exec"), {"app": app, "CORS": CORS, "cross_origin": cross_origin})


def policy(lines: list[str], number: int = 1) -> dict[str, tuple[str, ...]]:
    """Return the options of a policy: name, value, layer."""
    start = lines.index(heading(lines, number)) + 1
    end = lines.index("", start) if "" in lines[start:] else len(lines)
    return {name: tuple(rest) for name, *rest in map(cells, lines[start:end])}


def test_a_route_is_shown_with_its_policy_and_what_that_allows(text):
    app = an_app()
    app.add_url_rule("/users", view_func=view)
    CORS(app, origins=APP, methods="GET, PUT", allow_headers="X-A", max_age=600)
    lines = text(app)
    assert lines[:3] == [
        "URL rule  Methods  Policy  Resource",
        "/users    GET      1       /*",
        "",
    ]
    assert re.fullmatch(r"Policy 1, configured at test_report\.py:\d+", lines[3])
    assert policy(lines) == {
        "origins": (APP, "CORS(...)"),
        "methods": ("GET, PUT", "CORS(...)"),
        "expose_headers": ("none", "default"),
        "allow_headers": ("x-a", "CORS(...)"),
        "supports_credentials": ("no", "default"),
        "max_age": ("600 s", "CORS(...)"),
    }


@pytest.mark.parametrize(
    ("options", "name", "shown"),
    [
        ({}, "origins", "any"),
        ({"origins": []}, "origins", "none"),
        (
            {"origins": [r"https://\w+\.example", APP]},
            "origins",
            rf"{APP}, re.compile('https://\\w+\\.example')",
        ),
        ({"origins": "http://localhost:*"}, "origins", "http://localhost:*"),
        ({"origins": str.isalpha}, "origins", "str.isalpha"),
        ({"origins": [f"https://{n}.example" for n in range(12)]}, "origins", "… and 2 more"),
        ({"methods": "*"}, "methods", "any"),
        ({"methods": []}, "methods", "none"),
        ({"allow_headers": None}, "allow_headers", "none"),
        ({"allow_headers": r"X-.*"}, "allow_headers", "re.compile('X-.*')"),
        ({"allow_headers": "*"}, "allow_headers", "any"),
        ({"expose_headers": ["X-B", "X-A"]}, "expose_headers", "X-A, X-B"),
        ({"supports_credentials": True, "origins": APP}, "supports_credentials", "yes"),
        ({"max_age": None}, "max_age", "not sent"),
        ({"vary_header": False}, "vary_header", "no"),
    ],
)
def test_values_are_shown_as_they_are_written(text, options, name, shown):
    app = an_app()
    app.add_url_rule("/", view_func=view)
    CORS(app, **options)
    if shown.startswith("…"):
        assert shown[2:] in " ".join(text(app))
    else:
        assert policy(text(app))[name][0] == shown


def test_the_layer_that_sets_an_option_is_named_with_its_location_if_it_differs(text):
    app = an_app()
    app.add_url_rule("/", view_func=view)
    app.config["CORS_MAX_AGE"] = 5
    cors = CORS(origins=APP, resources={"/*": {"methods": "GET"}})
    cors.init_app(app, expose_headers="X-A")
    allowed = policy(text(app))
    assert re.fullmatch(r"CORS\(\.\.\.\), test_report\.py:\d+", allowed["origins"][1])
    assert allowed["methods"][1].startswith("the resource '/*', test_report.py:")
    assert allowed["expose_headers"] == ("X-A", "init_app(...)")
    assert allowed["max_age"] == ("5 s", "CORS_MAX_AGE of app.config")


def test_a_route_without_a_policy_says_so(text):
    app = an_app()
    app.add_url_rule("/users", view_func=view)
    assert text(app)[1:] == [
        "/users    GET      -       none",
        "",
        "-  no policy, so no CORS headers",
    ]


def test_an_app_without_routes_is_reported(text):
    assert text(an_app()) == ["The app has no routes."]


def test_policies_that_allow_the_same_are_shown_as_one(text):
    app = an_app()
    for number in range(200):
        decorate = (
            cross_origin(origins=lambda origin: True) if number == 7 else cross_origin(origins=APP)
        )
        app.add_url_rule(f"/{number}", str(number), decorate(view))
    lines = text(app)
    assert count_policies(lines) == 2
    assert len(lines) == 201 + 2 * 8


def test_routes_may_share_a_policy(text):
    app = an_app()
    app.add_url_rule("/a", "a", view)
    app.add_url_rule("/b", "b", view)
    CORS(app, resources=["/a", "/*"])
    lines = text(app)
    assert [cells(line)[:4] for line in lines[1:3]] == [
        ["/a", "GET", "1", "/a"],
        ["/b", "GET", "1", "/*"],
    ]
    assert count_policies(lines) == 1


def test_equal_policies_of_several_lines_have_their_location_in_the_rows(text, monkeypatch):
    monkeypatch.syspath_prepend("/srv/packages")
    app = an_app()
    for number, file in enumerate(["shop/views.py", "shop/cart/views.py", "shop/api.py"]):
        configure(
            app,
            f"/srv/packages/{file}",
            f"app.add_url_rule('/{number}', '{number}', cross_origin(max_age=5)(lambda: ''))",
        )
    lines = text(app)
    assert cells(lines[0])[-1] == "Configured at"
    assert [cells(line)[-2:] for line in lines[1:4]] == [
        ["@cross_origin", "shop/views.py:1"],  # as much as distinguishes it
        ["@cross_origin", "cart/views.py:1"],
        ["@cross_origin", "api.py:1"],
    ]
    assert heading(lines, 1) == (
        "Policy 1, configured in shop/views.py, shop/cart/views.py, shop/api.py"
    )


def test_a_file_may_be_named_as_the_end_of_another(text, monkeypatch):
    monkeypatch.syspath_prepend("/srv/packages")
    app = an_app()
    for number, file in enumerate(["shop/views.py", "views.py"]):
        configure(
            app,
            f"/srv/packages/{file}",
            f"app.add_url_rule('/{number}', '{number}', cross_origin(max_age=5)(lambda: ''))",
        )
    assert [cells(line)[-1] for line in text(app)[1:3]] == ["shop/views.py:1", "views.py:1"]


def test_the_location_in_an_installed_package_is_relative_to_what_is_importable(text, monkeypatch):
    monkeypatch.syspath_prepend("/srv/packages")
    app = an_app()
    configure(app, "/srv/packages/shop/app.py", "\n\nCORS(app, origins='https://app.example')")
    app.add_url_rule("/", view_func=view)
    assert heading(text(app), 1) == "Policy 1, configured at shop/app.py:3"


def test_the_endpoint_distinguishes_url_rules_that_look_alike(text):
    app = an_app()
    app.add_url_rule("/books/<name>", "by_name", view)
    app.add_url_rule("/books/<isbn>/", "by_isbn", view)
    app.add_url_rule("/books/<int:number>", "by_number", view)
    app.add_url_rule("/books/<name>", "rename", view, methods=["PUT"])
    CORS(app)
    assert sorted(cells(line)[0] for line in text(app)[1:5]) == [
        "/books/<int:number> (by_number)",
        "/books/<isbn>/ (by_isbn)",
        "/books/<name>",
        "/books/<name> (by_name)",
    ]


def test_a_policy_for_some_paths_of_a_rule_has_a_question_mark(text):
    app = an_app()
    app.add_url_rule("/<lang>/news", view_func=view)
    CORS(app, resources={"/en/*": {}, "/de/*": {"origins": APP}})
    lines = text(app)
    assert [cells(line) for line in lines[1:3]] == [
        ["/<lang>/news", "GET", "1?", "/en/*"],
        ["2?", "/de/*"],
    ]
    assert cells(lines[3]) == ["-", "none"]
    assert lines[5].startswith("?  applies to the paths that match")


def test_blueprints_decorators_and_methods_are_distinguished(text):
    class Items(MethodView):
        @cross_origin(origins=APP)
        def get(self) -> str:
            return ""

        def put(self) -> str:
            return ""

    shop = Blueprint("shop", __name__, url_prefix="/shop")
    shop.add_url_rule("/items", view_func=Items.as_view("items"))
    CORS(shop, origins=OTHER)
    app = an_app()
    app.register_blueprint(shop)
    lines = text(app)
    assert [cells(line) for line in lines[1:3]] == [
        ["/shop/items", "GET", "1", "@cross_origin"],
        ["/shop/items", "PUT", "2", "/* of shop"],
    ]


def test_a_view_with_invalid_options_is_an_error_and_status_1(text):
    app = an_app()
    app.add_url_rule("/users", view_func=cross_origin(supports_credentials=True)(view))
    lines = text(app, status=1)
    assert cells(lines[1])[:4] == ["/users", "GET", "error", "@cross_origin"]
    assert re.fullmatch(
        r"Error at test_report\.py:\d+: invalid CORS options, every origin is refused", lines[3]
    )
    assert lines[4].startswith("  CORS205 origins: the default '*' ")


def test_the_same_error_of_several_views_is_shown_once(text):
    app = an_app()
    invalid = cross_origin(supports_credentials=True)(view)
    app.add_url_rule("/1", "one", invalid)
    app.add_url_rule("/2", "two", cross_origin(supports_credentials=True)(view))
    lines = text(app, status=1)
    (error,) = (line for line in lines if line.startswith("Error at "))
    locations = [cells(line)[-1] for line in lines[1:3]]
    assert error.startswith(f"Error at {', '.join(locations)}: invalid CORS options")


@pytest.mark.parametrize(
    ("host_matching", "column", "value"),
    [(True, "Host", "api.example"), (False, "Subdomain", "api")],
)
def test_hosts_and_subdomains_have_a_column_if_there_are_any(text, host_matching, column, value):
    app = Flask("app", static_folder=None, host_matching=host_matching)
    key = "host" if host_matching else "subdomain"
    app.add_url_rule("/users", view_func=view, **{key: value})
    lines = text(app)
    assert cells(lines[0])[:2] == [column, "URL rule"]
    assert cells(lines[1])[:2] == [value, "/users"]


def test_a_hundred_routes_fit_into_130_lines_of_80_columns(text, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.syspath_prepend("/srv/packages")
    app = an_app()
    configure(
        app,
        "/srv/packages/shop/application/security.py",
        "CORS(app, origins='https://app.example', resources=['/*', '/ajax-api/*'])",
    )
    for number in range(20):
        for method in ("GET", "POST", "PUT", "DELETE"):
            path = f"/ajax-api/books/{number}/<isbn>"
            app.add_url_rule(path, f"{number} {method}", view, methods=[method])
        configure(
            app,
            f"/srv/packages/shop/application/views/department{number}.py",
            f"app.add_url_rule('/departments/{number}', '{number}', cross_origin()(lambda: ''))",
        )
    lines = text(app)
    assert max(map(len, lines)) <= 80
    assert len(lines) <= 130


@pytest.mark.parametrize("columns", [80, 100])
def test_lines_fit_the_terminal(text, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    app = an_app()
    app.add_url_rule(f"/{'long/' * 20}<int:number>", view_func=view)
    CORS(app, origins=[f"https://{n}.example" for n in range(100)], resources=f"/{'long/' * 9}*")
    lines = text(app)
    assert max(map(len, lines)) == columns
    assert len({line.index(part) for line in lines[:1] for part in ["Policy"]}) == 1


def test_headings_are_bold_and_errors_red_on_a_terminal_only(monkeypatch, capsys):
    app = an_app()
    app.add_url_rule("/users", view_func=cross_origin(supports_credentials=True)(view))
    run(app, "text")
    assert "\x1b" not in capsys.readouterr().out
    monkeypatch.setattr("click._compat.isatty", lambda _: True)
    run(app, "text")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("\x1b[1mURL rule")
    assert any(line.startswith("\x1b[31mError") for line in lines)


def test_the_json_of_routes_has_the_same_data_and_full_locations(data):
    app = an_app()
    app.add_url_rule("/<lang>/users", "users", view)
    app.config["CORS_EXPOSE_HEADERS"] = "X-A"
    CORS(
        app,
        resources={"/en/*": {"origins": [APP, r"https://\w\.example", "https://*.example"]}},
        allow_headers=["X-A", r"X-B.*"],
        max_age=5,
    )
    found = data(app)
    (route,) = found["routes"]
    (share,) = route.pop("policies")
    (candidate,) = share.pop("candidates")
    location = candidate.pop("location")
    assert route == {
        "url_rule": "/<lang>/users",
        "host": None,
        "endpoint": "users",
        "methods": ["GET", "HEAD"],
    }
    assert share == {"methods": ["GET", "HEAD"], "covers_every_path": False}
    assert candidate == {
        "policy": 0,
        "findings": [],
        "decides_on": "paths that match",
        "bound_to": "app",
        "blueprint": None,
        "resource": "/en/*",
    }
    assert location["file"] == __file__
    (policy,) = found["policies"]
    assert policy["origins"]["value"] == {
        "any": False,
        "exact": [APP],
        "wildcards": ["https://*.example"],
        "regexes": [r"https://\w\.example"],
        "callables": [],
    }
    assert policy["origins"]["location"] == location
    assert policy["origins"]["layer"] == "the resource '/en/*'"
    assert policy["allow_headers"]["value"] == {
        "any": False,
        "names": ["x-a"],
        "regexes": ["X-B.*"],
    }
    assert policy["methods"]["value"]["any"] is False
    assert policy["methods"]["location"] is None
    assert policy["expose_headers"]["value"] == ["X-A"]
    assert policy["max_age"]["value"] == 5
    assert policy["send_wildcard"]["value"] is False


def test_the_json_of_routes_names_blueprints_decorators_and_errors(data):
    shop = Blueprint("shop", __name__, url_prefix="/shop")
    shop.add_url_rule("/1", "one", view)
    shop.add_url_rule("/2", "two", cross_origin(supports_credentials=True)(view))
    CORS(shop)
    app = an_app()
    app.register_blueprint(shop)
    first, second = (
        candidate
        for route in data(app, status=1)["routes"]
        for share in route["policies"]
        for candidate in share["candidates"]
    )
    assert (first["bound_to"], first["blueprint"], first["resource"]) == ("blueprint", "shop", "/*")
    assert (second["bound_to"], second["policy"], second["resource"]) == ("view", None, None)
    (finding,) = second["findings"]
    assert finding["code"] == "CORS205"
    assert finding["message"].startswith("origins: the default '*' ")
