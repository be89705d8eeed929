"""The page of ``flask cors check``, as far as the code says it.

``{checks}``
    The rule reference: each rule with its code, title, severity and explanation.
``{collected}``
    What the checks say of each configuration of ``tests/data/collected/``.
"""

from __future__ import annotations

import ast
import json
import runpy
import warnings
from inspect import cleandoc
from pathlib import Path
from typing import Any

from docutils import nodes  # type: ignore[import-untyped]  # docutils has no types of its own
from sphinx.application import Sphinx
from tables import Cell, Generated

from flask_cors import CORSConfigError, CORSWarning
from flask_cors.diagnostics import rules
from flask_cors.diagnostics.finding import Finding
from flask_cors.tools.check import check
from flask_cors.tools.check.run import CATALOGUE

COLLECTED = Path(__file__).parents[2] / "tests/data/collected"


class Checks(Generated):
    """``{checks}``: a section for each."""

    required_arguments = 0

    def run(self) -> list[nodes.Node]:
        return [self.section(rule) for rule in sorted(CATALOGUE, key=lambda rule: rule.code)]

    def section(self, rule: type[Finding]) -> nodes.section:
        section = nodes.section(ids=[rule.code.lower()], names=[rule.code.lower()])
        self.state.document.note_explicit_target(section)  # for links to it
        title, _ = self.parse_inline(f"{rule.code}: {rule.title}", lineno=self.lineno)
        section += nodes.title("", "", *title)
        early = ""
        if rule.__module__ == rules.__name__:
            name = "CORSConfigError" if rule.raises else "CORSWarning"
            early = f", and a `{name}` where the app is configured"
        section += self.text(f"*{rule.severity.value.capitalize()}*{early}.")
        section += self.parse_text_to_nodes(cleandoc(rule.__doc__ or ""))
        return section


class Collected(Generated):
    """``{collected}``: a row for each configuration."""

    required_arguments = 0

    def run(self) -> list[nodes.Node]:
        index = json.loads((COLLECTED / "index.json").read_text(encoding="utf-8"))
        rows = [self.row(COLLECTED / name, entry) for name, entry in sorted(index.items())]
        return self.table(["what its author wanted", "from", "what was said"], rows)

    def row(self, file: Path, entry: dict[str, Any]) -> list[Cell]:
        self.env.note_dependency(str(file))
        wanted = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
        said = [paragraph for text in said_of(file) for paragraph in self.text(text)]
        return [self.text(" ".join(wanted.split())), self.text(entry["from"]), said]


def said_of(file: Path) -> list[str]:
    """What is said of a configuration, in Markdown."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CORSWarning)
        try:
            app = runpy.run_path(str(file))["app"]
        except CORSConfigError as error:
            return [f"`CORSConfigError`: {literal(str(error.findings[0]))}"]
        found = check(app)
    return [
        f"{finding.severity.value} {linked(finding.code)}: {literal(finding.message)}"
        for finding in found
    ] or ["nothing"]


def linked(code: str) -> str:
    """A code that leads to its section."""
    return f"[{code}](../rules/index.md#{code.lower()})"


def literal(text: str) -> str:
    return f"`{text}`" if "`" not in text else f"`` {text} ``"


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("checks", Checks)
    app.add_directive("collected", Collected)
    return {"parallel_read_safe": True}
