"""``CORS``: what it is bound to, and which level of the options speaks."""

from __future__ import annotations

import gc
import weakref

import pytest
from flask import Blueprint, Flask, current_app

from flask_cors import CORS, CORSWarning

from .apps import APP, EVIL, OTHER, an_app, here, reads

# ---- the hierarchy -----------------------------------------------------------------------------

LEVELS = ("resource", "init_app", "constructor", "config", "default")


@pytest.mark.parametrize("highest", LEVELS)
def test_the_highest_level_that_gives_an_option_decides(preflight, highest):
    given = LEVELS[LEVELS.index(highest) :]
    app = an_app(CORS_MAX_AGE=4) if "config" in given else an_app()
    own = {"max_age": 1} if "resource" in given else {}
    constructor = {"max_age": 3} if "constructor" in given else {}
    cors = CORS(resources={"/*": {"origins": APP, **own}}, **constructor)
    cors.init_app(app, **({"max_age": 2} if "init_app" in given else {}))
    expected = {"resource": "1", "init_app": "2", "constructor": "3", "config": "4"}.get(highest)
    assert preflight(app).headers.get("Access-Control-Max-Age") == expected


@pytest.mark.parametrize(
    ("option", "default", "config"),
    [
        ("origins", "*", EVIL),
        ("methods", None, "GET"),
        ("expose_headers", None, "X-A"),
        ("allow_headers", "*", "X-A"),
        ("max_age", None, 5),
        ("send_wildcard", False, True),
        ("vary_header", True, False),
        ("allow_private_network", False, True),
        ("always_send", True, False),
        ("automatic_options", True, False),
    ],
)
def test_an_explicit_default_counts_as_given(ask, preflight, option, default, config):
    asks = {"headers": {"Access-Control-Request-Private-Network": "true"}}

    def answers(app: Flask) -> list[list[tuple[str, str]]]:
        responses = [ask(app, **asks), ask(app, origin=None), preflight(app, names="x-one")]
        return [sorted(response.headers) for response in responses]

    app, plain, other = an_app(**{f"CORS_{option.upper()}": config}), an_app(), an_app()
    CORS(app, **{option: default})
    CORS(plain)
    CORS(other, **{option: config})
    for each in (app, plain, other):
        each.add_url_rule("/", "v", lambda: "", methods=["GET", "OPTIONS", "PUT"])
    assert answers(app) == answers(plain)
    if option != "automatic_options":  # the view handles OPTIONS itself
        assert answers(app) != answers(other)


def test_options_that_a_resource_does_not_give_come_from_the_levels_below(preflight):
    app = an_app(CORS_MAX_AGE=9)
    resources = {"/a": {"origins": OTHER}, "/b": {"methods": ["PUT"]}}
    CORS(app, origins=APP, methods="GET", resources=resources)
    a, b = preflight(app, "/a", "GET", OTHER), preflight(app, "/b", "PUT", APP)
    assert a.access_control_allow_origin == OTHER
    assert a.headers["Access-Control-Allow-Methods"] == "GET"
    assert b.access_control_allow_origin == APP
    assert b.headers["Access-Control-Allow-Methods"] == "PUT"
    assert {answer.headers["Access-Control-Max-Age"] for answer in (a, b)} == {"9"}


def test_resources_may_come_from_any_level(ask):
    app = an_app(CORS_RESOURCES={"/config/*": {"origins": APP}})
    CORS(app)
    assert reads(ask, app, APP, "/config/x")
    assert not reads(ask, app, APP, "/x")
    app = an_app(CORS_RESOURCES="/config/*")
    CORS(resources="/constructor/*").init_app(app, resources="/init_app/*")
    assert reads(ask, app, APP, "/init_app/x")
    assert not reads(ask, app, APP, "/constructor/x")
    assert not reads(ask, app, APP, "/config/x")


def test_config_is_read_at_init_app_and_not_later(ask):
    app = an_app(CORS_ORIGINS=EVIL)
    cors = CORS()
    app.config["CORS_ORIGINS"] = APP
    cors.init_app(app)
    app.config["CORS_ORIGINS"] = EVIL
    assert reads(ask, app, APP)
    assert not reads(ask, app, EVIL)
    app.config["CORS_ORIGINS"] = "*"
    assert not reads(ask, app, EVIL)


def test_none_in_the_config_is_unset(preflight):
    keys = ("METHODS", "ALLOW_HEADERS", "MAX_AGE", "VARY_HEADER", "RESOURCES", "ALWAYS_SEND")
    app, plain = an_app(**{f"CORS_{key}": None for key in keys}), an_app()
    CORS(app)
    CORS(plain)
    assert sorted(preflight(app).headers) == sorted(preflight(plain).headers)


@pytest.mark.parametrize("unset", [None, ""])
def test_an_unset_variable_does_not_open_the_api(ask, unset):
    app = an_app(CORS_ORIGINS=unset)
    with pytest.warns(CORSWarning, match="allows nobody"):
        CORS(app)
    assert not reads(ask, app, APP)
    assert ask(app, origin=None).access_control_allow_origin is None


def test_strings_from_the_environment_are_read_as_people_write_them(monkeypatch, ask, preflight):
    environment = {
        "ORIGINS": f"{APP}, {OTHER}",
        "METHODS": "get, put",
        "ALLOW_HEADERS": "X-One, X-Two",
        "EXPOSE_HEADERS": "X-Count, X-Pages",
        "SUPPORTS_CREDENTIALS": "True",  # no JSON: Flask leaves it a string
        "MAX_AGE": "600",
        "VARY_HEADER": "no",
        "ALWAYS_SEND": "false",
        "RESOURCES": "/api/*, /feed",
    }
    for name, value in environment.items():
        monkeypatch.setenv(f"FLASK_CORS_{name}", value)
    app = an_app()
    app.config.from_prefixed_env()
    CORS(app)
    answer = preflight(app, "/api/x", "PUT", OTHER, "x-one, x-three")
    assert dict(answer.headers) == {
        "Access-Control-Allow-Origin": OTHER,
        "Access-Control-Allow-Credentials": "true",
        "Access-Control-Allow-Methods": "GET, PUT",
        "Access-Control-Allow-Headers": "x-one",
        "Access-Control-Max-Age": "600",
        "Content-Type": "text/html; charset=utf-8",
        "Content-Length": "0",
    }
    assert ask(app, "/feed").headers["Access-Control-Expose-Headers"] == "X-Count, X-Pages"
    assert not reads(ask, app, EVIL, "/feed")
    assert not reads(ask, app, APP, "/other")


@pytest.mark.parametrize("written", ["false", "False", "0", "no", "off"])
def test_false_from_the_environment_is_false(monkeypatch, ask, written):
    monkeypatch.setenv("FLASK_CORS_SUPPORTS_CREDENTIALS", written)
    app = an_app(CORS_ORIGINS=APP)
    app.config.from_prefixed_env()
    CORS(app)
    assert "Access-Control-Allow-Credentials" not in ask(app).headers


# ---- what it is bound to -----------------------------------------------------------------------


def test_one_cors_may_be_bound_to_several_apps(ask):
    cors = CORS(expose_headers="X-A")
    apps = [an_app(CORS_ORIGINS=origin) for origin in (APP, OTHER)]
    for app in apps:
        cors.init_app(app)
    for app, origin in zip(apps, (APP, OTHER), strict=True):
        for asking in (APP, OTHER):
            assert reads(ask, app, asking) == (asking == origin)
        assert ask(app, origin=origin).headers["Access-Control-Expose-Headers"] == "X-A"


def test_the_current_app_is_the_app_it_stands_for(ask):
    app = an_app()
    with app.app_context():
        cors = CORS(current_app, origins=APP)
    assert reads(ask, app, APP)
    assert not reads(ask, app, EVIL)
    assert cors.allows(APP)


def test_nothing_happens_before_init_app(ask):
    app = an_app()
    CORS(origins="*")
    assert not reads(ask, app, APP)


def test_the_rules_of_all_cors_on_an_app_form_one_map(ask):
    app = an_app()
    CORS(app, resources="/api/*", origins=APP)
    CORS(app, resources="/api/open/*", origins=EVIL)
    CORS(app, resources="/feed", origins=EVIL)
    for path, origin in (("/api/x", APP), ("/api/open/x", EVIL), ("/feed", EVIL)):
        assert [reads(ask, app, asking, path) for asking in (APP, EVIL)] == [
            origin == APP,
            origin == EVIL,
        ]


def test_the_same_resource_twice_warns_and_the_last_wins(ask):
    app = an_app()
    CORS(app, resources=["/api/*", "/other"], origins=APP)
    with pytest.warns(CORSWarning, match="'/api/.' is configured twice") as warned:
        CORS(app, resources="/api/*", origins=OTHER)
    assert [(w.filename, w.lineno) for w in warned] == [(__file__, here() - 1)]
    assert reads(ask, app, OTHER, "/api/x")
    assert not reads(ask, app, APP, "/api/x")
    assert reads(ask, app, APP, "/other")


def test_the_same_resource_twice_in_one_list_warns_too():
    with pytest.warns(CORSWarning, match="'/a' is configured twice") as warned:
        CORS(an_app(), resources=["/a", "/b", "/a"])
    assert len(warned) == 1


def test_so_it_does_on_a_blueprint(ask):
    app, bp = an_app(), Blueprint("bp", __name__, url_prefix="/api")
    CORS(bp, resources="/api/*", origins=APP)
    CORS(bp, resources="/api/*", origins=OTHER)
    line = here() - 1
    with pytest.warns(CORSWarning, match="'/api/.' is configured twice") as warned:
        app.register_blueprint(bp)
    assert [(w.filename, w.lineno) for w in warned] == [(__file__, line)]
    assert reads(ask, app, OTHER, "/api/x")
    assert not reads(ask, app, APP, "/api/x")


def test_the_same_resource_on_an_app_and_its_blueprint_is_no_mistake(recwarn):
    app, bp = an_app(), Blueprint("bp", __name__)
    CORS(app)
    CORS(bp)
    app.register_blueprint(bp)
    app.register_blueprint(bp, name="again", url_prefix="/again")
    assert not recwarn.list


def test_an_app_that_is_gone_is_forgotten():
    cors = CORS()
    app = an_app()
    cors.init_app(app)
    gone = weakref.ref(app)
    del app
    gc.collect()
    assert gone() is None
    with pytest.raises(RuntimeError, match="bound to 0 apps"):
        cors.allows(APP)


def test_what_init_app_overrules_is_no_mistake_of_the_constructor() -> None:
    cors = CORS(origins="*", supports_credentials=True)
    app = Flask(__name__)
    cors.init_app(app, origins="https://app.example")
    assert cors.allows("https://app.example", app=app)


def test_what_each_resource_overrules_is_no_mistake_of_the_blueprint() -> None:
    blueprint = Blueprint("api", __name__)
    rules = {"/api/*": {"origins": "https://app.example"}}
    cors = CORS(blueprint, origins="*", supports_credentials=True, resources=rules)
    app = Flask(__name__)
    app.register_blueprint(blueprint)
    assert cors.allows("https://app.example", app=app, path="/api/x")
