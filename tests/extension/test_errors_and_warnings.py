"""Invalid and suspicious configurations of ``CORS``."""

from __future__ import annotations

import warnings

import pytest
from flask import Blueprint, Flask

from flask_cors import CORS, CORSConfigError, CORSWarning

from .apps import APP, EVIL, an_app, here, reads

# ---- errors ------------------------------------------------------------------------------------


def test_all_errors_are_reported_together_with_their_options_values_and_hints():
    with pytest.raises(CORSConfigError) as raised:
        CORS(an_app(CORS_MAX_AGE="soon"), origins="https://*", methods="GET PUT", vary_header="ja")
    assert {(each.code, each.option, each.value) for each in raised.value.findings} == {
        ("CORS116", "origins", "https://*"),
        ("CORS308", "methods", "GET PUT"),
        ("CORS707", "vary_header", "ja"),
        ("CORS404", "max_age", "soon"),
    }
    for finding in raised.value.findings:
        assert finding.hint in str(raised.value)
        assert repr(finding.value) in str(raised.value)


def test_each_finding_has_the_line_of_its_cors():
    app, cors = an_app(CORS_MAX_AGE="soon"), CORS(methods="GET PUT")
    line = here() - 1
    with pytest.raises(CORSConfigError) as raised:
        cors.init_app(app, origins="https://*")
    assert {(each.option, each.location.line) for each in raised.value.findings} == {
        ("methods", line),
        ("origins", line + 3),
        ("max_age", line + 3),
    }
    assert {each.location.file for each in raised.value.findings} == {__file__}


def test_the_errors_of_all_resources_are_reported_together():
    resources = {"/a": {"max_age": -5}, "/b": {"origins": "("}, "[": {}, "/c": "*"}
    with pytest.raises(CORSConfigError) as raised:
        CORS(an_app(), resources=resources, always_send="perhaps")
    values = [finding.value for finding in raised.value.findings]
    assert {"[", "*", "perhaps"} <= set(values)
    with pytest.raises(CORSConfigError) as raised:
        CORS(an_app(), resources={"/a": {"max_age": -5}, "/b": {"origins": "("}})
    assert [finding.value for finding in raised.value.findings] == [-5, "("]


INVALID = [
    {"origins": APP, "resources": 5},
    {"supports_credentials": True},
    {"supports_credentials": True, "origins": "*"},
    {"supports_credentials": True, "origins": "null"},
    {"supports_credentials": True, "origins": r"https://.*"},
    {"origins": "https://*"},
    {"max_age": "1 hour"},
]


@pytest.mark.parametrize("options", INVALID)
def test_an_error_binds_nothing(fetch, options):
    app = an_app()
    with pytest.raises(CORSConfigError):
        CORS(app, **options)
    assert not reads(fetch, app, APP)


@pytest.mark.parametrize("options", [INVALID[2], *INVALID[3:]])
def test_invalid_arguments_raise_when_a_blueprint_is_bound(options):
    bp = Blueprint("bp", __name__)
    with pytest.raises(CORSConfigError):
        CORS(bp, **options)
    an_app().register_blueprint(bp)


def test_an_invalid_config_raises_when_a_blueprint_is_registered():
    bp = Blueprint("bp", __name__)
    CORS(bp, supports_credentials=True)
    an_app(CORS_ORIGINS=APP).register_blueprint(bp)
    with pytest.raises(CORSConfigError) as raised:
        an_app().register_blueprint(bp)
    assert [finding.code for finding in raised.value.findings] == ["CORS205"]


# ---- warnings ----------------------------------------------------------------------------------


def to_app(app: Flask, **options: object) -> int:
    CORS(app, **options)
    return here() - 1


def to_app_later(app: Flask, **options: object) -> int:
    cors = CORS(**options)
    line = here() - 1
    cors.init_app(app)
    return line


def by_init_app(app: Flask, **options: object) -> int:
    cors = CORS()
    cors.init_app(app, **options)
    return here() - 1


def to_blueprint(app: Flask, **options: object) -> int:
    bp = Blueprint("bp", __name__)
    CORS(bp, **options)
    line = here() - 1
    app.register_blueprint(bp)
    return line


def in_a_resource(app: Flask, **options: object) -> int:
    CORS(app, resources={"/a": options, "/b": {}})
    return here() - 1


def in_a_resource_of_a_blueprint(app: Flask, **options: object) -> int:
    bp = Blueprint("bp", __name__)
    CORS(bp, resources={"/a": options})
    line = here() - 1
    app.register_blueprint(bp)
    app.register_blueprint(bp, name="again")
    return line


def several_lines(app: Flask, **options: object) -> int:
    line = here() + 1
    CORS(
        app,
        **options,
    )
    return line


WAYS = [
    to_app,
    to_app_later,
    by_init_app,
    to_blueprint,
    in_a_resource,
    in_a_resource_of_a_blueprint,
    several_lines,
]


@pytest.mark.parametrize("bind", WAYS)
@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"orgins": "*"}, "CORS701"),
        ({"origins": "app.example"}, "CORS101"),
        ({"origins": f"{APP}/"}, "CORS102"),
        ({"origins": None}, "CORS108"),
        ({"methods": ["GET", "TRACE"]}, "CORS303"),
    ],
)
def test_a_warning_points_at_the_line_and_is_issued_once(bind, options, code):
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("default")
        line = bind(an_app(), **options)
    assert [(w.category, w.filename, w.lineno) for w in warned] == [(CORSWarning, __file__, line)]
    assert str(warned[0].message).startswith(f"{code} ")


@pytest.mark.parametrize(
    ("config", "code"),
    [
        ({"CORS_ORIGINS": "app.example"}, "CORS101"),
        ({"CORS_ORIGIN": APP}, "CORS711"),
        ({"CORS_ORIGNS": APP}, "CORS701"),
    ],
)
@pytest.mark.parametrize("bind", [to_app, by_init_app, to_blueprint])
def test_a_warning_about_the_config_points_at_the_line_that_binds(bind, config, code):
    with pytest.warns(CORSWarning, match=f"^{code} ") as warned:
        line = bind(an_app(**config))
    assert [(w.filename, w.lineno) for w in warned] == [(__file__, line)]


def test_an_unknown_option_leaves_the_others_in_force(fetch):
    app = an_app()
    with pytest.warns(CORSWarning, match="^CORS701 .*'max_ages'"):
        CORS(app, origins=APP, max_ages=5)
    assert reads(fetch, app, APP)
    assert not reads(fetch, app, EVIL)


def test_a_valid_configuration_causes_no_warning(recwarn):
    app = an_app(CORS_MAX_AGE=5, CORS_WORKERS=4)
    CORS(app, origins=[APP, "http://[::1]:3000", "http://localhost:*"], resources=r"/api/*")
    assert not recwarn.list
