"""``cors.allows``, and the attributes that a ``CORS`` does not have."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Blueprint, Flask, current_app

from flask_cors import CORS, cross_origin

from .apps import APP, EVIL, OTHER, an_app, reads

# ---- cors.allows -------------------------------------------------------------------------------


def test_allows_uses_the_resources_of_its_own_cors():
    app = an_app()
    cors = CORS(app, resources={"/ws/*": {"origins": APP}, "/open": {}})
    with app.app_context():
        assert cors.allows(APP, path="/ws/chat") is True
        assert cors.allows(EVIL, path="/ws/chat") is False
        assert cors.allows(EVIL, path="/open") is True
        assert cors.allows(APP) is False  # no resource matches "/"
        assert cors.allows(APP, path="/nothing") is False
        assert cors.allows(APP, path="/open/../ws/chat") is False
        assert cors.allows(APP, path="/ws/".ljust(4097, "x")) is False
        assert cors.allows("not, an origin", path="/open") is False
        assert cors.allows(None, path="/open") is False


def test_allows_checks_the_root_path_by_default():
    app = an_app()
    cors = CORS(app, resources={"/": {"origins": APP}, "/*": {"origins": EVIL}})
    assert cors.allows(APP)
    assert not cors.allows(EVIL)


def test_allows_uses_the_current_app_or_the_only_one_and_raises_without_either():
    cors = CORS()
    with pytest.raises(RuntimeError, match="bound to 0 apps"):
        cors.allows(APP)
    one, two = an_app(CORS_ORIGINS=APP), an_app(CORS_ORIGINS=OTHER)
    cors.init_app(one)
    assert cors.allows(APP)  # outside of any context
    cors.init_app(two)
    with pytest.raises(RuntimeError, match=r"write cors\.allows\(origin, app=app\)"):
        cors.allows(APP)
    with two.app_context():
        assert cors.allows(OTHER)
        assert not cors.allows(APP)
        assert cors.allows(APP, app=one)
    with two.test_request_context(), pytest.raises(RuntimeError, match="bound to 2 apps"):
        cors.allows(APP, app=an_app())


def test_allows_covers_the_blueprints_and_resources_of_its_own_cors_alone():
    app = an_app()
    cors = CORS(app, resources="/a", origins=APP)
    CORS(app, resources="/b", origins=APP)
    bp = Blueprint("bp", __name__, url_prefix="/bp")
    cors.init_app(bp, resources="/bp/*")
    app.register_blueprint(bp)
    cors.init_app(app, resources="/c")
    allowed = {path: cors.allows(APP, path=path) for path in ("/a", "/b", "/bp/x", "/c")}
    assert allowed == {"/a": True, "/b": False, "/bp/x": True, "/c": True}


def test_allows_ignores_the_policies_of_decorated_views(fetch):
    app = an_app()
    cors = CORS(app, origins=APP)
    app.add_url_rule("/", "v", cross_origin(EVIL)(lambda: ""))
    assert reads(fetch, app, EVIL)
    assert not cors.allows(EVIL)
    assert cors.allows(APP)


def test_allows_calls_callables_and_refuses_where_they_raise():
    def fails(origin: str) -> bool:
        raise RuntimeError(origin)

    app = an_app()
    assert CORS(app, resources="/a", origins=lambda origin: origin == APP).allows(APP, path="/a")
    assert CORS(app, resources="/b", origins=fails).allows(APP, path="/b") is False


# ---- app = CORS(app) ---------------------------------------------------------------------------

USED: list[Callable[[CORS], object]] = [
    lambda app: app.route("/"),
    lambda app: app.run(),
    lambda app: app.config["DEBUG"],
    lambda app: app.test_client(),
    lambda app: app.register_blueprint,
    lambda app: app.wsgi_app,
    lambda app: app.extensions,
    lambda app: app.view_functions,
]


@pytest.mark.parametrize("use", USED)
def test_using_cors_as_the_app_raises_with_what_to_write_instead(use):
    wrapped = CORS(an_app())
    with pytest.raises(AttributeError, match=re.escape("CORS(app) instead of app = CORS(app)")):
        use(wrapped)


def test_any_other_attribute_raises_a_plain_attribute_error():
    cors = CORS()
    with pytest.raises(AttributeError, match="has no attribute 'alows'") as raised:
        cors.alows  # noqa: B018
    assert (raised.value.name, raised.value.obj) == ("alows", cors)
    assert "CORS(app)" not in str(raised.value)
    with pytest.raises(AttributeError) as raised:
        cors.route  # noqa: B018
    assert (raised.value.name, raised.value.obj) == ("route", cors)


def test_a_callable_that_fails_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    def fails(origin: str) -> bool:
        raise KeyError(origin)

    app = Flask(__name__)
    cors = CORS(app, origins=fails)
    assert cors.allows("https://app.example", app=app) is False
    assert [record.getMessage() for record in caplog.records] == [
        f"origins: {fails.__qualname__} raised KeyError"
    ]


def test_an_app_and_a_blueprint_bound_to_one_cors_have_their_own_resources() -> None:
    app, blueprint = Flask(__name__), Blueprint("bp", __name__, url_prefix="/bp")
    cors = CORS()
    cors.init_app(app, origins=APP)
    cors.init_app(blueprint, origins=OTHER)
    app.register_blueprint(blueprint)
    assert (cors.allows(APP, app=app), cors.allows(OTHER, app=app)) == (True, False)
    assert cors.allows(OTHER, path="/bp/x", app=app)
    assert not cors.allows(APP, path="/bp/x", app=app)


def test_a_blueprint_does_not_decide_on_paths_outside_its_prefix() -> None:
    app, blueprint = Flask(__name__), Blueprint("bp", __name__, url_prefix="/bp")
    cors = CORS(blueprint)
    app.register_blueprint(blueprint)
    assert cors.allows(APP, path="/bp/x", app=app)
    assert not cors.allows(APP, path="/other", app=app)


def test_a_nested_blueprint_takes_precedence_over_its_parent() -> None:
    app = Flask(__name__)
    outer = Blueprint("outer", __name__, url_prefix="/outer")
    inner = Blueprint("inner", __name__, url_prefix="/inner")
    cors = CORS()
    cors.init_app(outer, origins=APP)
    cors.init_app(inner, origins=OTHER)
    outer.register_blueprint(inner)
    app.register_blueprint(outer)
    assert cors.allows(APP, path="/outer/x", app=app)
    assert cors.allows(OTHER, path="/outer/inner/x", app=app)
    assert not cors.allows(APP, path="/outer/inner/x", app=app)


def test_a_blueprint_without_a_prefix_decides_where_no_resource_of_the_app_matches() -> None:
    app, blueprint = Flask(__name__), Blueprint("bp", __name__)
    cors = CORS()
    cors.init_app(blueprint, origins=OTHER, resources=["/a/*", "/b/*"])
    cors.init_app(app, origins=APP, resources="/a/*")
    app.register_blueprint(blueprint)
    assert cors.allows(APP, path="/a/x", app=app)
    assert cors.allows(OTHER, path="/b/x", app=app)
    assert not cors.allows(OTHER, path="/c", app=app)


def test_allows_accepts_a_proxy_for_the_app() -> None:
    app = Flask(__name__)
    cors = CORS(app, origins=APP)
    with app.app_context():
        assert cors.allows(APP, app=current_app)


def test_the_app_comes_before_a_blueprint_without_a_prefix_that_was_bound_earlier() -> None:
    app, blueprint, cors = Flask(__name__), Blueprint("bp", __name__), CORS()
    cors.init_app(blueprint, origins=OTHER)
    app.register_blueprint(blueprint)
    cors.init_app(app, origins=APP)
    assert cors.allows(APP, app=app)
    assert not cors.allows(OTHER, app=app)
