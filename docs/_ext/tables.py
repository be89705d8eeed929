"""Tables and facts of the pages that are made from the tests and the code.

``{patterns} origins.exact``
    A table of ``tests/data/patterns.json``, without the rows that only the tests use.
``{facts} max_age``
    What the docstrings, the signatures, the types and ``policy/options.py`` say about an option.
``{names} flask_cors.core``
    The constants of a module, and their values.
``{reasons}``
    Why a request may be refused, as the signal and the log say it.
"""

from __future__ import annotations

import importlib
import inspect
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from docutils import nodes  # type: ignore[import-untyped]  # docutils has no types of its own
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import SphinxError
from sphinx.pycode import ModuleAnalyzer
from sphinx.util.docutils import SphinxDirective

from flask_cors import CORS, typing
from flask_cors.policy.options import CONFIG_KEYS, POLICY_OPTIONS
from flask_cors.policy.policy import DecisionReason

PATTERNS = Path(__file__).parents[2] / "tests/data/patterns.json"
FETCH = "https://fetch.spec.whatwg.org/#http-"

Cell = Sequence[nodes.Node]


class TablesError(SphinxError):
    category = "Generated table"


class Generated(SphinxDirective):
    """A directive with one argument, the name of what to show."""

    required_arguments = 1

    def text(self, markdown: str) -> Cell:
        found, messages = self.parse_inline(markdown, lineno=self.lineno)
        return [nodes.paragraph("", "", *found, *messages)] if markdown else []

    def table(self, headings: Sequence[str], rows: Sequence[Sequence[Cell]]) -> list[nodes.Node]:
        def row(cells: Sequence[Cell]) -> nodes.row:
            return nodes.row("", *(nodes.entry("", *cell) for cell in cells))

        columns = [nodes.colspec(colwidth=1) for _ in headings]
        head = nodes.thead("", row([self.text(heading) for heading in headings]))
        body = nodes.tbody("", *map(row, rows))
        group = nodes.tgroup("", *columns, head, body, cols=len(headings))
        return [nodes.table("", group, classes=["colwidths-auto"])]


# ---- patterns ----------------------------------------------------------------------------------


def python(value: object) -> str:
    """Return a value of the file as people write it."""
    if isinstance(value, dict):
        flags = f", re.{value['flags']}" if "flags" in value else ""
        return f"re.compile({python(value['regex'])}{flags})"
    if isinstance(value, list):
        return f"[{', '.join(map(python, value))}]"
    if not isinstance(value, str):
        return repr(value)
    return f'r"{value}"' if "\\" in value else f'"{value}"'


def lines(texts: Sequence[str]) -> Cell:
    """Return literals, one below the other."""
    if not texts:
        return []
    return [nodes.line_block("", *(nodes.line("", "", nodes.literal(t, t)) for t in texts))]


def values(value: object) -> Cell:
    """Return a value of an option; a list has one line per item, because columns are narrow."""
    if not isinstance(value, list) or len(value) < 2:
        return lines([python(value)])
    first, *more, last = map(python, value)
    return lines([f"[{first},", *(f"{item}," for item in more), f"{last}]"])


def literals(texts: Sequence[str]) -> Cell:
    return lines([text or '""' for text in texts])


class Patterns(Generated):
    """``{patterns} origins.exact``: one table of ``patterns.json``."""

    def run(self) -> list[nodes.Node]:
        self.env.note_dependency(str(PATTERNS))
        name = self.arguments[0]
        table: Any = json.loads(PATTERNS.read_text(encoding="utf-8"))
        for key in name.split("."):
            if key not in table:
                raise TablesError(f"{PATTERNS.name} has no table {name!r}")
            table = table[key]
        rows = table if isinstance(table, list) else table["rows"]
        headings, cells = _COLUMNS[name.partition(".")[0]]
        shown = [row for row in rows if row.get("page", True)]
        table = [list(cells(self, row)) for row in shown]
        filled = [i for i, column in enumerate(zip(*table, strict=True)) if any(column)]
        return self.table(
            [headings[i] for i in filled], [[row[i] for i in filled] for row in table]
        )

    def origins(self, row: dict[str, Any]) -> Iterator[Cell]:
        yield [*values(row["origins"]), *self.text(row["note"])]
        yield literals(row["allows"])
        yield literals(row["refuses"])

    def resources(self, row: dict[str, Any]) -> Iterator[Cell]:
        yield [*values(row["resources"]), *self.text(row["note"])]
        yield literals(row["matches"])
        yield literals(row["misses"])

    def precedence(self, row: dict[str, Any]) -> Iterator[Cell]:
        yield lines([python(pattern) for pattern in row["resources"]])
        yield from self.paths(row)

    def paths(self, row: dict[str, Any]) -> Iterator[Cell]:
        yield literals([row["path"]])
        yield self.winner(row)
        yield self.text(row["note"])

    def urls(self, row: dict[str, Any]) -> Iterator[Cell]:
        yield literals([row["url"]])
        yield from self.paths(row)

    def findings(self, row: dict[str, Any]) -> Iterator[Cell]:
        yield lines([f"{row['option']}={python(row['value'])}"])
        yield lines([f"{row['code']} {row['message']};", row["hint"]])

    def winner(self, row: dict[str, Any]) -> Cell:
        return self.text("none") if row["winner"] is None else values(row["winner"])


_COLUMNS: dict[str, Any] = {
    "origins": (["`origins=`", "allows", "refuses"], Patterns.origins),
    "resources": (["`resources=`", "matches", "does not match"], Patterns.resources),
    "precedence": (["resources", "path", "winner", "why"], Patterns.precedence),
    "paths": (["path", "resource", "why"], Patterns.paths),
    "urls": (["URL", "path", "resource", "why"], Patterns.urls),
    "mistakes": (["written", "`CORSConfigError`"], Patterns.findings),
    "warnings": (["written", "`CORSWarning`"], Patterns.findings),
}

# ---- options -----------------------------------------------------------------------------------

_PARAM = re.compile(r"^ *:param (\w+):(.*?)(?=^ *:|^ *\.\.|\Z)", re.DOTALL | re.MULTILINE)
_DEFAULT = re.compile(r" *Default: (.*?)\.(?: |$)")
_HEADER = re.compile(r"(?: \(``([\w-]+)``\))")
_LINK = "[`{0}`](" + FETCH + "{1})"


def params(function: object) -> dict[str, str]:
    """Return the parameters of a docstring, each on one line."""
    found = _PARAM.findall(inspect.getdoc(function) or "")
    return {name: " ".join(text.split()) for name, text in found}


def comments_of_types() -> dict[str, str]:
    """Return the comment above each alias of ``flask_cors.typing``."""
    found = ModuleAnalyzer.for_module("flask_cors.typing").find_attr_docs()
    return {name: " ".join(" ".join(text).split()) for (_, name), text in found.items()}


def markdown(rst: str) -> str:
    return re.sub(r":(\w+):`([^`]+)`", r"{py:\1}`\2`", rst.replace("``", "`"))


class Facts(Generated):
    """``{facts} max_age``: what the option is, and a list of facts."""

    def run(self) -> list[nodes.Node]:
        name = self.arguments[0]
        if name not in CONFIG_KEYS.values():
            raise TablesError(f"there is no option {name!r}")
        documented = params(CORS)
        text = documented.get(name) or documented["kwargs"].removeprefix(f"``{name}``, ")
        default = _DEFAULT.search(text)
        header = _HEADER.search(text)
        if default is None:
            raise TablesError(f"the docstring of {name!r} names no default")
        what = text[: default.start()].rstrip(".")
        if header is not None:
            what = what.replace(header[0], "")
        (key,) = (key for key, option in CONFIG_KEYS.items() if option == name)
        facts = {
            "Default": markdown(default[1]),
            "Config": f"`{key}`",
            "Accepts": self.accepted(name),
            "Given to": given_to(name),
        }
        if header is not None:
            facts["Header"] = linked(header[1])
        fields = (
            nodes.field("", nodes.field_name(text=label), nodes.field_body("", *self.text(fact)))
            for label, fact in facts.items()
        )
        what = what[0].upper() + what[1:] + "."
        return [*self.text(markdown(what)), nodes.field_list("", *fields)]

    def accepted(self, name: str) -> str:
        owner = typing.ExtensionOptions.__annotations__ | typing.ResourceOptions.__annotations__
        annotation = owner[name].__forward_arg__
        return f"{markdown(comments_of_types()[annotation])} ({{py:data}}`.{annotation}`)"


def linked(header: str) -> str:
    """Return the name of a header, with a link to its definition in the Fetch standard."""
    if not header.startswith("Access-Control") or "Private-Network" in header:
        return f"`{header}`"
    return _LINK.format(header, header.lower())


def given_to(name: str) -> str:
    cors, view = "{py:class}`~flask_cors.CORS`", "{py:func}`~flask_cors.cross_origin`"
    if name not in POLICY_OPTIONS:
        return f"{cors}, {{py:meth}}`~flask_cors.CORS.init_app`"
    return f"{cors}, {{py:meth}}`~flask_cors.CORS.init_app`, one resource, {view}"


# ---- names -------------------------------------------------------------------------------------


class Names(Generated):
    """``{names} flask_cors.core``: the constants of a module."""

    def run(self) -> list[nodes.Node]:
        module = importlib.import_module(self.arguments[0])
        rows = []
        for name in module.__all__:
            value = getattr(module, name)
            if not isinstance(value, (str, list)):  # a type
                continue
            said = linked(value) if isinstance(value, str) else f"`{value!r}`"
            rows.append([lines([name]), self.text(said)])
        return self.table(["name", "value"], rows)


class Reasons(Generated):
    """``{reasons}``: the members of ``DecisionReason`` that are refusals."""

    required_arguments = 0

    def run(self) -> list[nodes.Node]:
        refusals = [reason for reason in DecisionReason if reason.is_refusal]
        return self.table(
            ["name", "text"],
            [[lines([reason.name]), self.text(str(reason))] for reason in refusals],
        )


# ---- autodoc -----------------------------------------------------------------------------------


def _configure_autodoc(_: Sphinx, config: Config) -> None:
    # Show the alias Origins, not the union that it names.
    config.autodoc_type_aliases = {
        name: f"flask_cors.typing.{name}" for _, name in _documented_types()
    }


def _documented_types() -> list[tuple[str, str]]:
    return list(ModuleAnalyzer.for_module("flask_cors.typing").find_attr_docs())


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("patterns", Patterns)
    app.add_directive("facts", Facts)
    app.add_directive("names", Names)
    app.add_directive("reasons", Reasons)
    app.connect("config-inited", _configure_autodoc)
    return {"parallel_read_safe": True}
