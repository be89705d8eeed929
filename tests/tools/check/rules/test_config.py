"""What the rules of options and config keys find, and what they leave alone."""

from __future__ import annotations

import re
import warnings

import pytest
from flask import Blueprint, Flask

from flask_cors import CORS, CORSWarning, cross_origin
from flask_cors.diagnostics.finding import Finding
from flask_cors.tools.check.command import choose_rules
from flask_cors.tools.check.run import run

RULES = choose_rules(["CORS701", "CORS702", "CORS703", "CORS711"], [])

APP = "https://app.example"


def view(**_: object) -> str:
    return "read me"


def an_app(**config: object) -> Flask:
    app = Flask("app")
    app.config.update(config)
    return app


def found(app: Flask) -> tuple[Finding, ...]:
    return run(app, RULES).findings


def bound(app: Flask, **options: object) -> Flask:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CORSWarning)
        CORS(app, **options)
    return app


@pytest.mark.parametrize("value", ["https://a.example, https://b.example", [APP]])
@pytest.mark.parametrize("key", ["CORS_ORIGIN_WHITELIST", "CORS_WHITELISTED", "CORS_FRONTENDS"])
def test_a_key_whose_value_the_app_gives_to_cors_itself_is_not_found(key: str, value: object):
    app = an_app(**{key: value})
    assert found(bound(app, origins=app.config[key])) == ()
    app = an_app(**{key: value})
    assert found(bound(app, resources={"/api/*": {"origins": app.config[key]}})) == ()


def test_a_key_that_is_split_before_it_is_given_is_not_found():
    app = an_app(CORS_FRONTENDS="https://a.example,https://b.example")
    assert found(bound(app, origins=app.config["CORS_FRONTENDS"].split(","))) == ()


def test_a_key_that_decorators_read_has_no_line_of_a_decorator():
    app = an_app(CORS_HEADERS="Content-Type")
    app.add_url_rule("/", "home", cross_origin(origins=APP)(view))
    (finding,) = found(app)
    assert (finding.location, finding.subject) == (None, "CORS_HEADERS of app.config")


def test_an_option_that_does_not_exist_is_found():
    app = bound(an_app(), orgins=APP)
    (finding,) = found(app)
    assert (finding.code, finding.severity) == ("CORS701", "warning")
    assert "'orgins'" in finding.message
    assert "'origins'" in finding.hint
    assert (finding.subject, finding.location.file) == ("CORS(...)", __file__)


@pytest.mark.filterwarnings("ignore::flask_cors.errors.CORSWarning")
@pytest.mark.parametrize(
    ("code", "key", "near"),
    [
        ("CORS701", "CORS_ORIGNS", "CORS_ORIGINS"),
        ("CORS711", "CORS_ORIGIN", "CORS_ORIGINS"),
        ("CORS711", "CORS_ALLOWED_ORIGINS", "CORS_ORIGINS"),
    ],
)
def test_a_key_that_is_like_one_of_ours_or_is_another_librarys_is_found(
    code: str, key: str, near: str
):
    app = bound(an_app(**{key: APP}))
    app.add_url_rule("/", view_func=cross_origin()(view))
    (finding,) = found(app)
    assert (finding.code, finding.severity) == (code, "warning")
    assert (key in finding.message, near in finding.hint) == (True, True)
    assert (finding.subject, finding.location.file) == (f"{key} of app.config", __file__)


def test_another_librarys_key_is_not_found_where_its_option_is_given_by_keyword():
    other = "https://other.example"
    assert not found(bound(an_app(CORS_ALLOWED_ORIGINS=[other]), origins=[APP]))


@pytest.mark.parametrize("key", ["CORS_XYZ_LOREM", "CORS_ENABLED", "CORS_URL"])
def test_a_key_that_no_option_is_like_is_the_apps_own(key: str):
    assert found(an_app(**{key: 1})) == ()


def test_a_key_whose_option_is_given_by_keyword_is_not_found():
    app = an_app(CORS_ORIGIN_LIST=[APP], CORS_ORIGNS=[APP])
    assert (
        found(bound(app, origins=[*app.config["CORS_ORIGIN_LIST"], "https://more.example"])) == ()
    )


def test_an_unknown_key_that_is_a_little_like_an_option_is_a_warning_with_its_name():
    (finding,) = found(an_app(CORS_ORIGIN_LIST=APP))
    assert (finding.code, finding.severity) == ("CORS701", "warning")
    assert finding.hint == "did you mean 'CORS_ORIGINS'?"


def test_our_own_keys_are_not_unknown():
    assert found(bound(an_app(CORS_ORIGINS=APP, CORS_CHECK_IGNORE={}), max_age=60)) == ()


def test_an_option_of_old_versions_is_found():
    (finding,) = found(bound(an_app(), headers="Content-Type"))
    assert (finding.code, finding.severity) == ("CORS702", "warning")
    assert "'headers'" in finding.message
    assert "'allow_headers'" in finding.hint
    assert finding.subject == "CORS(...)"


@pytest.mark.filterwarnings("ignore::flask_cors.errors.CORSWarning")
def test_a_key_of_old_versions_is_found_once():
    app = bound(an_app(CORS_HEADERS="Content-Type"))
    app.add_url_rule("/a", "a", cross_origin()(view))
    app.add_url_rule("/b", "b", cross_origin()(view))
    (finding,) = found(app)
    assert finding.code == "CORS702"
    assert "'CORS_ALLOW_HEADERS'" in finding.hint
    assert (finding.subject, finding.location.file) == ("CORS_HEADERS of app.config", __file__)


def test_a_key_of_old_versions_is_found_though_nothing_has_read_it():
    app = bound(an_app())
    app.config["CORS_HEADERS"] = "Content-Type"
    assert [finding.code for finding in found(app)] == ["CORS702"]


def test_the_names_of_today_are_not_old_names():
    assert found(bound(an_app(CORS_ALLOW_HEADERS="Content-Type"))) == ()


def test_a_late_config_key_is_found_with_what_was_read_and_what_is_there_now():
    app = bound(an_app(CORS_MAX_AGE=60))
    app.config.update(CORS_ORIGINS=APP, CORS_MAX_AGE=600)
    findings = found(app)
    assert {(finding.code, finding.severity) for finding in findings} == {("CORS703", "error")}
    messages = sorted(finding.message for finding in findings)
    assert "'CORS_MAX_AGE'] is 600 now, and was 60 when CORS(...) read it" in messages[0]
    assert f"'CORS_ORIGINS'] is '{APP}' now, and was unset when" in messages[1]
    assert {finding.location.file for finding in findings} == {__file__}
    assert "before CORS(app)" in findings[0].hint


def test_a_late_config_key_is_found_where_it_was_taken_away():
    app = bound(an_app(CORS_ORIGINS=APP))
    del app.config["CORS_ORIGINS"]
    (finding,) = found(app)
    assert "is unset now, and was 'https://app.example'" in finding.message


def test_a_late_config_key_is_found_where_it_was_changed_in_place():
    app = bound(an_app(CORS_ORIGINS=[APP], CORS_METHODS={"GET"}))
    app.config["CORS_ORIGINS"].append("https://other.example")
    (finding,) = found(app)
    assert (finding.code, finding.severity) == ("CORS703", "error")
    assert "app.config['CORS_ORIGINS'] was changed in place" in finding.message
    assert finding.location.file == __file__


def test_a_key_whose_value_is_the_same_is_not_late():
    origins = [
        APP,
        re.compile("https://a"),
        lambda origin: origin == APP,
        "https://*.b.example",
    ]
    app = bound(an_app(CORS_ORIGINS=origins, CORS_EXPOSE_HEADERS=iter(["X-Total"])))
    assert found(app) == ()


def test_a_late_config_key_is_found_where_its_value_is_invalid():
    app = bound(an_app())
    app.config["CORS_MAX_AGE"] = "soon"
    assert [finding.code for finding in found(app)] == ["CORS703"]


def test_a_late_config_key_is_found_for_a_blueprint_that_was_registered_before():
    app, blueprint = an_app(), Blueprint("shop", "app")
    CORS(blueprint)
    app.register_blueprint(blueprint)
    app.config["CORS_ORIGINS"] = APP
    assert [finding.code for finding in found(app)] == ["CORS703"]


def test_a_late_config_key_is_found_for_a_view_that_has_met_its_app():
    app = an_app()
    app.add_url_rule("/", view_func=cross_origin(max_age=60)(view))
    app.test_client().get("/")
    app.config.update(CORS_ORIGINS=APP, CORS_MAX_AGE=600, CORS_RESOURCES="/api/*")
    (finding,) = found(app)
    assert "'CORS_ORIGINS'" in finding.message
    assert "cross_origin(...) read it" in finding.message


def test_a_late_config_key_is_found_once_however_many_have_read_it():
    app = bound(bound(an_app()), resources="/api/*")
    app.config["CORS_ORIGINS"] = APP
    assert len(found(app)) == 1


def test_a_late_config_key_is_found_where_a_resource_leaves_it_to_the_config():
    app = bound(an_app(), resources={"/a/*": {"origins": APP}, "/b/*": {}})
    app.config["CORS_ORIGINS"] = APP
    assert len(found(app)) == 1


@pytest.mark.parametrize(
    "options",
    [
        {"origins": APP},
        {"resources": {"/a/*": {"origins": APP}, "/b/*": {"origins": []}}},
    ],
)
def test_a_key_whose_option_another_layer_gives_is_not_late(
    options: dict[str, object],
):
    app = bound(an_app(), **options)
    app.config["CORS_ORIGINS"] = APP
    assert found(app) == ()


@pytest.mark.parametrize(
    "config",
    [
        {"CORS_ORIGINS": [APP]},  # the same, written otherwise
        {"CORS_ORIGINS": APP, "CORS_MAX_AGE": None},
        {"CORS_ORIGINS": APP, "CORS_VARY_HEADER": "yes"},  # the default
    ],
)
def test_a_key_that_makes_no_difference_is_not_late(config: dict[str, object]):
    app = bound(an_app(CORS_ORIGINS=APP))
    app.config.update(config)
    assert found(app) == ()


def test_a_key_that_no_view_has_read_yet_is_not_late():
    app = an_app()
    app.add_url_rule("/", view_func=cross_origin()(view))
    app.config["CORS_ORIGINS"] = APP
    assert found(app) == ()


@pytest.mark.parametrize("key", ["CORS_ORIGIN_LIST", "CORS_ALLOWED_ORIGINS"])
def test_a_key_whose_option_is_set_by_its_own_name_too_is_not_found(key: str):
    app = an_app(CORS_ORIGINS=[APP], **{key: ["https://more.example"]})
    assert found(bound(app)) == ()
