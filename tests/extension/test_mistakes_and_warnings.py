"""``CORS``: configuration that is wrong, or probably not what was meant."""

from __future__ import annotations

import warnings

import pytest
from flask import Blueprint, Flask

from flask_cors import CORS, CORSConfigError, CORSWarning

from .apps import APP, EVIL, an_app, here, reads

# ---- mistakes ----------------------------------------------------------------------------------


def test_all_mistakes_are_reported_together_with_their_values_and_mends():
    with pytest.raises(CORSConfigError) as raised:
        CORS(an_app(CORS_MAX_AGE="soon"), origins="https://*", methods="GET PUT", vary_header="ja")
    found = {mistake.option: mistake.value for mistake in raised.value.mistakes}
    assert found == {
        "origins": "https://*",
        "methods": "GET PUT",
        "vary_header": "ja",
        "max_age": "soon",
    }
    for mistake in raised.value.mistakes:
        assert mistake.mend in str(raised.value)
        assert repr(mistake.value) in str(raised.value)


def test_the_mistakes_of_all_resources_are_reported_together():
    resources = {"/a": {"max_age": -5}, "/b": {"origins": "("}, "[": {}, "/c": "*"}
    with pytest.raises(CORSConfigError) as raised:
        CORS(an_app(), resources=resources, always_send="perhaps")
    values = [mistake.value for mistake in raised.value.mistakes]
    assert {"[", "*", "perhaps"} <= set(values)
    with pytest.raises(CORSConfigError) as raised:
        CORS(an_app(), resources={"/a": {"max_age": -5}, "/b": {"origins": "("}})
    assert [mistake.value for mistake in raised.value.mistakes] == [-5, "("]


MISTAKES = [
    {"origins": APP, "resources": 5},
    {"supports_credentials": True},
    {"supports_credentials": True, "origins": "*"},
    {"supports_credentials": True, "origins": "null"},
    {"supports_credentials": True, "origins": r"https://.*"},
    {"origins": "https://*"},
    {"max_age": "1 hour"},
]


@pytest.mark.parametrize("options", MISTAKES)
def test_a_mistake_binds_nothing(ask, options):
    app = an_app()
    with pytest.raises(CORSConfigError):
        CORS(app, **options)
    assert not reads(ask, app, APP)


@pytest.mark.parametrize("options", [MISTAKES[2], *MISTAKES[3:]])
def test_what_the_arguments_settle_is_an_error_where_a_blueprint_is_bound(options):
    bp = Blueprint("bp", __name__)
    with pytest.raises(CORSConfigError):
        CORS(bp, **options)
    an_app().register_blueprint(bp)


def test_the_rest_is_an_error_where_the_blueprint_is_registered():
    bp = Blueprint("bp", __name__)
    CORS(bp, supports_credentials=True)
    an_app(CORS_ORIGINS=APP).register_blueprint(bp)
    with pytest.raises(CORSConfigError, match="supports_credentials"):
        an_app().register_blueprint(bp)


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
    ("options", "message"),
    [
        ({"orgins": "*"}, "'orgins'; did you mean 'origins'"),
        ({"origins": "app.example"}, "no browser ever sends"),
        ({"origins": f"{APP}/"}, f"write '{APP}'"),
        ({"origins": None}, "allows nobody"),
        ({"methods": ["GET", "TRACE"]}, "browsers never send TRACE"),
    ],
)
def test_a_warning_points_at_the_line_and_is_said_once(bind, options, message):
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("default")
        line = bind(an_app(), **options)
    assert [(w.category, w.filename, w.lineno) for w in warned] == [(CORSWarning, __file__, line)]
    assert message in str(warned[0].message)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"CORS_ORIGINS": "app.example"}, "no browser ever sends"),
        ({"CORS_ORIGIN": APP}, "did you mean 'CORS_ORIGINS'"),
    ],
)
@pytest.mark.parametrize("bind", [to_app, by_init_app, to_blueprint])
def test_a_warning_about_the_config_points_at_the_line_that_binds(bind, config, message):
    with pytest.warns(CORSWarning, match=message) as warned:
        line = bind(an_app(**config))
    assert [(w.filename, w.lineno) for w in warned] == [(__file__, line)]


def test_an_unknown_option_leaves_the_others_in_force(ask):
    app = an_app()
    with pytest.warns(CORSWarning, match="'max_ages'"):
        CORS(app, origins=APP, max_ages=5)
    assert reads(ask, app, APP)
    assert not reads(ask, app, EVIL)


def test_a_good_configuration_says_nothing(recwarn):
    app = an_app(CORS_MAX_AGE=5, CORS_WORKERS=4)
    CORS(app, origins=[APP, "http://[::1]:3000", "http://localhost:*"], resources=r"/api/*")
    assert not recwarn.list
