"""The policy of a blueprint covers its views and the paths below its ``url_prefix``."""

from __future__ import annotations

import pytest
from flask import Blueprint, Flask
from werkzeug.routing import BaseConverter

from flask_cors import CORS, cross_origin

APP = "https://app.example"
EVIL = "https://evil.example"
BP = "https://bp.example"


def view(**_: object) -> str:
    return "read me"


def a_blueprint(name: str = "bp", origins: object = BP, **kwargs: object) -> Blueprint:
    bp = Blueprint(name, __name__, **kwargs)
    CORS(bp, origins=origins)
    bp.add_url_rule("/v", "v", view, methods=["GET", "PUT"])
    bp.add_url_rule("/slash/", "slash", view)
    return bp


def an_app(*blueprints: Blueprint) -> Flask:
    app = Flask(__name__)
    CORS(app, origins=APP)
    for bp in blueprints:
        app.register_blueprint(bp)
    return app


def reader(fetch, app: Flask, path: str, method: str = "GET", **kwargs: object) -> str | None:
    """Return which of BP, APP and EVIL may read the response."""
    responses = [fetch(app, path, origin, method, **kwargs) for origin in (BP, APP, EVIL)]
    origins = [response.access_control_allow_origin for response in responses]
    assert len([origin for origin in origins if origin]) <= 1
    return next((origin for origin in origins if origin), None)


# ---- 404, 405 and redirects --------------------------------------------------------------------

BELOW = [("/bp/missing", "GET", 404), ("/bp/v", "DELETE", 405), ("/bp/slash", "GET", 308)]


@pytest.mark.parametrize(("path", "method", "status"), [*BELOW, ("/bp", "GET", 404)])
def test_a_blueprint_covers_errors_and_redirects_below_its_prefix(
    fetch, preflight, path, method, status
):
    app = an_app(a_blueprint(url_prefix="/bp"))
    assert fetch(app, path, method=method).status_code == status
    assert reader(fetch, app, path, method) == BP
    assert preflight(app, path, method, BP).access_control_allow_origin == BP
    assert preflight(app, path, method, APP).access_control_allow_origin is None


@pytest.mark.parametrize(
    "path", ["/bpx/missing", "/bpx", "/missing", "/x/bp/missing", "/BP/missing", "/"]
)
def test_a_blueprint_does_not_cover_paths_beside_its_prefix(fetch, path):
    app = an_app(a_blueprint(url_prefix="/bp"))
    assert reader(fetch, app, path) == APP


@pytest.mark.parametrize("prefix", [None, "/"])
def test_a_blueprint_without_a_prefix_covers_its_own_views_only(fetch, preflight, prefix):
    app = an_app(a_blueprint(url_prefix=prefix))
    assert reader(fetch, app, "/v") == BP
    assert reader(fetch, app, "/missing") == APP
    assert preflight(app, "/missing", origin=BP).access_control_allow_origin is None


class Even(BaseConverter):
    regex = "[0-9]*[02468]"


@pytest.mark.parametrize(
    ("prefix", "inside", "outside"),
    [
        ("/<lang>/api", "/de/api/missing", "/de/apis/missing"),
        ("/<int:shop>", "/12/missing", "/twelve/missing"),
        ("/s/<path:rest>/x", "/s/a/b/x/missing", "/s/a/b/y/missing"),
        ("/<any(de, en):lang>", "/en/missing", "/fr/missing"),
        ("/<even:number>", "/4/missing", "/5/missing"),
        ("/a b", "/a b/missing", "/a+b/missing"),
        ("/bp/", "/bp/missing", "/b/missing"),
        ("/bp", "/bp/mis%0Asing", "/b/mis%0Asing"),
    ],
)
def test_a_blueprint_covers_a_prefix_with_converters(fetch, preflight, prefix, inside, outside):
    app = Flask(__name__)
    CORS(app, origins=APP)
    app.url_map.converters["even"] = Even
    app.register_blueprint(a_blueprint(url_prefix=prefix))
    assert reader(fetch, app, inside) == BP
    assert reader(fetch, app, outside) == APP
    assert preflight(app, inside, origin=BP).access_control_allow_origin == BP


def test_a_blueprint_covers_the_prefix_that_its_registration_sets(fetch):
    app = Flask(__name__)
    app.register_blueprint(a_blueprint(url_prefix="/old"), url_prefix="/new")
    assert reader(fetch, app, "/new/v") == BP
    assert reader(fetch, app, "/new/missing") == BP
    assert reader(fetch, app, "/old/missing") is None


@pytest.mark.parametrize("order", [1, -1])
def test_the_blueprint_with_the_longest_prefix_decides(fetch, order):
    blueprints = [
        a_blueprint("short", EVIL, url_prefix="/a"),
        a_blueprint("long", BP, url_prefix="/a/b"),
    ]
    app = an_app(*blueprints[::order])
    assert reader(fetch, app, "/a/b/missing") == BP
    assert reader(fetch, app, "/a/b") == BP
    assert reader(fetch, app, "/a/missing") == EVIL


@pytest.mark.parametrize("order", [1, -1])
def test_the_first_registered_of_two_blueprints_with_one_prefix_decides(fetch, order):
    blueprints = [Blueprint(name, __name__, url_prefix="/a") for name in ("first", "second")]
    for bp, origin in zip(blueprints, (BP, EVIL), strict=True):
        CORS(bp, origins=origin)
    blueprints = blueprints[::order]
    assert reader(fetch, an_app(*blueprints), "/a/missing") == (BP if order == 1 else EVIL)


def test_a_nested_blueprint_covers_what_is_below_all_prefixes(fetch, preflight):
    inner = a_blueprint("inner", BP, url_prefix="/inner")
    outer = a_blueprint("outer", EVIL, url_prefix="/outer")
    outer.register_blueprint(inner)
    app = an_app(outer)
    for path in ("/outer/inner/v", "/outer/inner/missing", "/outer/inner/slash"):
        assert reader(fetch, app, path) == BP
        assert preflight(app, path, "GET", BP).access_control_allow_origin == BP
    for path in ("/outer/v", "/outer/missing"):
        assert reader(fetch, app, path) == EVIL
    for path in ("/inner/missing", "/missing"):
        assert reader(fetch, app, path) == APP


@pytest.mark.parametrize("depth", [1, 2])
@pytest.mark.parametrize("options", [{}, {"name": "renamed"}])
def test_a_nested_blueprint_without_a_prefix_covers_its_own_views_only(fetch, depth, options):
    """Flask passes the prefix of the outer blueprint on to it."""
    inner = a_blueprint("inner", BP)
    sibling = Blueprint("sibling", __name__)
    sibling.add_url_rule("/sibling", "sibling", view)
    outer = Blueprint("outer", __name__, url_prefix="/outer")
    outer.register_blueprint(sibling)
    between = Blueprint("between", __name__) if depth == 2 else outer
    between.register_blueprint(inner, **options)
    if depth == 2:
        outer.register_blueprint(between)
    app = an_app(outer)
    assert reader(fetch, app, "/outer/v") == BP
    for path in ("/outer/missing", "/outer/sibling"):
        assert reader(fetch, app, path) == APP
    refused = fetch(app, "/outer/sibling", method="POST", origin=APP)
    assert (refused.status_code, refused.access_control_allow_origin) == (405, APP)


def test_a_nested_blueprint_covers_the_prefix_that_it_is_registered_with(fetch):
    inner = a_blueprint("inner", BP)
    outer = Blueprint("outer", __name__, url_prefix="/outer")
    outer.register_blueprint(inner, url_prefix="/inner")
    app = an_app(outer)
    assert reader(fetch, app, "/outer/inner/missing") == BP
    assert reader(fetch, app, "/outer/missing") == APP


def test_a_nested_blueprint_without_a_policy_gets_that_of_its_parent(fetch):
    inner = Blueprint("inner", __name__, url_prefix="/inner")
    inner.add_url_rule("/v", "v", view)
    outer = a_blueprint("outer", BP, url_prefix="/outer")
    outer.register_blueprint(inner)
    app = an_app(outer)
    assert reader(fetch, app, "/outer/inner/v") == BP
    assert reader(fetch, app, "/outer/inner/missing") == BP


def test_a_blueprint_registered_twice_covers_both_prefixes(fetch, preflight):
    bp = a_blueprint()
    app = Flask(__name__)
    app.register_blueprint(bp, url_prefix="/one")
    app.register_blueprint(bp, url_prefix="/two", name="second")
    for path in ("/one/v", "/two/v", "/one/missing", "/two/missing"):
        assert reader(fetch, app, path) == BP
        assert preflight(app, path, origin=BP).access_control_allow_origin == BP
    assert reader(fetch, app, "/three/missing") is None


def test_a_blueprint_on_a_subdomain_covers_that_subdomain_alone(fetch):
    app = Flask(__name__, subdomain_matching=True)
    app.config["SERVER_NAME"] = "example.test"
    CORS(app, origins=APP)
    app.register_blueprint(a_blueprint(url_prefix="/bp", subdomain="api"))
    here, there = "http://api.example.test", "http://example.test"
    assert reader(fetch, app, "/bp/v", base_url=here) == BP
    assert reader(fetch, app, "/bp/missing", base_url=here) == BP
    assert reader(fetch, app, "/bp/missing", base_url=there) == APP


def test_a_blueprint_without_a_subdomain_covers_the_default_one(fetch):
    app = Flask(__name__, subdomain_matching=True)
    app.config["SERVER_NAME"] = "example.test"
    app.url_map.default_subdomain = "www"
    CORS(app, origins=APP)
    app.register_blueprint(a_blueprint(url_prefix="/bp"))
    assert reader(fetch, app, "/bp/v", base_url="http://www.example.test") == BP
    assert reader(fetch, app, "/bp/missing", base_url="http://www.example.test") == BP
    assert reader(fetch, app, "/bp/missing", base_url="http://api.example.test") == APP


def test_a_blueprint_covers_its_prefix_in_an_app_with_host_matching(fetch):
    app = Flask(__name__, host_matching=True, static_host="api.example.test")
    CORS(app, origins=APP)
    bp = Blueprint("bp", __name__, url_prefix="/bp")
    CORS(bp, origins=BP)
    bp.add_url_rule("/v", "v", view, host="api.example.test")
    app.register_blueprint(bp)
    assert reader(fetch, app, "/bp/v", base_url="http://api.example.test") == BP
    assert reader(fetch, app, "/bp/missing", base_url="http://api.example.test") == BP


# ---- which level decides -----------------------------------------------------------------------


def test_the_app_decides_where_no_resource_of_a_blueprint_matches(fetch):
    inner = Blueprint("inner", __name__, url_prefix="/inner")
    outer = Blueprint("outer", __name__, url_prefix="/outer")
    CORS(inner, origins=BP, resources="/outer/inner/open/*")
    CORS(outer, origins=EVIL, resources="/outer/inner/*")
    for bp, path in ((inner, "/open/v"), (inner, "/v"), (outer, "/v")):
        bp.add_url_rule(path, path.replace("/", "_"), view)
    outer.register_blueprint(inner)
    app = an_app(outer)
    assert reader(fetch, app, "/outer/inner/open/v") == BP
    assert reader(fetch, app, "/outer/inner/v") == EVIL
    assert reader(fetch, app, "/outer/v") == APP
    assert reader(fetch, app, "/outer/inner/open/missing") == BP
    assert reader(fetch, app, "/outer/inner/missing") == EVIL
    assert reader(fetch, app, "/outer/missing") == APP


def test_a_view_of_a_blueprint_that_is_not_bound_gets_the_policy_of_the_app(fetch):
    plain = Blueprint("plain", __name__, url_prefix="/bp/plain")
    plain.add_url_rule("/v", "v", view)
    app = an_app(a_blueprint(url_prefix="/bp"), plain)
    assert reader(fetch, app, "/bp/plain/v") == APP  # served by another blueprint
    assert reader(fetch, app, "/bp/plain/missing") == BP


def test_two_cors_on_one_blueprint_form_one_map(fetch):
    bp = Blueprint("bp", __name__, url_prefix="/bp")
    bp.add_url_rule("/a", "a", view)
    bp.add_url_rule("/b", "b", view)
    CORS(bp, origins=BP, resources="/bp/a")
    CORS(bp, origins=EVIL, resources="/bp/b")
    app = an_app(bp)
    assert reader(fetch, app, "/bp/a") == BP
    assert reader(fetch, app, "/bp/b") == EVIL
    assert reader(fetch, app, "/bp/c") == APP


def test_a_blueprint_reads_the_config_of_each_app_it_is_registered_on(fetch):
    bp = Blueprint("bp", __name__)
    CORS(bp)
    bp.add_url_rule("/v", "v", view)
    for origin in (BP, EVIL):
        app = Flask(__name__)
        app.config["CORS_ORIGINS"] = origin
        app.register_blueprint(bp)
        assert reader(fetch, app, "/v") == origin


# ---- ambiguous paths ---------------------------------------------------------------------------


def anything(app: Flask) -> None:
    app.add_url_rule("/<path:rest>", "rest", view)
    app.add_url_rule("/", "root", view)


@pytest.mark.parametrize(
    ("path", "is_served"),
    [
        ("/x/../bp/v", True),
        ("/x/.././bp/v", True),
        ("/x/./../bp/missing", False),
        ("/bp/../x", False),
        ("/bp/..", False),
    ],
)
def test_a_path_whose_dot_segments_lead_to_another_policy_gets_no_headers(
    fetch, preflight, path, is_served
):
    app = an_app(a_blueprint(url_prefix="/bp"))
    if is_served:
        anything(app)
    assert fetch(app, path).status_code == (200 if is_served else 404)
    assert reader(fetch, app, path) is None
    assert preflight(app, path, "GET", BP).access_control_allow_origin is None
    assert preflight(app, path, "GET", APP).access_control_allow_origin is None


def test_a_path_whose_dot_segments_lead_to_a_blueprint_without_a_prefix_gets_no_headers(fetch):
    app = an_app(a_blueprint())
    assert reader(fetch, app, "/v") == BP
    assert reader(fetch, app, "/x/../v") is None


@pytest.mark.parametrize(("path", "origin"), [("/x/../y", APP), ("/x/./y", APP), ("/.well", APP)])
def test_dot_segments_that_lead_to_the_same_policy_keep_the_headers(fetch, preflight, path, origin):
    app = an_app(a_blueprint(url_prefix="/bp"))
    anything(app)
    assert reader(fetch, app, path) == origin
    assert preflight(app, path, "GET", origin).access_control_allow_origin == origin


def test_a_view_for_every_path_sends_nothing_for_a_spelling_of_what_a_blueprint_covers(
    fetch,
):
    app = an_app(a_blueprint(url_prefix="/bp"))
    app.add_url_rule("/<path:path>", "files", view)
    assert reader(fetch, app, "/x/../file") == APP
    assert reader(fetch, app, "/x/../bp/v") is None


def test_dot_segments_that_stay_below_the_prefix_keep_the_headers(fetch):
    app = an_app(a_blueprint(url_prefix="/bp"))
    assert reader(fetch, app, "/bp/x/../missing") == BP


@pytest.mark.parametrize(("length", "expected"), [(4096, BP), (4097, None)])
def test_a_path_longer_than_4096_characters_gets_no_headers(fetch, length, expected):
    app = an_app(a_blueprint(url_prefix="/bp"))
    assert reader(fetch, app, "/bp/".ljust(length, "x")) == expected


def test_a_decorated_view_of_a_blueprint_keeps_its_own_policy(fetch, preflight):
    bp = a_blueprint(url_prefix="/bp")
    bp.add_url_rule("/own", "own", cross_origin(EVIL)(view))
    app = an_app(bp)
    assert reader(fetch, app, "/bp/own") == EVIL
    assert preflight(app, "/bp/own", "GET", EVIL).access_control_allow_origin == EVIL
    assert preflight(app, "/bp/own", "GET", BP).access_control_allow_origin is None
