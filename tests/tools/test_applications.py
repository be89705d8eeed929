"""Whole applications, each shaped like a real one, and what check and migrate print for them."""

from __future__ import annotations

import pytest

from .applications import COMMANDS, FOLDER, assert_output_as_reviewed

# Those that need Flask alone; tests/live/extensions has the others.
NAMES = [
    "catch_all_frontend",
    "connexion_like",
    "dash_like",
    "decorated_views",
    "environment_driven",
    "factory_blueprints",
    "lambda_handler",
    "long_polling",
    "reverse_proxy_view",
    "tenant_prefix",
]
WITH_EXTENSIONS = {"restful_resources": "flask_restful", "socketio_chat": "flask_socketio"}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("name", NAMES)
def test_the_output_for_an_application_is_as_reviewed(
    name: str,
    command: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert_output_as_reviewed(name, command, monkeypatch, capsys)


def test_each_application_is_tried() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.py")) == sorted([*NAMES, *WITH_EXTENSIONS])
