"""Apps behind a proxy, below a prefix, on hosts and subdomains, with Flask-Login, which refuses
unauthenticated requests there too."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Blueprint, Flask, request, url_for
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.test import Client

from flask_cors import CORS, cross_origin

from ...runtime.exchanges import allowed

pytestmark = pytest.mark.live

APP = "https://app.example"
OTHER = "https://other.example"
EVIL = "https://evil.example"


def preflight_of(origin: str, method: str = "PUT") -> dict[str, str]:
    return {"Origin": origin, "Access-Control-Request-Method": method}


@pytest.fixture
def guard(library) -> Callable[[Flask], None]:
    """Refuse every request."""
    flask_login = library("flask_login")

    def guard(app: Flask) -> None:
        app.secret_key = "key"
        manager = flask_login.LoginManager(app)
        manager.user_loader(lambda key: None)

        @app.before_request
        def check():
            if not flask_login.current_user.is_authenticated and "in" not in request.args:
                return manager.unauthorized()
            return None

    return guard


def an_app(guard, join, **options: object) -> Flask:
    app = Flask(__name__)
    join(app, guard, resources={"/api/*": options or {"origins": [APP, OTHER]}})

    @app.route("/api/where", methods=["GET", "PUT"])
    def where():
        return url_for("where", _external=True)

    return app


# ---- a proxy -----------------------------------------------------------------------------------


def test_behind_a_proxy_the_paths_are_those_of_the_app(guard, join):
    app = an_app(guard, join)
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1, x_port=1, x_prefix=1)
    sent = {
        "X-Forwarded-For": "203.0.113.1",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "api.example",
        "X-Forwarded-Port": "443",
        "X-Forwarded-Prefix": "/v1",
    }
    client = app.test_client()
    response = client.options("/api/where", headers=sent | preflight_of(APP))
    assert (response.status_code, allowed(response)) == (200, [APP])
    response = client.put("/api/where?in", headers=sent | {"Origin": APP})
    assert (response.text, allowed(response)) == ("https://api.example/v1/api/where", [APP])
    response = client.put("/api/where", headers=sent | {"Origin": APP})
    assert (response.status_code, allowed(response)) == (401, [APP])
    assert allowed(client.put("/api/where?in", headers=sent | {"Origin": EVIL})) == []
    assert allowed(client.get("/else?in", headers=sent | {"Origin": APP})) == []


def test_a_forwarded_host_does_not_allow_an_origin(guard, join):
    app = an_app(guard, join)
    app.wsgi_app = ProxyFix(app.wsgi_app, x_host=1)
    sent = {"X-Forwarded-Host": "evil.example", "Origin": EVIL}
    assert allowed(app.test_client().get("/api/where?in", headers=sent)) == []


# ---- prefixes ----------------------------------------------------------------------------------


@pytest.mark.parametrize("root", ["/", "/root"])
def test_the_application_root_is_not_part_of_the_path(guard, join, root):
    app = an_app(guard, join)
    app.config["APPLICATION_ROOT"] = root
    client = Client(DispatcherMiddleware(Flask("outside"), {root: app}) if root != "/" else app)
    base = root.rstrip("/")
    response = client.options(f"{base}/api/where", headers=preflight_of(APP))
    assert (response.status_code, allowed(response)) == (200, [APP])
    response = client.get(f"{base}/api/where?in", headers={"Origin": OTHER})
    assert (response.text, allowed(response)) == (f"http://localhost{base}/api/where", [OTHER])
    assert allowed(client.get(f"{base}/api/none?in", headers={"Origin": OTHER})) == [OTHER]
    assert allowed(client.get(f"{base}/none?in", headers={"Origin": OTHER})) == []


def test_each_app_of_a_dispatcher_has_its_own_policy(guard, join):
    outside, inside, plain = Flask("outside"), an_app(guard, join), Flask("plain")
    CORS(outside, origins=[EVIL])
    outside.add_url_rule("/api/where", "where", lambda: "outside", methods=["PUT"])
    plain.add_url_rule("/api/where", "where", lambda: "plain", methods=["PUT"])
    client = Client(DispatcherMiddleware(outside, {"/in": inside, "/plain": plain}))

    def origins_allowed_at(path: str) -> list[list[str]]:
        responses = [
            client.open(path, method=method, headers=headers)
            for origin in (APP, EVIL)
            for method, headers in (
                ("OPTIONS", preflight_of(origin)),
                ("PUT", {"Origin": origin}),
            )
        ]
        return [allowed(response) for response in responses]

    assert origins_allowed_at("/in/api/where") == [[APP], [APP], [], []]
    assert origins_allowed_at("/api/where") == [[], [], [EVIL], [EVIL]]
    assert origins_allowed_at("/plain/api/where") == [[], [], [], []]


def test_an_app_that_forwards_a_request_leaves_no_decision_behind(guard, join):
    """As a WSGI middleware does that calls a second app if the first responds with 404."""
    first, second = an_app(guard, join), Flask("second")
    CORS(second, origins=[EVIL])
    second.add_url_rule("/api/else", "else", lambda: "second", methods=["PUT"])

    def cascade(environ, start_response):
        response = Client(first).open(environ)
        if response.status_code != 404:
            return response(environ, start_response)
        return second(environ, start_response)

    client = Client(cascade)
    assert allowed(client.put("/api/else?in", headers={"Origin": EVIL})) == [EVIL]
    assert allowed(client.put("/api/where?in", headers={"Origin": APP})) == [APP]


# ---- hosts and subdomains ----------------------------------------------------------------------


@pytest.fixture
def on_hosts(guard, join) -> Flask:
    app = Flask(__name__, host_matching=True, static_host="static.example")
    join(app, guard, origins=[APP])

    @app.put("/", host="open.example", endpoint="open")
    @cross_origin(origins=[EVIL])
    def open_to_another():
        return "open"

    app.add_url_rule("/", "api", lambda: "api", methods=["PUT"], host="<tenant>.api.example")
    app.view_functions["api"] = lambda tenant: tenant
    return app


@pytest.mark.parametrize(
    ("host", "allowed_origin", "status"),
    [
        ("open.example", EVIL, 200),
        ("ada.api.example", APP, 200),
        ("unknown.example", APP, 404),
    ],
)
def test_host_matching_selects_the_policy_by_the_host(on_hosts, host, allowed_origin, status):
    client = on_hosts.test_client()
    base_url = f"http://{host}"
    for origin in (APP, EVIL):
        expected = [origin] if origin == allowed_origin else []
        response = client.options("/", base_url=base_url, headers=preflight_of(origin))
        assert allowed(response) == expected
        assert (response.status_code == 200) == (origin == allowed_origin)
        response = client.put("/?in", base_url=base_url, headers={"Origin": origin})
        assert (response.status_code, allowed(response)) == (status, expected)
        response = client.put("/", base_url=base_url, headers={"Origin": origin})
        assert (response.status_code, allowed(response)) == (401, expected)


@pytest.fixture
def on_subdomains(guard, join) -> Flask:
    app = Flask(__name__, subdomain_matching=True)
    app.config["SERVER_NAME"] = "example.com"
    tenants = Blueprint("tenants", __name__, url_prefix="/v1", subdomain="<tenant>")
    tenants.add_url_rule("/", "view", lambda tenant: tenant, methods=["PUT"])
    CORS(tenants, origins=[OTHER])

    def start(app: Flask) -> None:
        guard(app)
        app.add_url_rule("/v1/", "view", lambda: "main", methods=["PUT"])
        app.register_blueprint(tenants)

    join(app, start, origins=[APP])
    return app


@pytest.mark.parametrize(
    ("host", "path", "allowed_origin", "status"),
    [
        ("example.com", "/v1/", APP, 200),
        ("example.com", "/v1/none", APP, 404),
        ("ada.example.com", "/v1/", OTHER, 200),
        ("ada.example.com", "/v1/none", OTHER, 404),
        ("ada.example.com", "/none", APP, 404),
    ],
)
@pytest.mark.parametrize("behind_proxy", [False, True])
def test_subdomain_matching_selects_the_policy_by_the_subdomain(
    on_subdomains, host, path, allowed_origin, status, behind_proxy
):
    sent = {}
    base_url = f"http://{host}"
    if behind_proxy:
        on_subdomains.wsgi_app = ProxyFix(on_subdomains.wsgi_app, x_host=1)
        base_url, sent = "http://10.0.0.1:8000", {"X-Forwarded-Host": host}
    client = on_subdomains.test_client()
    for origin in (APP, OTHER, EVIL):
        expected = [origin] if origin == allowed_origin else []
        response = client.options(path, base_url=base_url, headers=sent | preflight_of(origin))
        assert allowed(response) == expected
        assert (response.status_code == 200) == (origin == allowed_origin)
        headers = sent | {"Origin": origin}
        response = client.put(f"{path}?in", base_url=base_url, headers=headers)
        assert (response.status_code, allowed(response)) == (status, expected)
