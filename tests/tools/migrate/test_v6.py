"""The model of flask-cors 6.0.5 responds as that version did (``scripts/record_v6.py``)."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from flask_cors.policy.layers import DEFAULTS
from flask_cors.policy.options import CONFIG_KEYS
from flask_cors.tools.migrate.comparison import AppComparison, TriedRequest
from flask_cors.tools.migrate.v6_app import V6Resources
from flask_cors.tools.migrate.v6_policy import Headers, V6Policy

from .v6_apps import APPS, POLICIES, RESOURCES, Case, Request, everything, paths

DATA = Path(__file__).parents[2] / "data" / "v6.json"
RECORDED: list[dict[str, Any]] = json.loads(DATA.read_text(encoding="utf-8"))


def test_each_configuration_is_recorded() -> None:
    assert [row["configuration"] for row in RECORDED] == [row.configuration for row in everything()]


def options_of(case: Case) -> dict[str, object]:
    config = {CONFIG_KEYS[key]: value for key, value in case.config.items() if value is not None}
    return {**DEFAULTS.raw, **config, **case.options}


def respond(policy: V6Policy, request: Request) -> Headers:
    return policy.respond(
        request.origin, request.requested_method, request.requested_headers, request.private_network
    )


def rows(first: int, cases: list[Any]) -> list[Any]:
    """Return the cases, each with the responses of 6.0.5."""
    return [
        pytest.param(case, row["responses"], id=row["configuration"])
        for case, row in zip(cases, RECORDED[first:], strict=False)
    ]


@pytest.mark.parametrize(("case", "responses"), rows(0, POLICIES))
def test_a_policy_sends_what_6_0_5_sent(case: Case, responses: list[dict[str, Any]]) -> None:
    policy = V6Policy(options_of(case))
    assert [respond(policy, request) for request in case.requests] == [
        each["headers"] for each in responses
    ]


@pytest.mark.parametrize(("patterns", "responses"), rows(len(POLICIES), RESOURCES))
def test_a_path_gets_the_resource_that_it_got_in_6_0_5(
    patterns: tuple[str | re.Pattern[str], ...], responses: list[dict[str, Any]]
) -> None:
    resources = V6Resources((pattern, str(number)) for number, pattern in enumerate(patterns))
    found = [resources.match(request.path) for request in paths()]
    assert found == [each["headers"].get("Access-Control-Expose-Headers") for each in responses]


@pytest.mark.filterwarnings("ignore::flask_cors.CORSWarning")
@pytest.mark.parametrize(("app", "responses"), rows(len(POLICIES) + len(RESOURCES), APPS))
def test_an_app_responds_as_it_did_with_6_0_5(app: Any, responses: list[dict[str, Any]]) -> None:
    build, requests = app
    compared = AppComparison(build())
    for request, recorded in zip(requests, responses, strict=True):
        tried = TriedRequest(request.path, request.origin)
        if request.requested_method is not None:
            tried = tried._replace(method=request.requested_method, is_preflight=True)
        is_actual = request.requested_method is None
        is_error = is_actual and recorded.get("status", 200) in (418, 500)
        before, _ = compared.respond(tried, is_error=is_error)
        assert before == recorded["headers"], request


def statuses(name: str) -> dict[tuple[str, str | None], int]:
    """Return the status of each response of an app, by the path and the requested method."""
    responses = next(row["responses"] for row in RECORDED if row["configuration"] == f"{name}()")
    return {
        (each.get("path", "/"), each.get("requested_method")): each.get("status", 200)
        for each in responses
    }


def test_login_checks_and_redirects_came_before_preflights() -> None:
    assert statuses("login_check")["/", "PUT"] == 401
    assert statuses("decorated")["/nowhere", "PUT"] == 404
    assert statuses("slash")["/slash", "PUT"] == 308


def test_coroutine_functions_were_never_awaited() -> None:
    assert statuses("async_view")["/", None] == 500


@pytest.mark.parametrize("pattern", ["/[", object(), re.compile(b"/")])
def test_what_is_not_a_pattern_matches_nothing(pattern: object) -> None:
    assert V6Resources([(pattern, "found")]).match("/[") is None


@pytest.mark.parametrize("origins", ["https://a.exampl\\e", 5, [5], [re.compile(b".*")]])
def test_what_is_not_an_origin_allows_no_origins(origins: object) -> None:
    policy = V6Policy({**DEFAULTS.raw, "origins": origins})
    assert policy.respond("https://a.example") == {}
