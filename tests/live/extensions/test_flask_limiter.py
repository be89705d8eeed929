"""Flask-Limiter: preflights are allowed over the limit, and a 429 can be read."""

from __future__ import annotations

import pytest
from flask import Flask, request

from ...runtime.exchanges import allowed

pytestmark = pytest.mark.live

APP = "https://app.example"
EVIL = "https://evil.example"


@pytest.fixture
def app(library, join) -> Flask:
    flask_limiter = library("flask_limiter")
    app = Flask(__name__)
    limiter = flask_limiter.Limiter(
        lambda: "one client",
        default_limits=["4 per hour"],
        headers_enabled=True,
        storage_uri="memory://",
    )
    join(
        app,
        limiter.init_app,
        origins=APP,
        expose_headers=["Retry-After", "X-RateLimit-Remaining"],
    )

    @app.put("/")
    def view():
        return "done"

    @app.put("/decorated")
    @limiter.limit("1 per hour")
    def decorated():
        return "done"

    app.config["LIMITER"] = limiter
    return app


def test_the_429_and_the_rate_limit_headers_are_readable(app, fetch):
    responses = [fetch(app, method="PUT") for _ in range(5)]
    assert [response.status_code for response in responses] == [200] * 4 + [429]
    assert [response.headers["X-RateLimit-Remaining"] for response in responses] == [*"32100"]
    for response in responses:
        assert allowed(response) == [APP]
        assert response.headers["Access-Control-Expose-Headers"] == (
            "Retry-After, X-RateLimit-Remaining"
        )
    assert allowed(fetch(app, "/", EVIL, "PUT")) == []


def test_a_preflight_is_not_counted_and_allowed_over_the_limit(app, preflight, fetch):
    """So that the calling page gets to see the 429 of the request that follows."""
    for _ in range(6):
        response = preflight(app)
        assert (response.status_code, allowed(response)) == (200, [APP])
    assert fetch(app, method="PUT").status_code == 200
    for _ in range(6):
        response = fetch(app, method="PUT")
    assert (response.status_code, allowed(response)) == (429, [APP])
    assert preflight(app).status_code == 200


def test_a_decorated_view_counts_its_own_requests_only(app, preflight, fetch):
    for _ in range(3):
        assert preflight(app, "/decorated").status_code == 200
    statuses = [fetch(app, "/decorated", method="PUT").status_code for _ in range(2)]
    assert statuses == [200, 429]
    assert allowed(fetch(app, "/decorated", method="PUT")) == [APP]
    assert preflight(app, "/decorated").status_code == 200


def test_preflights_do_not_count_where_a_filter_says_so(app, preflight, fetch):
    """As the recipe writes it."""

    @app.config["LIMITER"].request_filter
    def preflights() -> bool:
        return request.method == "OPTIONS"

    for _ in range(6):
        assert preflight(app).status_code == 200
    assert fetch(app, method="PUT").headers["X-RateLimit-Remaining"] == "3"
