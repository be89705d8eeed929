"""The pages of the rules of ``flask cors check``, made from the code.

``{rules}``
    The index of the rules. Each has a page, which is its docstring: ``rules/cors102.md``.
``{collected}``
    The findings in each configuration of ``tests/data/collected/``.
"""

from __future__ import annotations

import ast
import json
import re
import runpy
import warnings
from inspect import cleandoc
from pathlib import Path
from textwrap import dedent
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


# The subjects of the rules, by the first digit of their codes.
SUBJECTS = {
    "1": "Origins",
    "2": "Credentials",
    "3": "Methods and headers",
    "4": "Caching",
    "5": "Resources",
    "6": "Bindings",
    "7": "Options and config",
    "9": "The check itself",
}


class RuleIndex(Generated):
    """``{rules}``: a table for each subject, and the pages of the rules below it."""

    required_arguments = 0

    def run(self) -> list[nodes.Node]:
        return [self.section(digit) for digit in SUBJECTS]

    def section(self, digit: str) -> nodes.section:
        name = SUBJECTS[digit]
        section = nodes.section(ids=[nodes.make_id(name)], names=[name.lower()])
        section += nodes.title(name, name)
        rules = [rule for rule in sorted_rules() if rule.code[4] == digit]
        section += self.table(["code", "what is reported", "severity"], list(map(self.row, rules)))
        return section

    def row(self, rule: type[Finding]) -> list[Cell]:
        return [self.text(text) for text in (linked(rule.code), rule.title, rule.severity.value)]


def sorted_rules() -> list[type[Finding]]:
    return sorted(CATALOGUE, key=lambda rule: rule.code)


def write_pages(app: Sphinx) -> None:
    """Write the page of each rule that changed into ``rules/``: Sphinx reads only files."""
    folder = Path(app.srcdir, "rules")
    if folder.is_dir():
        pages = {folder / f"{rule.code.lower()}.md": page_of(rule) for rule in CATALOGUE}
        for page in set(folder.glob("cors*.md")) - pages.keys():
            page.unlink()
        for page, text in pages.items():
            if not page.exists() or page.read_text(encoding="utf-8") != text:
                page.write_text(text, encoding="utf-8")


def page_of(rule: type[Finding]) -> str:
    """Return the page of a rule, in Markdown: its docstring, with highlighted code."""
    early = ""
    if rule.__module__.startswith(rules.__name__):
        name = "CORSConfigError" if rule.raises else "CORSWarning"
        early = f", and a {{py:class}}`~flask_cors.{name}` where the app is configured"
    text = fence_code(cleandoc(rule.__doc__ or ""))
    parts = [f"# {rule.code}: {rule.title}", f"**{rule.severity.value.capitalize()}**{early}."]
    parts += ["## What it does", text] if "\n## " in text else [text]
    if not rule.raises:
        parts += ["## Suppress it", _SUPPRESS.format(code=rule.code)]
    return "\n\n".join(parts) + "\n"


_SUPPRESS = """`app.config["CORS_CHECK_IGNORE"] = {{"{code}": "the reason"}}`:
see [Choose and suppress rules](../commands/check.md#choose-and-suppress-rules)."""


def fence_code(text: str) -> str:
    """Return Markdown with its indented Python code in ``py`` fences, which the tests of pages do
    not run: those of the docstrings do."""
    code = re.compile(r"^ {4}.*(?:\n+ {4}.*)*$", re.MULTILINE)
    return code.sub(lambda found: f"```py\n{dedent(found[0])}\n```", text)


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
    """Return the findings in a configuration, in Markdown."""
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
    """Return a code with a link to its page."""
    return f"[{code}]({code.lower()}.md)"


def literal(text: str) -> str:
    return f"`{text}`" if "`" not in text else f"`` {text} ``"


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("builder-inited", write_pages)
    app.add_directive("rules", RuleIndex)
    app.add_directive("collected", Collected)
    return {"parallel_read_safe": True}
