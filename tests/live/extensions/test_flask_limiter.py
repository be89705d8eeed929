"""Flask-Limiter: preflights are answered whatever is left, and a 429 can be read."""

from __future__ import annotations

import pytest
from flask import Flask, request

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


def told(response) -> list[str]:
    return response.headers.getlist("Access-Control-Allow-Origin")


def test_the_429_and_what_is_left_are_readable(app, ask):
    responses = [ask(app, method="PUT") for _ in range(5)]
    assert [response.status_code for response in responses] == [200] * 4 + [429]
    assert [response.headers["X-RateLimit-Remaining"] for response in responses] == [*"32100"]
    for response in responses:
        assert told(response) == [APP]
        assert response.headers["Access-Control-Expose-Headers"] == (
            "Retry-After, X-RateLimit-Remaining"
        )
    assert told(ask(app, "/", EVIL, "PUT")) == []


def test_a_preflight_over_the_limit_is_answered_all_the_same(app, preflight, ask):
    """So that the page gets to see the 429 of the request that follows."""
    answers = [preflight(app) for _ in range(6)]
    assert [(answer.status_code, told(answer)) for answer in answers] == [(200, [APP])] * 6
    response = ask(app, method="PUT")
    assert (response.status_code, told(response)) == (429, [APP])


def test_a_decorated_view_counts_its_own_requests_only(app, preflight, ask):
    for _ in range(3):
        assert preflight(app, "/decorated").status_code == 200
    statuses = [ask(app, "/decorated", method="PUT").status_code for _ in range(2)]
    assert statuses == [200, 429]
    assert told(ask(app, "/decorated", method="PUT")) == [APP]
    assert preflight(app, "/decorated").status_code == 200


def test_preflights_do_not_count_where_a_filter_says_so(app, preflight, ask):
    """As examples/README.md writes it."""

    @app.config["LIMITER"].request_filter
    def preflights() -> bool:
        return request.method == "OPTIONS"

    for _ in range(6):
        assert preflight(app).status_code == 200
    assert ask(app, method="PUT").headers["X-RateLimit-Remaining"] == "3"
