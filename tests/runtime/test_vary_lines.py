"""If a policy varies, ``Vary`` is sent as one line without repeated names."""

from __future__ import annotations

import pytest
from flask import Flask, Response, session
from hypothesis import given
from hypothesis import strategies as st

from flask_cors import CORS, cross_origin

from .exchanges import APP, EVIL, OTHER, send, vary

NAMES = ["Origin", "origin", "ORIGIN", "Accept", "accept", "Cookie", "Accept-Encoding"]


def varying(lines: list[str], bound: str, **options: object) -> Flask:
    app = Flask(__name__)

    def view():
        return Response("fine", headers=[("Vary", line) for line in lines])

    options = {"origins": [APP, OTHER], **options}
    if bound == "view":
        view = cross_origin(**options)(view)
    else:
        CORS(app, **options)
    app.add_url_rule("/", "view", view)
    return app


@pytest.mark.parametrize(
    ("lines", "merged"),
    [
        ([], "Origin"),
        (["Accept"], "Accept, Origin"),
        (["Accept", "Cookie"], "Accept, Cookie, Origin"),
        (["Accept", "accept"], "Accept, Origin"),
        (["Accept, Cookie", "Cookie"], "Accept, Cookie, Origin"),
        (["origin"], "origin"),
        (["Origin", "Accept"], "Origin, Accept"),
        (["Accept,Origin"], "Accept,Origin"),
        (["*"], "*"),
    ],
)
@pytest.mark.parametrize("bound", ["app", "view"])
def test_lines_of_vary_are_joined_and_missing_names_appended(bound, lines, merged):
    for origin in (APP, EVIL, None):
        response = send(varying(lines, bound), origin=origin)
        assert response.headers.getlist("Vary") == [merged]


@pytest.mark.parametrize("lines", [["*", "Accept"], ["Accept", "*"], ["Accept, *"]])
def test_nothing_is_added_to_a_vary_of_an_asterisk(lines):
    (line,) = send(varying(lines, "app")).headers.getlist("Vary")
    assert "Origin" not in line
    assert "*" in line


@pytest.mark.parametrize("lines", [["Accept", "Cookie", "accept"], ["Origin", "Origin"], []])
def test_lines_of_vary_stay_as_they_are_if_the_policy_does_not_vary(lines):
    for options in ({"vary_header": False}, {"origins": "*", "send_wildcard": True}):
        response = send(varying(lines, "app", **options))
        assert response.headers.getlist("Vary") == lines


@given(
    lines=st.lists(st.lists(st.sampled_from(NAMES), min_size=1).map(", ".join), max_size=4),
    origin=st.sampled_from([APP, OTHER, EVIL, None]),
)
def test_merged_vary_has_each_name_once_in_the_original_order(lines, origin):
    response = send(varying(lines, "app"), origin=origin)
    assert len(response.headers.getlist("Vary")) == 1
    names = [name.strip().lower() for line in lines for name in line.split(",")]
    assert [name.lower() for name in vary(response)] == list(dict.fromkeys([*names, "origin"]))


@pytest.mark.parametrize("origin", [APP, EVIL, None])
def test_the_session_and_the_policy_make_one_line_of_vary(origin):
    app = varying(["Accept", "accept"], "app")
    app.secret_key = "key"

    @app.after_request
    def read(response):
        session.get("who")
        return response

    response = send(app, origin=origin)
    assert sorted(vary(response)) == ["Accept", "Cookie", "Origin"]
    assert len(response.headers.getlist("Vary")) == 1
