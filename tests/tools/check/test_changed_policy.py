"""What a change of a policy would make the check report."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from flask_cors import CORS
from flask_cors.policy.options import Options
from flask_cors.policy.policy import Policy
from flask_cors.policy.resolution import changed
from flask_cors.runtime.install import registry_of
from flask_cors.tools.check.changed_policy import find_new_findings
from flask_cors.tools.shared.inventory import BoundPolicy, iter_bound_policies

APP = "https://app.example.com"


def find_codes(before: dict[str, Any], change: dict[str, Any], **config: Any) -> list[str]:
    app = Flask("app", static_folder=None)
    app.config.update(config)
    CORS(app, **before)
    (bound,) = iter_bound_policies(app)
    options: Options = changed(bound.policy.options, change)
    findings = find_new_findings(app, bound, BoundPolicy(bound.source, Policy(options)))
    assert list(registry_of(app).resources.patterns.values()) == [bound.policy]
    assert all(finding.location is None and finding.subject is None for finding in findings)
    return [finding.code for finding in findings]


@pytest.mark.parametrize(
    ("before", "change", "codes"),
    [
        ({"origins": APP}, {"origins": [APP, "https://other.example.com"]}, []),
        ({"origins": APP}, {"origins": [APP, "null"]}, ["CORS107"]),
        ({"origins": APP}, {"origins": [APP, "http://localhost"]}, ["CORS113"]),
        ({"origins": APP}, {"origins": [APP, re.compile("https://.*")]}, ["CORS109"]),
        ({"origins": APP}, {"origins": [APP, "https://*.github.io"]}, ["CORS110"]),
        (
            {"origins": [APP], "supports_credentials": True},
            {"origins": [APP, "http://app.example.com"]},
            ["CORS201"],
        ),
        ({"origins": ["http://app.example.com"]}, {"supports_credentials": True}, ["CORS201"]),
        ({"origins": [APP]}, {"methods": ["GET", "TRACE"]}, ["CORS303"]),
    ],
)
def test_the_findings_of_the_new_policy_are_reported(before, change, codes):
    assert find_codes(before, change) == codes


def test_what_the_policy_had_before_is_not_reported_again():
    before = {"origins": [APP, "https://*.github.io"]}
    assert find_codes(before, {"origins": [*before["origins"], "https://other.example.com"]}) == []


def test_the_findings_in_the_origins_are_reported_again_where_they_get_credentials():
    before = {"origins": [APP, "http://localhost"]}
    assert find_codes(before, {"supports_credentials": True}) == ["CORS113"]
    codes = find_codes(before, {"supports_credentials": True}, SECRET_KEY="secret")
    assert codes == ["CORS113", "CORS203"]


def test_a_new_resource_has_no_policy_before():
    app = Flask("app", static_folder=None)
    CORS(app, origins=[APP, "http://localhost"])
    (bound,) = iter_bound_policies(app)
    assert [each.code for each in find_new_findings(app, None, bound)] == ["CORS113"]
