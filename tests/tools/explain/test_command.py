"""``flask cors explain``: the report on a request, and the suggestion if it is blocked."""

from __future__ import annotations

import inspect
import json
import re
from importlib.metadata import version
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Blueprint, Flask, redirect
from flask.cli import ScriptInfo

from flask_cors import CORS, CORSConfigError, cross_origin
from flask_cors.tools.cli import cors

FLASK = tuple(map(int, version("flask").split(".")[:2]))

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
BOUND = f"test_command.py:{Path(__file__).read_text()[: LINE.start()].count(chr(10)) + 1}"


@pytest.fixture
def run(monkeypatch):
    monkeypatch.chdir(Path(__file__).parent)
    monkeypatch.setenv("COLUMNS", "500")

    def run(app: Flask, *arguments: str, path: str = "/users/1") -> Result:
        info = ScriptInfo(create_app=lambda: app)
        return CliRunner().invoke(cors, ["explain", path, *arguments], obj=info)

    return run


def rows(result: Result) -> dict[str, list[str]]:
    """Return the cells of the table by their label, the last ones of a repeated label."""
    _, _, rest = result.output.partition("\n\n")
    table, _, _ = rest.partition("\n\n")
    cells = [re.split(r" {2,}", line) for line in table.splitlines() if "  " in line]
    return {label: found for label, *found in cells}


# ---- the exit status ---------------------------------------------------------------------------


def test_the_status_is_0_for_an_allowed_request_and_1_for_a_blocked_one(run):
    app = an_app(origins=APP)
    assert run(app, "--origin", APP).exit_code == 0
    assert run(app, "--origin", OTHER).exit_code == 1


def test_the_status_is_2_for_a_request_that_leaves_the_app(run):
    app = an_app(origins=APP)
    app.add_url_rule("/away", view_func=lambda: redirect("https://elsewhere.example/x"))
    result = run(app, "--origin", APP, path="/away")
    assert result.exit_code == 2
    assert result.output == (
        "Error: the app redirects to another server, 'https://elsewhere.example/x': "
        "use `flask cors probe` for that one\n"
    )


@pytest.mark.parametrize(
    ("arguments", "path", "message"),
    [
        (["--origin", "app.example"], "/users/1", "it has no scheme; write 'https://app.example'"),
        (["--origin", APP, "--method", "GTE"], "/users/1", "not a registered method; write GET"),
        (["--origin", APP, "--header", "X"], "/users/1", "has no colon"),
        (["--origin", APP], "/user/1", "no URL rule of the app matches '/user/1' on localhost"),
        (["--origin", APP], "/user/1", "did you mean /users/<int:number>?"),
        (["--origin", APP], "/zzz", "`flask cors routes` lists them"),
        (
            ["--origin", APP],
            "http://[::1",
            "url: 'http://[::1' is neither a URL nor a path of the app",
        ),
        (
            ["--origin", APP],
            "ftp://x.example/",
            "'ftp://x.example/' is neither an http or https URL",
        ),
        (["--origin", APP], "//x.example/", "no URL rule of the app matches '/' on x.example"),
    ],
)
def test_bad_input_is_one_line_and_status_2(run, arguments, path, message):
    result = run(an_app(), *arguments, path=path)
    assert result.exit_code == 2
    assert message in result.output
    assert result.output.count("\n") == 1


def test_a_path_is_requested_at_the_address_of_the_app(run):
    app = an_app(origins=APP)
    app.config.update(SERVER_NAME="api.example:8080", PREFERRED_URL_SCHEME="https")
    result = run(app, "--origin", APP)
    assert result.output.startswith(f"GET https://api.example:8080/users/1 from {APP}\n")


def test_an_absolute_url_is_the_address_of_the_app(run):
    result = run(an_app(origins=APP), "--origin", APP, path="https://api.example/users/1")
    assert result.exit_code == 0
    assert "GET https://api.example/users/1" in result.output


def test_an_app_below_a_path_is_requested_below_it(run):
    app = an_app(resources="/users/*", origins=APP)
    app.config["APPLICATION_ROOT"] = "/api"
    result = run(app, "--origin", APP)
    assert result.output.startswith(f"GET http://localhost/api/users/1 from {APP}\n")
    assert result.exit_code == 0


# ---- what is printed ---------------------------------------------------------------------------


def test_each_step_of_an_allowed_request_is_printed(run):
    app = an_app(resources="/users/*", origins=[APP, "http://localhost:*"], max_age=60)
    result = run(app, "--origin", "http://localhost:5173", "--method", "PUT", *JSON)
    assert result.output.splitlines() == [
        "PUT http://localhost/users/1 from http://localhost:5173",
        "",
        "Preflight  needed   because of the method PUT and the header content-type",
        "URL rule            /users/<int:number>",
        f"{'Policy              /users/*':43}{BOUND}",
        f"{'Origin     allowed  http://localhost:5173':43}origins: CORS(...), {BOUND}",
        "           by       http://localhost:*",
        f"{'Method     allowed  PUT':43}methods: default",
        f"""{'Header     allowed  content-type, by "*"':43}allow_headers: default""",
        "",
        (
            "1. OPTIONS http://localhost/users/1 "
            "(preflight for the method PUT and the header content-type)"
        ),
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
        "Allowed: the frontend can read status 200 and the headers content-length, content-type.",
    ]


@pytest.mark.parametrize(("origins", "expected"), [("*", f'{APP}, by "*"'), (APP, APP)])
def test_an_allowed_origin_is_shown_with_its_entry(run, origins, expected):
    found = rows(run(an_app(origins=origins), "--origin", APP))
    assert found["Origin"] == ["allowed", expected, f"origins: CORS(...), {BOUND}"]


def test_a_long_entry_has_a_line_below_an_allowed_origin(run):
    found = rows(run(an_app(origins=re.compile(r"https://[a-z]+\.example")), "--origin", APP))
    assert found["Origin"] == ["allowed", APP, f"origins: CORS(...), {BOUND}"]
    assert found[""] == ["by", r"re.compile('https://[a-z]+\\.example')"]


@pytest.mark.parametrize(
    ("origins", "origin", "closest"),
    [
        (
            ["http://localhost:3000"],
            "http://localhost:5173",
            ["http://localhost:3000", "port 5173 instead of 3000"],
        ),
        (APP, "http://app.example", [APP, "http instead of https"]),
        (
            APP,
            "https://evilapp.example",
            [APP, "another host, whose name contains it"],
        ),
    ],
)
def test_the_closest_entry_has_a_line_below_a_refused_origin(run, origins, origin, closest):
    found = rows(run(an_app(origins=origins), "--origin", origin))
    assert found["Origin"] == ["refused", origin, f"origins: CORS(...), {BOUND}"]
    assert found[""] == ["closest", *closest]


@pytest.mark.filterwarnings("ignore:.*trailing slash")
def test_an_entry_with_a_trailing_slash_is_the_closest_to_the_intended_origin(run):
    result = run(an_app(origins=f"{APP}/"), "--origin", APP)
    entry, difference = rows(result)[""][1:]
    assert entry == f"{APP}/"
    assert difference.startswith("as written, no browser sends it: it has a trailing")


def test_a_simple_request_needs_no_preflight_and_only_its_origin_is_compared(run):
    found = rows(run(an_app(origins=APP, methods=["PUT"]), "--origin", APP))
    assert found["Preflight"] == ["not needed"]
    assert found.keys() == {"Preflight", "URL rule", "Policy", "Origin"}


def test_a_header_makes_a_preflight_necessary(run):
    found = rows(run(an_app(origins=APP), "--origin", APP, *JSON))
    assert found["Preflight"] == ["needed", "because of the header content-type"]
    assert found["Method"][:2] == ["allowed", "GET"]


def test_cors_does_not_apply_to_the_origin_of_the_app(run):
    result = run(an_app(origins=APP), "--origin", "http://localhost", "--method", "PUT", *JSON)
    assert result.exit_code == 0
    assert rows(result)["Preflight"][0] == "not needed"
    assert "Note: the page and the app have the same origin, so CORS does not apply.\n" in (
        result.output
    )


def test_a_decorated_view_decides_by_its_own_policy(run):
    app = an_app(origins=APP)
    decorate = cross_origin(origins=OTHER)
    app.add_url_rule("/own", view_func=decorate(lambda: "mine"))
    found = rows(run(app, "--origin", OTHER, path="/own"))
    assert found["Policy"][0] == "@cross_origin"
    assert found["Origin"][-1].startswith("origins: cross_origin(...), test_command.py:")


def test_a_decorated_view_that_a_decorator_hides_is_found_after_its_call(run):
    app = an_app(origins=APP)

    def without_wraps(view):
        def call():
            return view()

        return call

    view = cross_origin(origins=OTHER)(lambda: "mine")
    app.add_url_rule("/hidden", "hidden", without_wraps(view))
    result = run(app, "--origin", "https://third.example", path="/hidden")
    found = rows(result)
    assert found["Policy"][0] == "@cross_origin"
    assert to_write(result) == [f'@cross_origin(..., origins=["{OTHER}", "https://third.example"])']
    assert "a decorator of the view 'hidden' hides its @cross_origin: write @functools.wraps" in (
        result.output
    )


def test_an_option_of_the_config_is_named_by_its_key(run):
    app = Flask("api", static_folder=None)
    app.config["CORS_ORIGINS"] = APP
    app.add_url_rule("/users/1", view_func=lambda: "user")
    CORS(app)
    assert rows(run(app, "--origin", APP))["Origin"][-1].startswith(
        "origins: CORS_ORIGINS of app.config, test_command.py:"
    )


def test_a_change_of_the_config_is_suggested_before_the_line_that_reads_it(run):
    app = Flask("api", static_folder=None)
    app.config["CORS_ORIGINS"] = APP
    app.add_url_rule("/users/1", view_func=lambda: "user")
    CORS(app)
    result = run(app, "--origin", OTHER)
    assert to_write(result) == [f'app.config["CORS_ORIGINS"] = ["{APP}", "{OTHER}"]']
    assert "\nTo allow the request, write before test_command.py:" in result.output


def test_forbidden_headers_are_noted(run):
    result = run(an_app(origins=APP), "--origin", APP, "--header", "Cookie: a=b")
    assert "Note: scripts may not set Cookie: the browser drops it.\n" in result.output


def test_a_request_with_credentials_has_a_note_on_missing_cookies(run):
    app = an_app(origins=APP, supports_credentials=True)
    result = run(app, "--origin", APP, "--credentials", "include")
    assert rows(result)["Credentials"][:2] == ["allowed", "include, by True"]
    assert "Note: no cookies were sent:" in result.output


def test_an_exception_is_noted_and_becomes_500_as_in_production(run):
    app = an_app(origins=APP)
    app.testing = app.debug = True
    app.add_url_rule("/broken", view_func=lambda: 1 / 0)
    result = run(app, "--origin", APP, path="/broken")
    assert result.exit_code == 0
    assert "Note: the app raised ZeroDivisionError: division by zero and responded with 500.\n" in (
        result.output
    )


def test_a_callable_that_fails_is_noted(run):
    def origins_of_tenant(origin: str) -> bool:
        raise LookupError(origin)

    result = run(an_app(origins=origins_of_tenant), "--origin", APP)
    assert result.exit_code == 1
    assert "origins_of_tenant raised LookupError, so the origin is refused.\n" in result.output


def test_a_redirect_is_noted_and_followed(run):
    app = an_app(origins=APP)
    app.add_url_rule("/old", view_func=lambda: redirect("/users/1"))
    result = run(app, "--origin", APP, path="/old")
    assert "Note: http://localhost/old redirects to '/users/1'.\n" in result.output
    assert rows(result)["URL rule"] == ["/users/<int:number>"]


def test_a_method_that_no_rule_serves_is_shown_with_the_methods_of_the_path(run):
    found = rows(run(an_app(origins=APP), "--origin", APP, "--method", "DELETE"))
    assert found["URL rule"] == [
        "none serves DELETE; the path serves GET, HEAD, OPTIONS, PATCH, POST, PUT"
    ]


def test_no_row_is_longer_than_a_few_lines(run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    tenants = re.compile(f"https://({'|'.join(map(str, range(1000)))})\\.app\\.example")
    app = an_app(origins=tenants)
    app.add_url_rule(f"/{'x' * 900}", "x", lambda: ("", {f"X-{n}": "" for n in range(99)}))
    result = run(app, "--origin", "https://7.app.example", path=f"/{'x' * 900}")
    table = result.output.split("\n\n")[1].splitlines()
    assert len(table) < 20
    assert max(map(len, table)) <= 80
    assert "The frontend cannot read the headers x-0, x-1, x-10, " in result.output
    assert "and 87 more.\n" in result.output
    refused = run(app, "--origin", OTHER, path=f"/{'x' * 900}")
    assert to_write(refused) == [f'CORS(..., origins=[..., "{OTHER}"])']


@pytest.mark.parametrize("columns", [80, 140])
def test_a_cell_goes_on_below_an_empty_last_column(run, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    result = run(an_app(origins=APP), "--origin", APP, "--method", "DELETE", *JSON)
    assert rows(result)["Preflight"] == [
        "needed",
        "because of the method DELETE and the header content-type",
    ]
    assert max(map(len, result.output.split("\n\n")[1].splitlines())) <= columns


# ---- what to write -----------------------------------------------------------------------------


def to_write(result: Result) -> list[str]:
    assert result.exit_code == 1
    assert "Verified: with this change the request is allowed.\n" in result.output
    return re.findall(
        r"^    (\S.+)$", result.output.partition("To allow the request")[2], re.MULTILINE
    )


def test_a_change_that_allows_the_request_is_suggested_with_its_location(run):
    app = an_app(origins=[APP], allow_headers=["X-Token"], methods="GET")
    result = run(app, "--origin", OTHER, "--method", "PUT", *JSON, "--credentials", "include")
    assert to_write(result) == [
        (
            f'CORS(..., origins=["{APP}", "{OTHER}"], methods=["GET", "PUT"], '
            'allow_headers=["X-Token", "content-type"], supports_credentials=True)'
        )
    ]
    assert f"\nTo allow the request, write at {BOUND}:\n" in result.output
    assert result.output.endswith(
        f"Apply it only if you trust {OTHER}: its scripts can then read these responses.\n"
    )


def test_a_resource_is_suggested_for_a_path_without_one(run):
    result = run(an_app(resources="/api/*", origins=APP), "--origin", OTHER)
    assert to_write(result) == [f'CORS(app, resources="/users/*", origins=["{OTHER}"])']
    assert rows(result)["Policy"] == ["none", "no resource covers the path"]


def test_cors_is_suggested_for_an_app_without_it(run):
    app = Flask("api", static_folder=None)
    app.add_url_rule("/a", view_func=lambda: "read me", methods=["REPORT"])
    result = run(app, "--origin", APP, "--method", "REPORT", path="/a")
    methods = '"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE", "REPORT"'
    assert to_write(result) == [
        f'CORS(app, resources="/a", origins=["{APP}"], methods=[{methods}])'
    ]


@pytest.mark.parametrize("origin", ["http://app.example", "http://other.example"])
def test_an_http_origin_is_noted(run, origin):
    result = run(an_app(origins=APP), "--origin", origin)
    assert to_write(result) == [f'CORS(..., origins=["{APP}", "{origin}"])']
    assert "can be changed on its way: load it over https instead.\n" in result.output


@pytest.mark.parametrize("origin", ["http://localhost:5173", "http://127.0.0.1", OTHER, "app://."])
def test_an_origin_that_no_network_can_change_is_not_noted(run, origin):
    assert "over https" not in run(an_app(origins=APP), "--origin", origin).output


def test_a_dangerous_suggestion_has_what_check_reports_of_it(run):
    app = an_app(origins=APP)
    result = run(app, "--origin", "http://localhost:5173")
    assert len(to_write(result)) == 1
    _, _, reported = result.output.partition("\n\nWith this change, `flask cors check` reports:\n")
    assert re.match(r"  warning  CORS113 origins: the app is not in debug", reported)
    assert reported.splitlines()[-1].startswith("                   -> add them only if")
    found = json.loads(run(app, "--origin", "http://localhost:5173", "--format", "json").output)
    (finding,) = found["new_findings"]
    assert (finding["code"], finding["subject"], finding["location"]) == ("CORS113", None, None)


def test_a_suggestion_without_danger_has_no_findings(run):
    assert "cors check" not in run(an_app(origins=APP), "--origin", OTHER).output


def test_an_error_status_and_lost_origins_are_printed_below_the_line(run):
    app = an_app()
    app.view_functions["user"] = lambda number: ("", 403)
    result = run(app, "--origin", APP, "--credentials", "include")
    assert result.output.endswith(
        "Verified: with this change the request is allowed, and the frontend can read status 403.\n"
        "Allowed origins that the line leaves out are then refused.\n"
        "Every allowed origin can then read responses to requests with cookies.\n"
    )


INSTALLED = "/usr/lib/python3/dist-packages/shop/app.py"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (
            "CORS(app, origins='https://app.example')",
            [
                f"To allow the request, write at {INSTALLED}:1:",
                f'    CORS(..., origins=["{APP}", "{OTHER}"])',
                "The file belongs to an installed package: look for a setting of it instead.",
            ],
        ),
        (
            "app.config['CORS_ORIGINS'] = 'https://app.example'; CORS(app)",
            [
                "To allow the request, write:",
                f'    app.config["CORS_ORIGINS"] = ["{APP}", "{OTHER}"]',
                "Verified: with this change the request is allowed.",
            ],
        ),
    ],
)
def test_a_line_of_an_installed_package_is_not_to_be_changed(run, code, expected):
    app = Flask("api", static_folder=None)
    app.add_url_rule("/users/1", view_func=lambda: "user")
    exec(compile(code, INSTALLED, "exec"), {"app": app, "CORS": CORS})
    assert "\n".join(expected) in run(app, "--origin", OTHER).output


# ---- why there is nothing to write -------------------------------------------------------------


def hint(result: Result) -> str:
    assert result.exit_code == 1
    assert "To allow the request" not in result.output
    return result.output.rpartition("Hint: ")[2]


def test_the_origin_null_is_not_suggested(run):
    assert hint(run(an_app(origins=APP), "--origin", "null")) == (
        "do not allow null, which any site can send from a sandboxed frame; "
        "serve the page from an origin of its own.\n"
    )


def test_patch_in_lower_case_has_a_hint_for_the_frontend(run):
    result = run(an_app(origins=APP), "--origin", APP, "--method", "patch")
    assert hint(result) == ("methods are case-sensitive: write method: 'PATCH' in the frontend.\n")
    assert rows(result)["Method"][1] == "patch"
    assert rows(result)[""] == ["closest", "PATCH", "differs in case"]


def test_a_cors_header_of_the_app_itself_has_a_hint_to_remove_it(run):
    app = an_app(origins=APP)
    headers = {"Access-Control-Allow-Origin": OTHER}
    app.add_url_rule("/own", view_func=lambda: ("mine", headers))
    assert hint(run(app, "--origin", APP, path="/own")).startswith(
        f"the app sets Access-Control-Allow-Origin: '{OTHER}' itself, and Flask-CORS does"
    )


def test_a_view_that_sends_a_request_to_its_own_app_is_not_taken_for_middleware(run):
    app = an_app(origins=APP)
    headers = {"Access-Control-Allow-Origin": OTHER}
    app.add_url_rule("/whole", view_func=lambda: (app.test_client().get("/users/1").text, headers))
    assert hint(run(app, "--origin", APP, path="/whole")).startswith(
        f"the app sets Access-Control-Allow-Origin: '{OTHER}' itself"
    )


@pytest.mark.parametrize("hide", [False, True])
@pytest.mark.parametrize("arguments", [(), ("--method", "PUT")])
def test_a_view_with_invalid_options_is_named_with_the_option_and_the_hint(run, hide, arguments):
    app = an_app(origins=OTHER)
    app.config["CORS_ORIGINS"] = "*"
    decorate = cross_origin(supports_credentials=True)
    line = inspect.currentframe().f_lineno - 1
    view = decorate(lambda: "mine")
    shown = (lambda: view()) if hide else view
    app.add_url_rule("/broken", "broken", shown, methods=["GET", "PUT"])
    result = run(app, "--origin", OTHER if hide else APP, *arguments, path="/broken")
    assert result.exit_code == 1
    with pytest.raises(CORSConfigError) as raised:
        cross_origin(origins="*", supports_credentials=True)
    (finding,) = raised.value.findings
    assert hint(result).startswith("the view's CORS options are invalid")
    assert finding.message in hint(result)
    assert finding.hint in hint(result)
    found = rows(result)
    assert found["Policy"] == ["invalid", "@cross_origin", f"test_command.py:{line}"]
    assert found.keys() == {"Preflight", "URL rule", "Policy"}


def test_a_view_with_invalid_options_is_named_in_json(run):
    app = an_app(origins=APP)
    view = cross_origin(supports_credentials=True)
    app.add_url_rule("/broken", "broken", view(lambda: "mine"))
    found = json.loads(run(app, "--origin", APP, "--format", "json", path="/broken").output)
    assert (found["reason"], found["checks"], found["suggestions"]) == ("CONFIG_ERROR", [], [])
    assert found["policy"]["bound_to"] == "view"


# ---- a path whose spellings have different policies --------------------------------------------


def with_files(**resources: object) -> Flask:
    app = an_app(resources={"/open/*": {"origins": APP}, **resources})
    app.add_url_rule("/open/<path:name>", "file", lambda name: "a file")
    app.add_url_rule("/slash/", "slash", lambda: "a folder")
    return app


SHUT = {"/shut/*": {"origins": OTHER}}


@pytest.mark.parametrize(("resources", "other"), [(SHUT, f"/shut/*, {BOUND}"), ({}, "no resource")])
def test_an_ambiguous_path_is_shown_with_its_spellings_and_what_to_request(run, resources, other):
    result = run(with_files(**resources), "--origin", APP, path="/open/..%2fshut/a")
    assert result.exit_code == 1
    assert rows(result)["Policy"] == ["none", "spellings of the path have different policies"]
    assert re.findall(r"^Spelling +(\S+) +(.+)$", result.output, re.MULTILINE) == [
        ("/open/../shut/a", f"/open/*, {BOUND}"),
        ("/shut/a", other),
    ]
    second = "'/shut/*'" if resources else "no resource"
    assert hint(result) == (
        f"the spellings of the path have different policies, those of '/open/*' and {second}: "
        "request '/shut/a' instead, or cover all spellings by one resource, or give them the "
        "same options.\n"
    )


def test_a_path_that_is_ambiguous_by_its_last_slash_has_a_hint_for_the_resources(run):
    app = with_files(**{"/slash": {"origins": OTHER}, "/*": {"origins": APP}})
    result = run(app, "--origin", APP, path="/slash/")
    assert re.findall(r"^Spelling +(\S+)", result.output, re.MULTILINE) == ["/slash/", "/slash"]
    assert hint(result) == (
        "the spellings of the path have different policies, those of '/*' and '/slash': "
        "cover all spellings by one resource, or give them the same options.\n"
    )


def test_the_json_of_explain_has_the_spellings_of_a_path(run):
    result = run(with_files(), "--origin", APP, "--format", "json", path="/open/..%2fshut/a")
    found = json.loads(result.output)
    assert (found["reason"], found["policy"], found["checks"]) == ("AMBIGUOUS_PATH", None, [])
    assert [each["path"] for each in found["spellings"]] == ["/open/../shut/a", "/shut/a"]
    assert found["spellings"][0]["policy"]["resource"] == "/open/*"
    assert found["spellings"][1]["policy"] is None


def test_a_plain_path_has_no_spellings(run):
    result = run(with_files(**SHUT), "--origin", APP, "--format", "json", path="/open/a")
    found = json.loads(result.output)
    assert (found["reason"], found["spellings"]) == ("ALLOWED", [])


def test_a_path_that_no_view_serves_has_spellings(run):
    app = an_app(resources={"/open/*": {"origins": APP}, **SHUT})
    app.add_url_rule("/open/<path:name>", "write", lambda name: "", methods=["PUT"])
    result = run(app, "--origin", APP, path="/open/..%2fshut/a")
    assert re.findall(r"^Spelling +(\S+)", result.output, re.MULTILINE) == [
        "/open/../shut/a",
        "/shut/a",
    ]


@pytest.mark.skipif(FLASK < (3, 1), reason="Flask 3.0 trusts every host")
def test_a_path_on_a_host_that_is_not_trusted_has_spellings(run):
    app = with_files(**SHUT)
    app.config["TRUSTED_HOSTS"] = ["localhost"]
    result = run(app, "--origin", APP, path="http://other.example/open/..%2fshut/a")
    assert "those of '/open/*' and '/shut/*'" in hint(result)


def test_the_spellings_of_a_path_may_belong_to_blueprints(run):
    app, shop = with_files(), Blueprint("shop", __name__, url_prefix="/shop")
    shop.add_url_rule("/cart", "cart", lambda: "a cart")
    CORS(shop, origins=OTHER)
    other = Blueprint("other", __name__, url_prefix="/other/shop")
    CORS(other)
    app.register_blueprint(shop)
    app.register_blueprint(other)
    for path, spelling in (("cart", "/shop/cart"), ("nothing", "/shop/nothing")):
        result = run(app, "--origin", APP, path=f"/open/..%2fshop/{path}")
        found = re.findall(r"^Spelling +(\S+) +(.+), test_command", result.output, re.MULTILINE)
        assert found == [(f"/open/../shop/{path}", "/open/*"), (spelling, "/* of shop")]


def test_an_endless_redirect_is_noted_once_and_not_caused_by_cors(run):
    app = an_app(origins=APP)
    app.add_url_rule("/round", view_func=lambda: redirect("/round"))
    result = run(app, "--origin", APP, path="/round")
    assert hint(result) == ("the cause is not CORS: There were more than 20 redirects.\n")
    assert result.output.count("Note: ") == 1


def test_a_cause_outside_of_the_options_has_a_hint(run):
    app = an_app(origins=APP)
    app.add_url_rule("/moved", view_func=lambda: redirect("http://user:word@localhost/users/1"))
    result = run(app, "--origin", APP, path="/moved")
    assert hint(result) == ("no change of the CORS options allows it: the cause is elsewhere.\n")


# ---- for programs ------------------------------------------------------------------------------


def test_the_json_of_explain_has_the_same_data_as_the_text(run):
    app = an_app(resources={"/users/*": {"origins": APP}})
    result = run(app, "--origin", OTHER, *JSON, "--format", "json")
    assert result.exit_code == 1
    found = json.loads(result.output)
    location = {"file": __file__, "line": int(BOUND.partition(":")[2])}
    assert found["request"] == {
        "method": "GET",
        "url": "http://localhost/users/1",
        "origin": OTHER,
        "headers": [["Content-Type", "application/json"]],
        "credentials": "same-origin",
        "dropped": [],
    }
    assert found["preflight"] == {"needed": True, "method": None, "headers": ["content-type"]}
    assert found["url_rule"] == "/users/<int:number>"
    assert found["policy"] == {
        "bound_to": "app",
        "blueprint": None,
        "resource": "/users/*",
        "location": location,
    }
    assert [(check["kind"], check["allowed"]) for check in found["checks"]] == [
        ("origin", False),
        ("method", True),
        ("header", True),
    ]
    assert found["checks"][0] == {
        "kind": "origin",
        "value": OTHER,
        "allowed": False,
        "entry": None,
        "closest": None,
        "option": "origins",
        "layer": "the resource '/users/*'",
        "location": location,
    }
    assert found["verdict"]["reason"] == "PreflightMissingAllowOriginHeader"
    written = f'resources={{..., "/users/*": {{..., "origins": ["{APP}", "{OTHER}"]}}}}'
    assert found["suggestions"] == [{"code": written, "placement": "at", "location": location}]
    assert found["hint"] is None


def test_the_json_of_explain_has_null_for_a_missing_policy(run):
    app = an_app(resources="/api/*")
    found = json.loads(run(app, "--origin", APP, "--format", "json").output)
    assert found["policy"] is None
    assert found["suggestions"][0]["location"] is None
