"""A same-origin request is not reported as a refusal."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from flask_cors import CORS, cors_refused

from .exchanges import APP, EVIL, allowed, send, send_preflight, vary

OWN = "https://api.example"


@pytest.fixture
def app() -> Flask:
    app = Flask(__name__)
    app.debug = True
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.add_url_rule("/", "view", lambda: "fine", methods=["GET", "PUT"])
    CORS(app, origins=[APP, "https://second.example"])
    return app


@pytest.fixture
def refused(app: Flask) -> Iterator[list[dict[str, Any]]]:
    """Collect the signals that are sent."""
    sent: list[dict[str, Any]] = []

    def receive(sender: Flask, **values: Any) -> None:
        sent.append(values)

    with cors_refused.connected_to(receive, app):
        yield sent


def messages(caplog: pytest.LogCaptureFixture, level: int) -> list[str]:
    return [
        each.getMessage()
        for each in caplog.records
        if each.name == "flask_cors" and each.levelno == level
    ]


SAME = {
    "Sec-Fetch-Site": {"origin": EVIL, "headers": {"Sec-Fetch-Site": "same-origin"}},
    "scheme and host": {"origin": OWN, "base_url": OWN},
    "port": {"origin": f"{OWN}:8443", "base_url": f"{OWN}:8443"},
    "both": {"origin": OWN, "base_url": OWN, "headers": {"Sec-Fetch-Site": "same-origin"}},
}
OTHERS = {
    "cross-site": {"origin": EVIL, "headers": {"Sec-Fetch-Site": "cross-site"}},
    "same-site": {"origin": OWN, "base_url": OWN, "headers": {"Sec-Fetch-Site": "same-site"}},
    "none": {"origin": OWN, "base_url": OWN, "headers": {"Sec-Fetch-Site": "none"}},
    "another scheme": {"origin": "http://api.example", "base_url": OWN},
    "another host": {"origin": "https://api.example.evil.example", "base_url": OWN},
    "another port": {"origin": f"{OWN}:444", "base_url": OWN},
    "null": {"origin": "null", "base_url": OWN},
}


@pytest.mark.parametrize("method", ["GET", "PUT", "OPTIONS"])
@pytest.mark.parametrize("sent", SAME.values(), ids=SAME)
def test_a_same_origin_request_is_not_reported(app, refused, caplog, sent, method):
    with caplog.at_level(logging.DEBUG, "flask_cors"):
        response = send(app, method=method, **sent)
    assert response.status_code == 200
    assert (allowed(response), vary(response)) == ([], ["Origin"])  # as any other request
    assert refused == []
    assert messages(caplog, logging.WARNING) == []
    (line,) = messages(caplog, logging.DEBUG)
    assert "same origin" in line


@pytest.mark.parametrize("sent", OTHERS.values(), ids=OTHERS)
def test_the_refusal_of_a_cross_origin_request_is_reported(app, refused, caplog, sent):
    with caplog.at_level(logging.DEBUG, "flask_cors"):
        response = send(app, **sent)
    assert (allowed(response), vary(response)) == ([], ["Origin"])
    assert [each["origin"] for each in refused] == [sent["origin"]]
    assert len(messages(caplog, logging.WARNING)) == 1
    (line,) = messages(caplog, logging.DEBUG)
    assert "origin not allowed" in line
    assert "same origin" not in line


def test_a_request_to_an_untrusted_host_is_not_of_the_same_origin(app, refused, caplog):
    app.config["TRUSTED_HOSTS"] = ["api.example"]
    with caplog.at_level(logging.DEBUG, "flask_cors"):
        response = send(app, origin="https://evil.example", base_url="https://evil.example")
    if response.status_code == 400:  # since Flask 3.1
        assert messages(caplog, logging.ERROR) == []
        assert [each["origin"] for each in refused] == ["https://evil.example"]


def test_an_allowed_origin_is_allowed_whatever_sec_fetch_site_says(app, refused):
    for site in ("same-origin", "cross-site", "same-site", "none", ""):
        response = send(app, headers={"Sec-Fetch-Site": site})
        assert allowed(response) == [APP]
    assert refused == []


def test_a_preflight_to_the_origin_of_the_app_is_not_reported(app, refused, caplog):
    with caplog.at_level(logging.DEBUG, "flask_cors"):
        response = send_preflight(app, "/", OWN, base_url=OWN)
    assert (allowed(response), refused) == ([], [])
    assert messages(caplog, logging.WARNING) == []
