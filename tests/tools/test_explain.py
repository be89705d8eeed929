"""``flask cors explain``: what is told of a request, and what to write where it is blocked."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask, Response, redirect
from flask.cli import ScriptInfo

from flask_cors import CORS, cross_origin
from flask_cors.tools.cli import cors

APP = "https://app.example"
OTHER = "https://other.example"
JSON = ("--header", "Content-Type: application/json")


def an_app(**options: object) -> Flask:
    app = Flask("api", static_folder=None)
    CORS(app, **options)  # type: ignore[arg-type]

    @app.route("/users/<int:number>", methods=["GET", "POST", "PUT", "PATCH"])
    def user(number: int) -> str:
        return f"user {number}"

    return app


LINE = re.search(r"^    CORS\(app, \*\*options\)", Path(__file__).read_text(), re.MULTILINE)
assert LINE is not None
BOUND = f"test_explain.py:{Path(__file__).read_text()[: LINE.start()].count(chr(10)) + 1}"


@pytest.fixture
def ask(monkeypatch):
    monkeypatch.chdir(Path(__file__).parent)
    monkeypatch.setenv("COLUMNS", "200")

    def ask(app: Flask, *arguments: str, path: str = "/users/1") -> Result:
        info = ScriptInfo(create_app=lambda: app)
        return CliRunner().invoke(cors, ["explain", path, *arguments], obj=info)

    return ask


def rows(result: Result) -> dict[str, list[str]]:
    """The cells of the table by their label, of several the last."""
    _, _, rest = result.output.partition("\n\n")
    table, _, _ = rest.partition("\n\n")
    cells = [re.split(r" {2,}", line) for line in table.splitlines() if "  " in line]
    return {label: found for label, *found in cells}


# ---- the exit status ---------------------------------------------------------------------------


def test_the_status_is_0_for_an_allowed_request_and_1_for_a_blocked_one(ask):
    app = an_app(origins=APP)
    assert ask(app, "--origin", APP).exit_code == 0
    assert ask(app, "--origin", OTHER).exit_code == 1


def test_the_status_is_2_where_the_request_leaves_the_app(ask):
    app = an_app(origins=APP)
    app.add_url_rule("/away", view_func=lambda: redirect("https://elsewhere.example/x"))
    result = ask(app, "--origin", APP, path="/away")
    assert result.exit_code == 2
    assert result.output == (
        "Error: the app sends the browser on to 'https://elsewhere.example/x', which is another "
        "server: ask that one with `flask cors probe`\n"
    )


@pytest.mark.parametrize(
    ("arguments", "path", "message"),
    [
        (["--origin", "app.example"], "/users/1", "it has no scheme: write 'https://app.example'"),
        (["--origin", APP, "--method", "GTE"], "/users/1", "none that HTTP knows; write GET"),
        (["--origin", APP, "--header", "X"], "/users/1", "has no colon"),
        (["--origin", APP], "/user/1", "no rule of the app serves '/user/1' on localhost"),
        (["--origin", APP], "/user/1", "did you mean /users/<int:number>?"),
        (["--origin", APP], "/zzz", "`flask cors routes` lists them"),
        (["--origin", APP], "http://[::1", "url: 'http://[::1' is no URL, nor a path of the app"),
        (["--origin", APP], "ftp://x.example/", "'ftp://x.example/' is no http or https URL"),
        (["--origin", APP], "//x.example/", "no rule of the app serves '/' on x.example"),
    ],
)
def test_bad_input_is_one_line_and_status_2(ask, arguments, path, message):
    result = ask(an_app(), *arguments, path=path)
    assert result.exit_code == 2
    assert message in result.output
    assert result.output.count("\n") == 1


def test_a_path_is_asked_at_the_address_of_the_app(ask):
    app = an_app(origins=APP)
    app.config.update(SERVER_NAME="api.example:8080", PREFERRED_URL_SCHEME="https")
    result = ask(app, "--origin", APP)
    assert result.output.startswith(f"GET https://api.example:8080/users/1 by a page of {APP}\n")


def test_an_absolute_url_is_the_address_of_the_app(ask):
    result = ask(an_app(origins=APP), "--origin", APP, path="https://api.example/users/1")
    assert result.exit_code == 0
    assert "GET https://api.example/users/1" in result.output


def test_an_app_below_a_path_is_asked_below_it(ask):
    app = an_app(resources="/users/*", origins=APP)
    app.config["APPLICATION_ROOT"] = "/api"
    result = ask(app, "--origin", APP)
    assert result.output.startswith(f"GET http://localhost/api/users/1 by a page of {APP}\n")
    assert result.exit_code == 0


# ---- what is told ------------------------------------------------------------------------------


def test_each_step_of_an_allowed_request_is_told(ask):
    app = an_app(resources="/users/*", origins=[APP, "http://localhost:*"], max_age=60)
    result = ask(app, "--origin", "http://localhost:5173", "--method", "PUT", *JSON)
    assert result.output.splitlines() == [
        "PUT http://localhost/users/1 by a page of http://localhost:5173",
        "",
        "Preflight  needed   because of PUT, content-type",
        "Route               /users/<int:number>",
        f"Policy              /users/*                                      {BOUND}",
        (
            "Origin     allowed  http://localhost:5173, by http://localhost:*  "
            f"origins: CORS(...), {BOUND}"
        ),
        "Method     allowed  PUT                                           methods: default",
        'Header     allowed  content-type, by "*"                          allow_headers: default',
        "",
        "1. OPTIONS http://localhost/users/1, a preflight because of PUT and content-type",
        "   -> Origin: http://localhost:5173",
        "   -> Access-Control-Request-Method: PUT",
        "   -> Access-Control-Request-Headers: content-type",
        "   <- 200",
        "   <- Access-Control-Allow-Origin: http://localhost:5173",
        "   <- Access-Control-Allow-Methods: DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT",
        "   <- Access-Control-Allow-Headers: content-type",
        "   <- Access-Control-Max-Age: 60",
        "2. PUT http://localhost/users/1",
        "   -> Origin: http://localhost:5173",
        "   <- 200",
        "   <- Access-Control-Allow-Origin: http://localhost:5173",
        "",
        "Allowed: the page can read status 200 and content-length, content-type.",
    ]


@pytest.mark.parametrize(
    ("origins", "origin", "told"),
    [
        (
            ["http://localhost:3000"],
            "http://localhost:5173",
            (
                "http://localhost:5173; nearest is http://localhost:3000 "
                "(another port: 5173, where the entry has 3000)"
            ),
        ),
        (APP, "http://app.example", f"http://app.example; nearest is {APP} (http for https)"),
        (
            re.compile(r"https://[a-z]+\.example"),
            APP,
            rf"{APP}, by re.compile('https://[a-z]+\\.example')",
        ),
        ("*", APP, f'{APP}, by "*"'),
    ],
)
def test_the_origin_is_allowed_by_an_entry_or_told_with_the_nearest(ask, origins, origin, told):
    state, compared, where = rows(ask(an_app(origins=origins), "--origin", origin))["Origin"]
    assert compared == told
    assert state == ("refused" if "nearest" in told else "allowed")
    assert where == f"origins: CORS(...), {BOUND}"


@pytest.mark.filterwarnings("ignore:.*trailing slash")
def test_an_entry_with_a_trailing_slash_is_the_nearest_of_what_it_was_meant_for(ask):
    result = ask(an_app(origins=f"{APP}/"), "--origin", APP)
    assert f"nearest is {APP}/ (written so that no browser sends it: it has a trailing" in (
        result.output
    )


def test_a_simple_request_needs_no_preflight_and_is_asked_for_its_origin_alone(ask):
    found = rows(ask(an_app(origins=APP, methods=["PUT"]), "--origin", APP))
    assert found["Preflight"] == ["none", "nothing in the request needs one"]
    assert found.keys() == {"Preflight", "Route", "Policy", "Origin"}


def test_a_header_alone_makes_a_preflight_needed(ask):
    found = rows(ask(an_app(origins=APP), "--origin", APP, *JSON))
    assert found["Preflight"] == ["needed", "because of content-type"]
    assert found["Method"][:2] == ["allowed", "GET"]


def test_a_page_of_the_own_origin_is_none_of_cors_business(ask):
    result = ask(an_app(origins=APP), "--origin", "http://localhost", "--method", "PUT", *JSON)
    assert result.exit_code == 0
    assert rows(result)["Preflight"][0] == "none"
    assert "Note: the page and the app have the same origin, so that CORS has no say.\n" in (
        result.output
    )


def test_the_policy_is_that_of_the_view_where_it_is_decorated(ask):
    app = an_app(origins=APP)
    decorate = cross_origin(origins=OTHER)
    app.add_url_rule("/own", view_func=decorate(lambda: "mine"))
    found = rows(ask(app, "--origin", OTHER, path="/own"))
    assert found["Policy"][0] == "@cross_origin"
    assert found["Origin"][-1].startswith("origins: cross_origin(...), test_explain.py:")


def test_a_decorated_view_behind_a_decorator_that_hides_it_is_found_when_it_was_called(ask):
    app = an_app(origins=APP)
    view = cross_origin(origins=OTHER)(lambda: "mine")
    app.add_url_rule("/hidden", "hidden", lambda: view())
    result = ask(app, "--origin", "https://third.example", path="/hidden")
    found = rows(result)
    assert found["Policy"][0] == "@cross_origin"
    assert to_write(result) == [f'@cross_origin(..., origins=["{OTHER}", "https://third.example"])']


def test_an_option_of_the_config_is_told_by_its_key(ask):
    app = Flask("api", static_folder=None)
    app.config["CORS_ORIGINS"] = APP
    app.add_url_rule("/users/1", view_func=lambda: "user")
    CORS(app)
    assert rows(ask(app, "--origin", APP))["Origin"][-1].startswith(
        "origins: CORS_ORIGINS of app.config, test_explain.py:"
    )


def test_a_change_of_the_config_is_to_be_written_before_it_is_read(ask):
    app = Flask("api", static_folder=None)
    app.config["CORS_ORIGINS"] = APP
    app.add_url_rule("/users/1", view_func=lambda: "user")
    CORS(app)
    result = ask(app, "--origin", OTHER)
    assert to_write(result) == [f'app.config["CORS_ORIGINS"] = ["{APP}", "{OTHER}"]']
    assert "\nTo allow it, before test_explain.py:" in result.output


def test_headers_that_a_page_may_not_set_are_noted(ask):
    result = ask(an_app(origins=APP), "--origin", APP, "--header", "Cookie: a=b")
    assert "Note: a page may not set Cookie: the browser leaves it out.\n" in result.output


def test_a_request_with_credentials_goes_without_cookies_and_says_so(ask):
    app = an_app(origins=APP, supports_credentials=True)
    result = ask(app, "--origin", APP, "--credentials", "include")
    assert rows(result)["Credentials"][:2] == ["allowed", "include, by True"]
    assert "Note: no cookies are sent here:" in result.output


def test_an_exception_is_noted_and_answered_as_in_production(ask):
    app = an_app(origins=APP)
    app.testing = app.debug = True
    app.add_url_rule("/broken", view_func=lambda: 1 / 0)
    result = ask(app, "--origin", APP, path="/broken")
    assert result.exit_code == 0
    assert "Note: the app raised ZeroDivisionError: division by zero, and answered 500.\n" in (
        result.output
    )


def test_a_callable_that_fails_is_noted(ask):
    def origins_of_tenant(origin: str) -> bool:
        raise LookupError(origin)

    result = ask(an_app(origins=origins_of_tenant), "--origin", APP)
    assert result.exit_code == 1
    assert "origins_of_tenant raised LookupError, and so the origin is refused.\n" in result.output


def test_a_redirect_is_noted_and_followed(ask):
    app = an_app(origins=APP)
    app.add_url_rule("/old", view_func=lambda: redirect("/users/1"))
    result = ask(app, "--origin", APP, path="/old")
    assert "Note: http://localhost/old redirects to '/users/1'.\n" in result.output
    assert rows(result)["Route"] == ["/users/<int:number>"]


def test_a_method_that_no_rule_serves_is_told_with_those_that_are(ask):
    found = rows(ask(an_app(origins=APP), "--origin", APP, "--method", "DELETE"))
    assert found["Route"] == [
        "none serves DELETE; others are served: GET, HEAD, OPTIONS, PATCH, POST, PUT"
    ]


# ---- what to write -----------------------------------------------------------------------------


def to_write(result: Result) -> list[str]:
    assert result.exit_code == 1
    assert "This was tried: a browser then allows the request.\n" in result.output
    return re.findall(r"^    (.+)$", result.output.partition("To allow it")[2], re.MULTILINE)


def test_a_change_that_lets_the_request_pass_is_told_with_its_place(ask):
    app = an_app(origins=[APP], allow_headers=["X-Token"], methods="GET")
    result = ask(app, "--origin", OTHER, "--method", "PUT", *JSON, "--credentials", "include")
    assert to_write(result) == [
        (
            f'CORS(..., origins=["{APP}", "{OTHER}"], methods=["GET", "PUT"], '
            'allow_headers=["X-Token", "content-type"], supports_credentials=True)'
        )
    ]
    assert f"\nTo allow it, at {BOUND}:\n" in result.output
    assert result.output.endswith(
        f"Write it only if you trust the pages of {OTHER} with the answers.\n"
    )


def test_a_path_without_a_rule_is_covered_by_a_line_of_its_own(ask):
    result = ask(an_app(resources="/api/*", origins=APP), "--origin", OTHER)
    assert to_write(result) == [f'CORS(app, resources="/users/*", origins=["{OTHER}"])']
    assert rows(result)["Policy"] == ["none", "no rule of CORS covers the path"]


def test_an_app_without_cors_is_told_to_have_it(ask):
    app = Flask("api", static_folder=None)
    app.add_url_rule("/a", view_func=lambda: "read me", methods=["REPORT"])
    result = ask(app, "--origin", APP, "--method", "REPORT", path="/a")
    methods = '"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE", "REPORT"'
    assert to_write(result) == [
        f'CORS(app, resources="/a", origins=["{APP}"], methods=[{methods}])'
    ]


def test_an_http_page_beside_an_https_entry_is_warned_of(ask):
    result = ask(an_app(origins=APP), "--origin", "http://app.example")
    assert to_write(result) == [f'CORS(..., origins=["{APP}", "http://app.example"])']
    assert f"can speak for an http page: rather load it from {APP}.\n" in result.output


# ---- why there is nothing to write -------------------------------------------------------------


def what_to_do(result: Result) -> str:
    assert result.exit_code == 1
    assert "To allow it" not in result.output
    return result.output.rpartition("What to do: ")[2]


def test_null_should_stay_blocked(ask):
    assert what_to_do(ask(an_app(origins=APP), "--origin", "null")) == (
        "it should stay blocked: any site can send null, from a sandboxed frame; "
        "serve the page from an origin of its own.\n"
    )


def test_patch_in_lower_case_is_to_be_mended_in_the_page(ask):
    result = ask(an_app(origins=APP), "--origin", APP, "--method", "patch")
    assert what_to_do(result) == (
        "methods have a case: write method: 'PATCH' in the page's script.\n"
    )
    assert rows(result)["Method"][1] == "patch; nearest is PATCH (letters of another case)"


def test_a_header_that_the_app_says_itself_is_to_be_taken_out(ask):
    app = an_app(origins=APP)
    said = {"Access-Control-Allow-Origin": OTHER}
    app.add_url_rule("/own", view_func=lambda: ("mine", said))
    assert what_to_do(ask(app, "--origin", APP, path="/own")).startswith(
        f"the app says Access-Control-Allow-Origin: '{OTHER}' itself, and Flask-CORS leaves"
    )


def test_a_view_whose_options_make_no_policy_is_told_with_its_mistakes(ask):
    app = an_app(origins=APP)
    app.config["CORS_ORIGINS"] = "*"
    decorate = cross_origin(supports_credentials=True)
    app.add_url_rule("/broken", view_func=decorate(lambda: "mine"))
    assert what_to_do(ask(app, "--origin", APP, path="/broken")).startswith(
        "the options of the view make no policy: origins: '*' with supports_credentials=True"
    )


def test_a_redirect_without_end_is_no_matter_of_cors_and_noted_once(ask):
    app = an_app(origins=APP)
    app.add_url_rule("/round", view_func=lambda: redirect("/round"))
    result = ask(app, "--origin", APP, path="/round")
    assert what_to_do(result) == ("this is no matter of CORS: There were more than 20 redirects.\n")
    assert result.output.count("Note: ") == 1


def test_what_lies_outside_of_the_options_is_said_to(ask):
    app = an_app(origins=APP)
    app.before_request_funcs[None].insert(0, lambda: Response("login", 302, {"Location": "/in"}))
    result = ask(app, "--origin", APP, "--method", "PUT")
    assert "Blocked (PreflightDisallowedRedirect)" in result.output
    assert what_to_do(result) == (
        "no change of the options of CORS allows it: what is wrong lies outside of them.\n"
    )


# ---- for programs ------------------------------------------------------------------------------


def test_as_json_it_holds_the_same(ask):
    app = an_app(resources={"/users/*": {"origins": APP}})
    result = ask(app, "--origin", OTHER, *JSON, "--format", "json")
    assert result.exit_code == 1
    told = json.loads(result.output)
    place = {"file": __file__, "line": int(BOUND.partition(":")[2])}
    assert told["request"] == {
        "method": "GET",
        "url": "http://localhost/users/1",
        "origin": OTHER,
        "headers": [["Content-Type", "application/json"]],
        "credentials": "same-origin",
    }
    assert told["preflight"] == {"needed": True, "because": ["content-type"]}
    assert told["rule"] == "/users/<int:number>"
    assert told["policy"] == {
        "bound_to": "app",
        "blueprint": None,
        "resource": "/users/*",
        "place": place,
    }
    assert [(check["what"], check["allowed"]) for check in told["checks"]] == [
        ("origin", False),
        ("method", True),
        ("header", True),
    ]
    assert told["checks"][0] == {
        "what": "origin",
        "value": OTHER,
        "allowed": False,
        "entry": None,
        "nearest": None,
        "option": "origins",
        "level": "the resource '/users/*'",
        "place": place,
    }
    assert told["verdict"]["reason"] == "PreflightMissingAllowOriginHeader"
    written = f'resources={{..., "/users/*": {{..., "origins": ["{APP}", "{OTHER}"]}}}}'
    assert told["change"] == [{"write": written, "where": "at", "place": place}]
    assert told["why"] is None


def test_as_json_a_path_without_a_policy_has_none(ask):
    app = an_app(resources="/api/*")
    told = json.loads(ask(app, "--origin", APP, "--format", "json").output)
    assert told["policy"] is None
    assert told["change"][0]["place"] is None
