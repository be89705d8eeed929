"""What the README, the quickstart and the demo show is careful: nothing is found in it."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest
from flask import Flask

from flask_cors.diagnostics.finding import Finding
from flask_cors.tools.check import check

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def without_debug(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("FLASK_DEBUG", "FLASK_CORS_ORIGINS"):
        monkeypatch.delenv(variable, raising=False)


def found_in(file: Path) -> list[Finding]:
    app = runpy.run_path(str(file))["app"]
    assert isinstance(app, Flask)
    return check(app)


def test_nothing_is_found_in_the_first_example_of_the_readme(tmp_path: Path):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    code = re.search(r"^```python\n(.*?)^```", readme, re.DOTALL | re.MULTILINE)
    assert code is not None
    file = tmp_path / "hello.py"
    file.write_text(code[1], encoding="utf-8")
    assert found_in(file) == []


def test_nothing_is_found_in_the_quickstart():
    assert found_in(ROOT / "examples/quickstart/api.py") == []


def test_nothing_is_found_in_the_demo():
    demo = runpy.run_path(str(ROOT / "examples/two_origins/api.py"))
    assert check(demo["create_app"]("http://localhost:8000")) == []
