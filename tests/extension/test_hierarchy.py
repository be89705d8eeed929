"""The apps that a ``CORS`` is bound to, and the precedence of the layers of options."""

from __future__ import annotations

import gc
import weakref

import pytest
from flask import Blueprint, Flask, current_app

from flask_cors import CORS, CORSWarning

from .apps import APP, EVIL, OTHER, an_app, here, reads

# ---- the precedence of the layers ----------------------------------------------------------------

LEVELS = ("resource", "init_app", "constructor", "config", "default")


@pytest.mark.parametrize("highest", LEVELS)
def test_the_highest_layer_with_an_option_decides(preflight, highest):
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
def test_an_explicit_default_overrides_lower_layers(fetch, preflight, option, default, config):
    private = {"headers": {"Access-Control-Request-Private-Network": "true"}}

    def headers_of(app: Flask) -> list[list[tuple[str, str]]]:
        responses = [fetch(app, **private), fetch(app, origin=None), preflight(app, names="x-one")]
        return [sorted(response.headers) for response in responses]

    app, plain, other = an_app(**{f"CORS_{option.upper()}": config}), an_app(), an_app()
    CORS(app, **{option: default})
    CORS(plain)
    CORS(other, **{option: config})
    for each in (app, plain, other):
        each.add_url_rule("/", "v", lambda: "", methods=["GET", "OPTIONS", "PUT"])
    assert headers_of(app) == headers_of(plain)
    if option != "automatic_options":  # the view handles OPTIONS itself
        assert headers_of(app) != headers_of(other)


def test_options_missing_from_a_resource_come_from_the_layers_below(preflight):
    app = an_app(CORS_MAX_AGE=9)
    resources = {"/a": {"origins": OTHER}, "/b": {"methods": ["PUT"]}}
    CORS(app, origins=APP, methods="GET", resources=resources)
    a, b = preflight(app, "/a", "GET", OTHER), preflight(app, "/b", "PUT", APP)
    assert a.access_control_allow_origin == OTHER
    assert a.headers["Access-Control-Allow-Methods"] == "GET"
    assert b.access_control_allow_origin == APP
    assert b.headers["Access-Control-Allow-Methods"] == "PUT"
    assert {response.headers["Access-Control-Max-Age"] for response in (a, b)} == {"9"}


def test_resources_may_come_from_any_layer(fetch):
    app = an_app(CORS_RESOURCES={"/config/*": {"origins": APP}})
    CORS(app)
    assert reads(fetch, app, APP, "/config/x")
    assert not reads(fetch, app, APP, "/x")
    app = an_app(CORS_RESOURCES="/config/*")
    CORS(resources="/constructor/*").init_app(app, resources="/init_app/*")
    assert reads(fetch, app, APP, "/init_app/x")
    assert not reads(fetch, app, APP, "/constructor/x")
    assert not reads(fetch, app, APP, "/config/x")


def test_config_is_read_at_init_app_and_not_later(fetch):
    app = an_app(CORS_ORIGINS=EVIL)
    cors = CORS()
    app.config["CORS_ORIGINS"] = APP
    cors.init_app(app)
    app.config["CORS_ORIGINS"] = EVIL
    assert reads(fetch, app, APP)
    assert not reads(fetch, app, EVIL)
    app.config["CORS_ORIGINS"] = "*"
    assert not reads(fetch, app, EVIL)


@pytest.mark.parametrize("unset", [None, ""])
def test_none_and_an_empty_string_in_the_config_are_unset(preflight, unset):
    keys = ("METHODS", "ALLOW_HEADERS", "MAX_AGE", "VARY_HEADER", "ALWAYS_SEND")
    app, plain = an_app(**{f"CORS_{key}": unset for key in keys}), an_app()
    CORS(app)
    CORS(plain)
    assert sorted(preflight(app).headers) == sorted(preflight(plain).headers)


@pytest.mark.parametrize("unset", [None, ""])
def test_an_unset_variable_does_not_open_the_api(fetch, unset):
    app = an_app(CORS_ORIGINS=unset)
    with pytest.warns(CORSWarning, match="^CORS108 "):
        CORS(app)
    assert not reads(fetch, app, APP)
    assert fetch(app, origin=None).access_control_allow_origin is None


@pytest.mark.parametrize("unset", [None, ""])
def test_unset_resources_in_the_config_allow_nothing(fetch, unset):
    app = an_app(CORS_RESOURCES=unset)
    with pytest.warns(CORSWarning, match="^CORS710 "):
        CORS(app)
    assert not reads(fetch, app, APP)


@pytest.mark.parametrize("key", ["CORS_ORIGINS", "CORS_RESOURCES"])
@pytest.mark.parametrize("unset", [None, ""])
def test_a_key_unset_in_the_config_and_passed_as_an_argument_causes_no_warning(fetch, key, unset):
    app = an_app(**{key: unset})
    CORS(app, origins=APP, resources="/*")
    assert reads(fetch, app, APP)


def test_strings_from_the_environment_are_read_as_people_write_them(monkeypatch, fetch, preflight):
    environment = {
        "ORIGINS": f"{APP}, {OTHER}",
        "METHODS": "get, put",
        "ALLOW_HEADERS": "X-One, X-Two",
        "EXPOSE_HEADERS": "X-Count, X-Pages",
        "SUPPORTS_CREDENTIALS": "True",  # not JSON: Flask keeps the string
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
    response = preflight(app, "/api/x", "PUT", OTHER, "x-one, x-three")
    assert dict(response.headers) == {
        "Access-Control-Allow-Origin": OTHER,
        "Access-Control-Allow-Credentials": "true",
        "Access-Control-Allow-Methods": "GET, PUT",
        "Access-Control-Allow-Headers": "x-one",
        "Access-Control-Max-Age": "600",
        "Content-Type": "text/html; charset=utf-8",
        "Content-Length": "0",
    }
    assert fetch(app, "/feed").headers["Access-Control-Expose-Headers"] == "X-Count, X-Pages"
    assert not reads(fetch, app, EVIL, "/feed")
    assert not reads(fetch, app, APP, "/other")


@pytest.mark.parametrize("written", ["false", "False", "0", "no", "off"])
def test_false_from_the_environment_is_false(monkeypatch, fetch, written):
    monkeypatch.setenv("FLASK_CORS_SUPPORTS_CREDENTIALS", written)
    app = an_app(CORS_ORIGINS=APP)
    app.config.from_prefixed_env()
    CORS(app)
    assert "Access-Control-Allow-Credentials" not in fetch(app).headers


# ---- the apps that a CORS is bound to ------------------------------------------------------------


def test_one_cors_may_be_bound_to_several_apps(fetch):
    cors = CORS(expose_headers="X-A")
    apps = [an_app(CORS_ORIGINS=origin) for origin in (APP, OTHER)]
    for app in apps:
        cors.init_app(app)
    for app, origin in zip(apps, (APP, OTHER), strict=True):
        for asking in (APP, OTHER):
            assert reads(fetch, app, asking) == (asking == origin)
        assert fetch(app, origin=origin).headers["Access-Control-Expose-Headers"] == "X-A"


def test_binding_to_the_current_app_proxy_binds_to_the_app(fetch):
    app = an_app()
    with app.app_context():
        cors = CORS(current_app, origins=APP)
    assert reads(fetch, app, APP)
    assert not reads(fetch, app, EVIL)
    assert cors.allows(APP)


def test_a_cors_that_is_not_bound_changes_no_app(fetch):
    app = an_app()
    CORS(origins="*")
    assert not reads(fetch, app, APP)


def test_the_resources_of_all_cors_on_an_app_form_one_map(fetch):
    app = an_app()
    CORS(app, resources="/api/*", origins=APP)
    CORS(app, resources="/api/open/*", origins=EVIL)
    CORS(app, resources="/feed", origins=EVIL)
    for path, origin in (("/api/x", APP), ("/api/open/x", EVIL), ("/feed", EVIL)):
        assert [reads(fetch, app, asking, path) for asking in (APP, EVIL)] == [
            origin == APP,
            origin == EVIL,
        ]


def test_a_resource_configured_twice_causes_a_warning_and_the_last_one_decides(fetch):
    app = an_app()
    CORS(app, resources=["/api/*", "/other"], origins=APP)
    with pytest.warns(CORSWarning, match="'/api/.' is configured twice") as warned:
        CORS(app, resources="/api/*", origins=OTHER)
    assert [(w.filename, w.lineno) for w in warned] == [(__file__, here() - 1)]
    assert reads(fetch, app, OTHER, "/api/x")
    assert not reads(fetch, app, APP, "/api/x")
    assert reads(fetch, app, APP, "/other")


def test_a_resource_twice_in_one_list_causes_a_warning():
    with pytest.warns(CORSWarning, match="'/a' is configured twice") as warned:
        CORS(an_app(), resources=["/a", "/b", "/a"])
    assert len(warned) == 1


def test_a_resource_configured_twice_on_a_blueprint_causes_a_warning(fetch):
    app, bp = an_app(), Blueprint("bp", __name__, url_prefix="/api")
    CORS(bp, resources="/api/*", origins=APP)
    CORS(bp, resources="/api/*", origins=OTHER)
    line = here() - 1
    with pytest.warns(CORSWarning, match="'/api/.' is configured twice") as warned:
        app.register_blueprint(bp)
    assert [(w.filename, w.lineno) for w in warned] == [(__file__, line)]
    assert reads(fetch, app, OTHER, "/api/x")
    assert not reads(fetch, app, APP, "/api/x")


def test_the_same_resource_on_an_app_and_its_blueprint_causes_no_warning(recwarn):
    app, bp = an_app(), Blueprint("bp", __name__)
    CORS(app)
    CORS(bp)
    app.register_blueprint(bp)
    app.register_blueprint(bp, name="again", url_prefix="/again")
    assert not recwarn.list


def test_a_cors_does_not_keep_its_apps_alive():
    cors = CORS()
    app = an_app()
    cors.init_app(app)
    gone = weakref.ref(app)
    del app
    gc.collect()
    assert gone() is None
    with pytest.raises(RuntimeError, match="bound to 0 apps"):
        cors.allows(APP)


def test_options_that_init_app_overrides_are_not_reported_for_the_constructor() -> None:
    cors = CORS(origins="*", supports_credentials=True)
    app = Flask(__name__)
    cors.init_app(app, origins="https://app.example")
    assert cors.allows("https://app.example", app=app)


def test_options_that_each_resource_overrides_are_not_reported_for_the_blueprint() -> None:
    blueprint = Blueprint("api", __name__)
    rules = {"/api/*": {"origins": "https://app.example"}}
    cors = CORS(blueprint, origins="*", supports_credentials=True, resources=rules)
    app = Flask(__name__)
    app.register_blueprint(blueprint)
    assert cors.allows("https://app.example", app=app, path="/api/x")
