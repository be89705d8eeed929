"""The six CVEs of flask-cors, and the traps of 6.0.5, do not return."""

from __future__ import annotations

import logging
import re
import time
import warnings
from typing import Any

import pytest
from flask import Blueprint, Flask, abort
from flask.views import MethodView

from flask_cors import CORS, CORSConfigError, CORSWarning, cross_origin

UNTRUSTED = "https://untrusted.example"
FRIEND = "https://friend.example"


def app_with(*args: Any, **kwargs: Any) -> Flask:
    app = Flask(__name__)
    CORS(app, *args, **kwargs)
    return app


def allowed(app: Flask, path: str, origin: str = UNTRUSTED, method: str = "GET") -> str | None:
    response = app.test_client().open(path, method=method, headers={"Origin": origin})
    return response.headers.get("Access-Control-Allow-Origin")


def preflight(app: Flask, path: str = "/", origin: str = FRIEND, **requested: str) -> Any:
    headers = {"Origin": origin, "Access-Control-Request-Method": requested.get("method", "PUT")}
    if "names" in requested:
        headers["Access-Control-Request-Headers"] = requested["names"]
    return app.test_client().options(path, headers=headers)


# ---- the CVEs ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/api/../foo.txt", "/api/%2e%2e/foo.txt", "/api/%2E./foo.txt", "/api/x/../../foo.txt"]
)
def test_cve_2020_25032_dot_segments_lend_no_other_path_a_policy(path: str) -> None:
    app = app_with(resources="/api/*")
    assert allowed(app, "/api/foo.txt") == UNTRUSTED
    assert allowed(app, path) is None


def test_cve_2020_25032_a_path_is_not_decoded_twice() -> None:
    assert allowed(app_with(resources="/api/*"), "/%2561pi/x") is None


@pytest.mark.parametrize("path", ["/api/../foo", "/api/%2e%2e/foo", "/%2561pi/x"])
def test_cve_2020_25032_dot_segments_lend_no_preflight_another_policy(path: str) -> None:
    app = app_with(resources="/api/*")
    assert preflight(app, "/api/foo").headers["Access-Control-Allow-Origin"] == FRIEND
    assert "Access-Control-Allow-Origin" not in preflight(app, path).headers


@pytest.mark.parametrize(
    ("path", "origin"),
    [
        ("/a%0d%0aforged: line", UNTRUSTED),
        ("/", "https://a.example\x1b[2J"),
        ("/%1b[2J", UNTRUSTED),
    ],
)
def test_cve_2024_1681_what_a_client_sends_is_escaped_in_the_log(
    path: str, origin: str, caplog: pytest.LogCaptureFixture
) -> None:
    app = app_with(origins=FRIEND)
    app.debug = True
    with caplog.at_level(logging.DEBUG, "flask_cors"):
        app.test_client().get(path, headers={"Origin": origin})
    assert caplog.messages
    for message in caplog.messages:
        assert message.isprintable()


@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
@pytest.mark.parametrize(
    ("options", "value"), [({}, "false"), ({"allow_private_network": True}, "true")]
)
def test_cve_2024_6221_private_network_access_is_refused_by_default(
    method: str, options: dict[str, Any], value: str
) -> None:
    headers = {
        "Origin": FRIEND,
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Private-Network": "true",
    }
    client = app_with(origins=FRIEND, **options).test_client()
    response = client.open("/", method=method, headers=headers)
    assert response.headers["Access-Control-Allow-Private-Network"] == value
    headers["Origin"] = UNTRUSTED
    response = client.open("/", method=method, headers=headers)
    assert "Access-Control-Allow-Private-Network" not in response.headers


@pytest.mark.parametrize(
    ("strict", "path", "open_to_all"),
    [
        ("/api/secret", "/api/secret", "/api/.*[a-zA-Z0-9]+"),
        ("/api/.*", "/api/a/b/c", "/.*/.*/.*"),
        ("/api/admin/.*", "/api/admin/x", re.compile("/.*")),
        ("/a/admin.*", "/a/admin/x", "/a/.*[a-zA-Z0-9_]*"),
    ],
)
@pytest.mark.parametrize("strict_first", [True, False])
def test_cve_2024_6839_a_longer_pattern_does_not_overrule_a_closer_one(
    strict: str, path: str, open_to_all: Any, strict_first: bool
) -> None:
    rules = [(strict, {"origins": FRIEND}), (open_to_all, {"origins": "*"})]
    app = app_with(resources=dict(rules if strict_first else reversed(rules)))
    assert allowed(app, path, UNTRUSTED) is None
    assert allowed(app, path, FRIEND) == FRIEND


def test_cve_2024_6844_a_plus_in_a_path_is_not_a_space() -> None:
    app = app_with(resources="/a b/.*")
    assert allowed(app, "/a+b/x") is None
    assert allowed(app, "/a%20b/x") == UNTRUSTED
    app = app_with(resources={"/a b/*": {"origins": "*"}, "/a+b/*": {"origins": FRIEND}})
    assert allowed(app, "/a+b/x") is None
    assert allowed(app, "/a%2Bb/x") is None


def test_cve_2024_6866_paths_are_matched_with_regard_to_case() -> None:
    app = app_with(resources={"/api/*": {"origins": FRIEND}, "/API/*": {"origins": "*"}})
    assert allowed(app, "/api/x") is None
    assert allowed(app_with(resources="/api/*"), "/API/x") is None


# ---- the traps ---------------------------------------------------------------------------------


def test_a_regular_expression_matches_the_whole_origin() -> None:
    app = app_with(origins=[r"https://.*\.example\.com"])
    assert allowed(app, "/", "https://a.example.com") == "https://a.example.com"
    assert allowed(app, "/", "https://a.example.com.evil.net") is None


@pytest.mark.parametrize("origin", [UNTRUSTED, "null"])
def test_credentials_alone_do_not_echo_any_origin(origin: str) -> None:
    with pytest.raises(CORSConfigError):
        app_with(supports_credentials=True)


def test_the_string_false_does_not_switch_credentials_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLASK_CORS_SUPPORTS_CREDENTIALS", "False")
    app = Flask(__name__)
    app.config.from_prefixed_env()
    assert app.config["CORS_SUPPORTS_CREDENTIALS"] == "False"
    CORS(app)
    response = app.test_client().get("/", headers={"Origin": FRIEND})
    assert "Access-Control-Allow-Credentials" not in response.headers


def test_origins_that_are_unset_do_not_open_the_api() -> None:
    app = Flask(__name__)
    app.config["CORS_ORIGINS"] = None
    with pytest.warns(CORSWarning, match="^CORS108 "):
        CORS(app)
    assert allowed(app, "/") is None


def test_a_misspelt_option_causes_a_warning_with_its_real_name() -> None:
    with pytest.warns(CORSWarning, match="^CORS701 .*'orgins'.*'origins'"):
        app_with(orgins=FRIEND)


def test_a_pattern_of_subdomains_matches_them() -> None:
    app = app_with(origins="https://*.example.com")
    assert allowed(app, "/", "https://a.b.example.com") == "https://a.b.example.com"


def test_an_ipv6_origin_is_not_read_as_a_regular_expression() -> None:
    assert allowed(app_with(origins="http://[::1]:3000"), "/", "http://[::1]:3000") is not None


def test_a_wildcard_for_methods_is_sent_as_the_requested_method() -> None:
    response = preflight(app_with(methods="*"), method="PURGE")
    assert response.headers["Access-Control-Allow-Methods"] == "PURGE"


def test_a_max_age_of_zero_is_sent() -> None:
    assert preflight(app_with(max_age=0)).headers["Access-Control-Max-Age"] == "0"


def test_a_method_that_begins_like_an_allowed_one_is_refused() -> None:
    response = preflight(app_with(methods=["PATCH"]), method="PAT")
    assert "Access-Control-Allow-Methods" not in response.headers


def test_sixty_thousand_commas_cost_no_more_than_a_plain_request() -> None:
    app = app_with()

    def cost(names: str) -> float:
        start = time.perf_counter()
        for _ in range(20):
            preflight(app, names=names)
        return time.perf_counter() - start

    cost("x-a")  # the first requests warm up
    # It took half a second each: some thousand times as long as a plain one.
    assert cost("," * 60_000) < 60 * cost("x-a")


def test_the_error_response_of_a_decorated_view_has_its_headers() -> None:
    app = Flask(__name__)

    @app.get("/")
    @cross_origin()
    def view() -> str:
        abort(418)

    assert allowed(app, "/") == UNTRUSTED


def test_a_decorated_async_view_responds_with_its_headers() -> None:
    app = Flask(__name__)

    @app.get("/")
    @cross_origin()
    async def view() -> str:
        return "ok"

    response = app.test_client().get("/", headers={"Origin": FRIEND})
    assert (response.status_code, response.text) == (200, "ok")
    assert response.headers["Access-Control-Allow-Origin"] == FRIEND


def test_a_decorated_method_view_passes_its_preflights() -> None:
    class Items(MethodView):
        decorators = (cross_origin(),)

        def put(self) -> str:
            return "ok"

    app = Flask(__name__)
    app.add_url_rule("/", view_func=Items.as_view("items"))
    response = preflight(app)
    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == FRIEND
    assert "PUT" in response.headers["Access-Control-Allow-Methods"]


def test_a_resource_covers_the_paths_below_it_and_no_path_that_only_begins_alike() -> None:
    app = app_with(resources="/api/*")
    assert allowed(app, "/api") == UNTRUSTED
    assert allowed(app, "/api/x") == UNTRUSTED
    assert allowed(app, "/apisecret") is None


def test_a_blueprint_reads_the_config_of_its_app() -> None:
    blueprint = Blueprint("api", __name__, url_prefix="/api")
    blueprint.add_url_rule("/", view_func=lambda: "ok", endpoint="index")
    CORS(blueprint)
    app = Flask(__name__)
    app.config["CORS_ORIGINS"] = FRIEND
    app.register_blueprint(blueprint)
    assert allowed(app, "/api/", UNTRUSTED) is None
    assert allowed(app, "/api/", FRIEND) == FRIEND


# ---- what users run into most ------------------------------------------------------------------


def test_a_login_check_does_not_stop_a_preflight() -> None:
    app = app_with()
    app.before_request(lambda: abort(401))
    assert preflight(app).status_code == 200


@pytest.mark.parametrize("path", ["/nowhere", "/slash"])
def test_neither_a_missing_view_nor_a_slash_stops_a_preflight(path: str) -> None:
    app = app_with()
    app.add_url_rule("/slash/", view_func=lambda: "ok", endpoint="slash", methods=["PUT"])
    response = preflight(app, path)
    assert (response.status_code, response.headers["Access-Control-Allow-Origin"]) == (200, FRIEND)


def test_several_views_on_one_url_have_their_own_policies() -> None:
    app = Flask(__name__)
    CORS(app, resources=[])

    @app.get("/")
    @cross_origin(origins="*")
    def read() -> str:
        return "ok"

    @app.put("/")
    @cross_origin(origins=FRIEND)
    def write() -> str:
        return "ok"

    assert preflight(app, origin=UNTRUSTED, method="GET").headers.get("Access-Control-Allow-Origin")
    refused = preflight(app, origin=UNTRUSTED, method="PUT")
    assert "Access-Control-Allow-Origin" not in refused.headers


def test_a_valid_configuration_warns_of_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        app_with(
            origins=["https://app.example", "https://*.app.example", "http://localhost:*"],
            methods=["GET", "PUT"],
            allow_headers=["Content-Type"],
            supports_credentials=True,
            max_age=600,
        )
