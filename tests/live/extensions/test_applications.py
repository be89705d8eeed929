"""The applications of ``tests/data/applications/`` that need other extensions."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.tools.applications import COMMANDS, assert_output_as_reviewed
from tests.tools.test_applications import WITH_EXTENSIONS

pytestmark = pytest.mark.live


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(("name", "extension"), WITH_EXTENSIONS.items())
def test_the_output_for_an_application_with_an_extension_is_as_reviewed(
    name: str,
    extension: str,
    command: str,
    library: Callable[[str], object],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    library(extension)
    assert_output_as_reviewed(name, command, monkeypatch, capsys)
