"""The rules for what a configuration says by itself: each a class with a code of its own, which
warns or raises, is found by ``flask cors check`` and is explained in the rule reference."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from flask.views import MethodView

from flask_cors import CORS, CORSWarning, cross_origin
from flask_cors.diagnostics import rules
from flask_cors.diagnostics.finding import Finding, Severity
from flask_cors.tools.check import check
from flask_cors.tools.check.run import CATALOGUE

APP = "https://app.example"

RULES = sorted(
    (
        each
        for each in vars(rules).values()
        if isinstance(each, type) and issubclass(each, Finding) and hasattr(each, "code")
    ),
    key=lambda rule: rule.code,
)
each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)


def test_each_rule_has_a_code_of_its_own():
    codes = [rule.code for rule in RULES]
    assert len(codes) > 30
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"CORS[1-9][0-9]{2}", code) for code in codes)


@each_rule
def test_each_rule_has_a_title_a_severity_and_an_explanation(rule: type[Finding]):
    assert not rule.title.endswith(".")
    assert (rule.__doc__ or "").rstrip().endswith((".", ")."))
    assert rule.severity in (Severity.ERROR, Severity.WARNING)  # a note is not worth a warning


@each_rule
def test_each_rule_is_documented_in_the_rule_reference(rule: type[Finding]):
    documented = {each.code: each for each in CATALOGUE}
    assert rule.code in documented
    entry = documented[rule.code]
    assert (entry.title, entry.severity) == (rule.title, rule.severity)
    assert entry.__doc__ == rule.__doc__


# ---- warnings ----------------------------------------------------------------------------------


@contextmanager
def codes_of_warnings() -> Iterator[list[str]]:
    """Collect the codes that the warnings begin with."""
    codes: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield codes
    assert all(warning.category is CORSWarning for warning in caught)
    codes += [str(warning.message).split(" ")[0] for warning in caught]


# What each rule warns of, in the keyword arguments of CORS(...).
WARNED_OF: dict[str, dict[str, Any]] = {
    "CORS101": {"origins": "app.example"},
    "CORS102": {"origins": f"{APP}/"},
    "CORS103": {"origins": f"{APP}:443"},
    "CORS104": {"origins": "https://App.example"},
    "CORS105": {"origins": "https://bücher.example"},
    "CORS106": {"origins": f"{APP}:99999"},
    "CORS108": {"origins": None},
    "CORS109": {"origins": re.compile(r"https://.*example\.com")},
    "CORS118": {"origins": re.compile(r"http://localhost:*")},
    "CORS119": {"origins": ["*", APP]},
    "CORS202": {"origins": APP, "supports_credentials": True, "expose_headers": "*"},
    "CORS303": {"methods": ["GET", "TRACE"]},
    "CORS305": {"expose_headers": "Set-Cookie"},
    "CORS307": {"allow_headers": "X-*"},
    "CORS505": {"resources": "/api/.+"},
    "CORS506": {"resources": "/users/<int:id>"},
    "CORS507": {"resources": "api"},
    "CORS508": {"resources": ["/api/*", "/api/*"]},
    "CORS701": {"orgins": APP},
    "CORS702": {"headers": "X-Token"},
    "CORS709": {"origins": [APP, None]},
    "CORS710": {"methods": [""]},
    "CORS712": {"expose_headers": {"X-Total-Count": True}},
}
# In app.config.
WARNED_OF_IN_CONFIG: dict[str, dict[str, Any]] = {
    "CORS701": {"CORS_ORIGNS": APP},
    "CORS702": {"CORS_HEADERS": "X-Token"},
    "CORS710": {"CORS_RESOURCES": ""},
    "CORS711": {"CORS_ALLOWED_ORIGINS": APP},
}


def configured(options: dict[str, Any], **config: object) -> Flask:
    app = Flask(__name__)
    app.config.update(config)
    app.add_url_rule("/", view_func=lambda: "")
    CORS(app, **options)
    return app


@pytest.mark.parametrize(("code", "options"), WARNED_OF.items(), ids=WARNED_OF)
def test_a_warning_about_an_option_is_found_by_the_check_under_its_code(
    code: str, options: dict[str, Any]
):
    with codes_of_warnings() as codes:
        app = configured(options)
    assert codes == [code]
    (found,) = (finding for finding in check(app) if finding.code == code)
    assert (found.subject, found.location.file) == ("CORS(...)", __file__)


@pytest.mark.parametrize(
    ("code", "config"), WARNED_OF_IN_CONFIG.items(), ids=[*WARNED_OF_IN_CONFIG]
)
def test_a_warning_about_a_key_of_the_config_is_found_by_the_check_under_its_code(
    code: str, config: dict[str, Any]
):
    with codes_of_warnings() as codes:
        app = configured({}, **config)
    assert codes == [code]
    (found,) = (finding for finding in check(app) if finding.code == code)
    assert found.location is not None
    assert found.location.file == __file__


def without_wraps(view: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args, **kwargs: view(*args, **kwargs)


def books() -> str:
    return ""


def with_an_invalid_view(app: Flask) -> None:
    app.add_url_rule("/", view_func=cross_origin(supports_credentials=True)(books))


def with_a_decorator_above_the_route(app: Flask) -> None:
    @cross_origin(origins=APP)
    @app.get("/")
    def books() -> str:
        return ""


def with_a_hidden_decorator(app: Flask) -> None:
    app.add_url_rule("/", "books", without_wraps(cross_origin(origins=APP)(books)))


def with_a_bare_decorator(app: Flask) -> None:
    app.add_url_rule("/<origin>", "books", cross_origin(lambda origin: ""))


VIEWS = {
    "CORS601": with_an_invalid_view,
    "CORS603": with_a_decorator_above_the_route,
    "CORS608": with_a_hidden_decorator,
    "CORS609": with_a_bare_decorator,
}


@pytest.mark.parametrize(("code", "add"), VIEWS.items(), ids=VIEWS)
def test_a_warning_about_a_view_is_found_by_the_check_under_its_code(
    code: str, add: Callable[[Flask], None]
):
    app = Flask(__name__)
    add(app)
    with codes_of_warnings() as codes:
        app.test_client().get("/", headers={"Origin": APP})
    assert codes == [code]
    (found,) = (finding for finding in check(app) if finding.code == code)
    assert found.location is not None
    assert found.location.file == __file__


def test_every_rule_that_warns_has_an_example():
    raised = {
        *("CORS112", "CORS115", "CORS116", "CORS117", "CORS205", "CORS308", "CORS309", "CORS404"),
        *("CORS510", "CORS704", "CORS705", "CORS706", "CORS707", "CORS708"),
    }
    warned_of = WARNED_OF.keys() | WARNED_OF_IN_CONFIG.keys() | VIEWS.keys()
    assert {rule.code for rule in RULES} == raised | warned_of


def test_a_warning_can_be_filtered_by_the_code_it_begins_with():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", "CORS101 ")
        CORS(Flask(__name__), origins="app.example")
        with pytest.raises(CORSWarning, match=r"^CORS102 "):
            CORS(Flask(__name__), origins="https://app.example/")


def warned_by(app: Flask, path: str = "/") -> list[str]:
    """Return the warnings of two requests, each after its line."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(2):
            app.test_client().get(path)
    return [f"{warning.lineno} {warning.message}" for warning in caught]


# ---- CORS702 -----------------------------------------------------------------------------------


def test_the_warning_about_the_old_name_of_allow_headers_has_the_new_one():
    with pytest.warns(CORSWarning, match="^CORS702 .*'headers'.*'allow_headers'"):
        CORS(Flask(__name__), headers="Content-Type")  # type: ignore[call-arg]
    app = Flask(__name__)
    app.config["CORS_HEADERS"] = "Content-Type"
    with pytest.warns(CORSWarning, match="^CORS702 .*'CORS_HEADERS'.*'CORS_ALLOW_HEADERS'"):
        CORS(app)


# ---- CORS202 -----------------------------------------------------------------------------------


@pytest.mark.parametrize("exposed", ["*", "X-A, *", ["*", "X-A"]])
def test_exposing_every_header_with_credentials_causes_a_warning(exposed: object):
    with pytest.warns(CORSWarning, match="^CORS202 "):
        CORS(Flask(__name__), origins=APP, supports_credentials=True, expose_headers=exposed)
    with codes_of_warnings() as codes:
        CORS(Flask(__name__), origins=APP, expose_headers=exposed)
    assert codes == []


# ---- CORS603 -----------------------------------------------------------------------------------


def test_a_decorator_above_the_route_causes_a_warning_at_the_first_request():
    app = Flask(__name__)

    @cross_origin(origins=APP)
    @app.get("/")
    def books():
        return ""

    line = books.__wrapped__.__code__.co_firstlineno
    (warned,) = warned_by(app)
    assert warned.startswith(f"{line} CORS603 ")
    assert "'books'" in warned


def test_a_decorator_around_the_route_on_one_line_causes_a_warning():
    app = Flask(__name__)
    cross_origin(origins=APP)(app.get("/")(lambda: ""))
    assert [warned.split(" ")[1] for warned in warned_by(app)] == ["CORS603"]


def test_a_decorator_in_another_file_than_the_view_causes_no_warning():
    app = Flask(__name__)

    @cross_origin(origins=APP)
    @app.get("/")
    def books():
        return ""

    view = books.__wrapped__
    view.__code__ = view.__code__.replace(co_filename="another.py")
    assert warned_by(app) == []


def test_a_decorator_above_the_route_causes_one_warning_however_often_views_are_read():
    app = Flask(__name__)

    @cross_origin(origins=APP)
    @app.get("/")
    def books():
        return ""

    with codes_of_warnings() as codes:
        app.test_client().get("/")
        CORS(app, origins=APP)  # from now on they are looked at again
        app.test_client().get("/")
    assert codes == ["CORS603"]


def test_a_decorator_above_the_route_and_other_decorators_causes_a_warning_in_an_app_with_cors():
    def wrapping(view):
        wrapper = without_wraps(view)
        wrapper.__wrapped__ = view
        return wrapper

    app = Flask(__name__)
    CORS(app, origins=APP)

    @cross_origin(
        origins=APP,
    )
    @wrapping
    @app.get("/")
    def books():
        return ""

    (warned,) = warned_by(app)
    assert re.search(r"CORS603 .*'books'", warned)


def test_a_decorator_above_a_route_with_another_one_below_it_causes_a_warning():
    app = Flask(__name__)

    @cross_origin(origins=APP)
    @app.get("/")
    @cross_origin(origins=APP)
    def books():
        return ""

    assert [warned.split(" ")[1] for warned in warned_by(app)] == ["CORS603"]


def test_a_decorator_that_reaches_its_view_causes_no_warning():
    app = Flask(__name__)

    @app.get("/")
    @cross_origin(origins=APP)
    @cross_origin(origins=APP)
    def books():
        return ""

    class Authors(MethodView):
        decorators = (cross_origin(origins=APP),)

        @cross_origin(origins=APP)
        def get(self):
            return ""

    app.add_url_rule("/authors", view_func=Authors.as_view("authors"))
    assert warned_by(app) == warned_by(app, "/authors") == []


def test_a_view_that_only_one_of_two_apps_decorates_causes_no_warning():
    def books():
        return ""

    decorating, plain = Flask(__name__), Flask(__name__)
    decorating.add_url_rule("/", view_func=cross_origin(origins=APP)(books))
    plain.add_url_rule("/", view_func=books)
    assert warned_by(decorating) == warned_by(plain) == []


def test_a_view_that_is_not_a_plain_function_can_be_decorated():
    app = Flask(__name__)
    app.add_url_rule("/", "made", cross_origin(origins=APP)(str))
    made = type("Callable", (), {"__slots__": (), "__call__": lambda self: ""})()
    app.add_url_rule("/made", "slotted", cross_origin(origins=APP)(made))
    app.add_url_rule("/bare", "bare", made)
    response = app.test_client().get("/made", headers={"Origin": APP})
    assert response.headers["Access-Control-Allow-Origin"] == APP
    assert warned_by(app, "/bare") == []
