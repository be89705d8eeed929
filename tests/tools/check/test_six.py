"""The model of flask-cors 6.0.5 answers as that version did (``scripts/record_six.py``)."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from six_apps import APPS, POLICIES, RESOURCES, Case, Request, everything, paths

from flask_cors.policy.options import CONFIG_KEYS, DEFAULTS
from flask_cors.tools.check.migration.seen import Asked, Seen
from flask_cors.tools.check.migration.six import Headers, SixPolicy, SixRules

DATA = Path(__file__).parents[2] / "data" / "six.json"
RECORDED: list[dict[str, Any]] = json.loads(DATA.read_text(encoding="utf-8"))


def test_what_was_recorded_is_what_is_asked() -> None:
    assert [row["configuration"] for row in RECORDED] == [row.configuration for row in everything()]


def options_of(case: Case) -> dict[str, object]:
    config = {CONFIG_KEYS[key]: value for key, value in case.config.items() if value is not None}
    return {**DEFAULTS.values, **config, **case.options}


def answer(policy: SixPolicy, request: Request) -> Headers:
    if request.asked is None or request.origin is None:
        return policy.actual(request.origin, request.private_network)
    return policy.preflight(request.origin, request.asked, request.names, request.private_network)


def rows(first: int, cases: list[Any]) -> list[Any]:
    """The cases, and what 6.0.5 answered."""
    return [
        pytest.param(case, row["answers"], id=row["configuration"])
        for case, row in zip(cases, RECORDED[first:], strict=False)
    ]


@pytest.mark.parametrize(("case", "answers"), rows(0, POLICIES))
def test_a_policy_answers_as_6_0_5_did(case: Case, answers: list[dict[str, Any]]) -> None:
    policy = SixPolicy(options_of(case))
    said = [answer(policy, request) for request in case.requests]
    assert said == [each["headers"] for each in answers]


@pytest.mark.parametrize(("patterns", "answers"), rows(len(POLICIES), RESOURCES))
def test_a_path_has_the_rule_that_it_had_in_6_0_5(
    patterns: tuple[str | re.Pattern[str], ...], answers: list[dict[str, Any]]
) -> None:
    rules = SixRules((pattern, str(number)) for number, pattern in enumerate(patterns))
    found = [rules.match(request.path) for request in paths()]
    assert found == [each["headers"].get("Access-Control-Expose-Headers") for each in answers]


@pytest.mark.filterwarnings("ignore::flask_cors.CORSWarning")
@pytest.mark.parametrize(("app", "answers"), rows(len(POLICIES) + len(RESOURCES), APPS))
def test_an_app_answers_as_it_did_under_6_0_5(app: Any, answers: list[dict[str, Any]]) -> None:
    build, requests = app
    seen = Seen(build())
    for request, recorded in zip(requests, answers, strict=True):
        asked = Asked(request.path, request.origin, "GET")
        if request.asked is not None:
            asked = asked._replace(method=request.asked, is_preflight=True)
        is_error = recorded.get("status", 200) in (418, 500) and request.asked is None
        assert seen.before(asked, is_error=is_error) == recorded["headers"], request


def statuses(name: str) -> dict[tuple[str, str | None], int]:
    """What an app answered with, by the path and the method that a preflight asked for."""
    answers = next(row["answers"] for row in RECORDED if row["configuration"] == f"{name}()")
    return {(each.get("path", "/"), each.get("asked")): each.get("status", 200) for each in answers}


def test_before_it_login_checks_and_redirects_came_first() -> None:
    assert statuses("login_check")["/", "PUT"] == 401
    assert statuses("slash")["/slash", "PUT"] == 308


def test_it_never_awaited_a_view() -> None:
    assert statuses("async_view")["/", None] == 500


@pytest.mark.parametrize("pattern", ["/[", object(), re.compile(b"/")])
def test_what_is_no_pattern_matches_nothing(pattern: object) -> None:
    assert SixRules([(pattern, "found")]).match("/[") is None


@pytest.mark.parametrize("origins", ["https://a.exampl\\e", 5, [5], [re.compile(b".*")]])
def test_what_is_no_origin_allows_nobody(origins: object) -> None:
    policy = SixPolicy({**DEFAULTS.values, "origins": origins})
    assert policy.actual("https://a.example") == {}
