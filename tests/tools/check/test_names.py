"""What the checks of names find, and what they leave alone."""

from __future__ import annotations

import re
import warnings

import pytest
from flask import Blueprint, Flask

from flask_cors import CORS, CORSWarning, cross_origin
from flask_cors.tools.check.finding import Finding
from flask_cors.tools.check.names import CHECKS
from flask_cors.tools.check.run import run

APP = "https://app.example"


def view(**_: object) -> str:
    return "read me"


def an_app(**config: object) -> Flask:
    app = Flask("app")
    app.config.update(config)
    return app


def found(app: Flask) -> tuple[Finding, ...]:
    return run(app, CHECKS).findings


def bound(app: Flask, **options: object) -> Flask:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CORSWarning)
        CORS(app, **options)
    return app


class TestAnUnknownName:
    def test_is_an_option_that_does_not_exist(self):
        app = bound(an_app(), orgins=APP)
        (finding,) = found(app)
        assert (finding.code, finding.severity) == ("CORS701", "warning")
        assert "'orgins'" in finding.message
        assert "'origins'" in finding.fix
        assert (finding.where.name, finding.where.file) == ("CORS(...)", __file__)

    @pytest.mark.filterwarnings("ignore::flask_cors.errors.CORSWarning")
    @pytest.mark.parametrize(
        ("key", "near"),
        [("CORS_ORIGIN", "CORS_ORIGINS"), ("CORS_ALLOWED_ORIGINS", "CORS_ORIGINS")],
    )
    def test_is_a_key_that_is_like_one(self, key: str, near: str):
        app = bound(an_app(**{key: APP}))
        app.add_url_rule("/", view_func=cross_origin()(view))
        (finding,) = found(app)
        assert (finding.code, finding.severity) == ("CORS701", "warning")
        assert (key in finding.message, near in finding.fix) == (True, True)
        assert (finding.where.name, finding.where.file) == (f"{key} of app.config", __file__)

    @pytest.mark.parametrize("key", ["CORS_XYZ_LOREM", "CORS_ENABLED", "CORS_URL"])
    def test_is_a_note_where_no_option_is_like_it(self, key: str):
        (finding,) = found(an_app(**{key: 1}))
        assert (finding.severity, finding.where.file) == ("note", None)
        assert "exempt CORS701" in finding.fix

    def test_is_none_of_ours(self):
        assert found(bound(an_app(CORS_ORIGINS=APP, CORS_CHECK_IGNORE={}), max_age=60)) == ()


class TestAnOldName:
    def test_is_an_option_of_old_versions(self):
        (finding,) = found(bound(an_app(), headers="Content-Type"))
        assert (finding.code, finding.severity) == ("CORS702", "warning")
        assert "'headers'" in finding.message
        assert finding.fix == "its name is 'allow_headers'"
        assert finding.where.name == "CORS(...)"

    @pytest.mark.filterwarnings("ignore::flask_cors.errors.CORSWarning")
    def test_is_a_key_of_old_versions_told_once(self):
        app = bound(an_app(CORS_HEADERS="Content-Type"))
        app.add_url_rule("/a", "a", cross_origin()(view))
        app.add_url_rule("/b", "b", cross_origin()(view))
        (finding,) = found(app)
        assert finding.code == "CORS702"
        assert finding.fix == "its name is 'CORS_ALLOW_HEADERS'"
        assert (finding.where.name, finding.where.file) == ("CORS_HEADERS of app.config", __file__)

    def test_may_be_a_key_that_nothing_has_read(self):
        app = bound(an_app())
        app.config["CORS_HEADERS"] = "Content-Type"
        assert [finding.code for finding in found(app)] == ["CORS702"]

    def test_is_none_of_todays(self):
        assert found(bound(an_app(CORS_ALLOW_HEADERS="Content-Type"))) == ()


class TestAKeySetAfterwards:
    def test_is_found_with_what_was_read_and_what_is_there_now(self):
        app = bound(an_app(CORS_MAX_AGE=60))
        app.config.update(CORS_ORIGINS=APP, CORS_MAX_AGE=600)
        findings = found(app)
        assert {(finding.code, finding.severity) for finding in findings} == {("CORS703", "error")}
        said = sorted(finding.message for finding in findings)
        assert "'CORS_MAX_AGE'] is 600 now, and was 60 when CORS(...) read it" in said[0]
        assert f"'CORS_ORIGINS'] is '{APP}' now, and was unset when" in said[1]
        assert {finding.where.file for finding in findings} == {__file__}
        assert "before CORS(app)" in findings[0].fix

    def test_is_found_where_it_was_taken_away(self):
        app = bound(an_app(CORS_ORIGINS=APP))
        del app.config["CORS_ORIGINS"]
        (finding,) = found(app)
        assert "is unset now, and was 'https://app.example'" in finding.message

    def test_is_found_where_it_was_changed_in_place(self):
        app = bound(an_app(CORS_ORIGINS=[APP], CORS_METHODS={"GET"}))
        app.config["CORS_ORIGINS"].append("https://other.example")
        (finding,) = found(app)
        assert (finding.code, finding.severity) == ("CORS703", "error")
        assert "app.config['CORS_ORIGINS'] was changed in place" in finding.message
        assert finding.where.file == __file__

    def test_is_none_where_it_is_the_same_whatever_it_holds(self):
        origins = [
            APP,
            re.compile("https://a"),
            lambda origin: origin == APP,
            "https://*.b.example",
        ]
        app = bound(an_app(CORS_ORIGINS=origins, CORS_EXPOSE_HEADERS=iter(["X-Total"])))
        assert found(app) == ()

    def test_is_found_where_it_would_have_been_a_mistake(self):
        app = bound(an_app())
        app.config["CORS_MAX_AGE"] = "soon"
        assert [finding.code for finding in found(app)] == ["CORS703"]

    def test_is_found_for_a_blueprint_that_was_registered_before(self):
        app, blueprint = an_app(), Blueprint("shop", "app")
        CORS(blueprint)
        app.register_blueprint(blueprint)
        app.config["CORS_ORIGINS"] = APP
        assert [finding.code for finding in found(app)] == ["CORS703"]

    def test_is_found_for_a_view_that_has_met_its_app(self):
        app = an_app()
        app.add_url_rule("/", view_func=cross_origin(max_age=60)(view))
        app.test_client().get("/")
        app.config.update(CORS_ORIGINS=APP, CORS_MAX_AGE=600, CORS_RESOURCES="/api/*")
        (finding,) = found(app)
        assert "'CORS_ORIGINS'" in finding.message
        assert "cross_origin(...) read it" in finding.message

    def test_is_found_once_however_many_have_read_it(self):
        app = bound(bound(an_app()), resources="/api/*")
        app.config["CORS_ORIGINS"] = APP
        assert len(found(app)) == 1

    def test_is_found_where_a_resource_leaves_it_to_the_config(self):
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
    def test_is_none_that_something_above_the_config_gives(self, options: dict[str, object]):
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
    def test_is_none_that_makes_no_difference(self, config: dict[str, object]):
        app = bound(an_app(CORS_ORIGINS=APP))
        app.config.update(config)
        assert found(app) == ()

    def test_is_none_that_no_view_has_read_yet(self):
        app = an_app()
        app.add_url_rule("/", view_func=cross_origin()(view))
        app.config["CORS_ORIGINS"] = APP
        assert found(app) == ()
