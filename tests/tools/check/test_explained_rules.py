"""The docstrings of the rules, which are their pages: the example has the finding, and what to use
instead does not have it."""

from __future__ import annotations

import linecache
import os
import re
from inspect import cleandoc
from pathlib import Path

import pytest
from flask import Flask

from flask_cors import CORSConfigError
from flask_cors.diagnostics.finding import Finding
from flask_cors.tools.check import calls, check
from flask_cors.tools.check.run import CATALOGUE

HEADINGS = ["Why it matters", "Example", "Use instead", "When to ignore"]


def sections_of(rule: type[Finding]) -> dict[str, str]:
    """Return the sections of an explanation by their heading."""
    _, *parts = re.split(r"^## (.+)\n\n", cleandoc(rule.__doc__ or ""), flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def code_of(section: str) -> str:
    return "".join(f"{line[4:]}\n" for line in section.splitlines() if line.startswith("    "))


SHOWN = [rule for rule in CATALOGUE if sections_of(rule)]
each_rule = pytest.mark.parametrize("rule", SHOWN, ids=lambda rule: rule.code)


def codes_of(rule: type[Finding], heading: str, folder: Path) -> set[str]:
    """Return the codes that are found in an app with the code of a section."""
    source = (
        "import os\nimport re\nfrom flask import Blueprint, Flask\n"
        "from flask_cors import CORS, cross_origin\n"
        f"app = Flask('shop', static_folder=None)\n{code_of(sections_of(rule)[heading])}"
    )
    file = folder / "shop.py"
    file.write_text(source, encoding="utf-8")
    linecache.checkcache()
    names: dict[str, object] = {"__name__": "shop"}
    try:
        exec(compile(source, file, "exec"), names)
    except CORSConfigError as error:
        return {finding.code for finding in error.findings}
    app = names["app"]
    assert isinstance(app, Flask)
    return {finding.code for finding in check(app)}


@pytest.fixture(autouse=True)
def without_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FLASK_DEBUG", *(each for each in os.environ if "ORIGIN" in each)):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def short_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for one view less than the five seconds of a check."""
    monkeypatch.setattr(calls, "REQUEST_SECONDS", 1.0)


def test_all_rules_have_an_example_except_two_about_the_check_itself() -> None:
    # A bug of Flask-CORS, and a time limit of minutes: no code of an app shows them.
    assert {rule.code for rule in CATALOGUE} - {rule.code for rule in SHOWN} == {
        "CORS901",
        "CORS905",
    }


@each_rule
def test_an_explanation_has_its_sections_in_one_order(rule: type[Finding]) -> None:
    assert list(sections_of(rule)) == HEADINGS


@each_rule
def test_the_example_has_the_finding(rule: type[Finding], tmp_path: Path) -> None:
    assert rule.code in codes_of(rule, "Example", tmp_path)


@each_rule
def test_what_to_use_instead_does_not_have_the_finding(rule: type[Finding], tmp_path: Path) -> None:
    assert rule.code not in codes_of(rule, "Use instead", tmp_path)
