"""The decision that is noted on a request."""

from __future__ import annotations

from flask import Flask, request

from flask_cors import CORS
from flask_cors.policy.policy import DecisionReason
from flask_cors.runtime.decision import find_decision

from .exchanges import APP


def test_the_policy_and_the_decision_of_a_request_are_noted_on_it() -> None:
    app = Flask(__name__)
    CORS(app, origins=APP, resources="/api")
    with app.test_client() as client:
        client.get("/api", headers={"Origin": APP})
        policy, decision = find_decision(request)
        assert policy is not None
        assert policy.options.origins.layer.raw["origins"] == APP
        assert decision is not None
        assert decision.reason is DecisionReason.ALLOWED
        client.get("/other", headers={"Origin": APP})
        assert find_decision(request) == (None, None)


def test_nothing_is_noted_on_a_request_to_an_app_without_cors() -> None:
    with Flask(__name__).test_request_context():
        assert find_decision(request) == (None, None)
