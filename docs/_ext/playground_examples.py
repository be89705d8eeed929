"""The examples of the playground, read from the pages that show them: in ``docs/errors/`` what is
above an ``{explain}``, in ``docs/recipes/`` the recipe that a ``{playground}`` names."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from flask_cors.tools.cli import cors

DOCS = Path(__file__).parents[1]
RECIPES = DOCS.parent / "examples/recipes"
# In this order: the recipes show what to write, the errors what goes wrong.
GROUPS = ("recipes", "errors")

_FENCE = re.compile(r"^```(\S+) ?(.*)\n((?:.*\n)*?)```$", re.MULTILINE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_TITLE = re.compile(r"^# (.+)$", re.MULTILINE)


class Example(NamedTuple):
    """An example of the playground.

    :ivar id: the name of its page, such as ``"errors/trailing-slash"``.
    :ivar code: the text of ``app.py``.
    :ivar arguments: those of ``flask cors explain``.
    """

    id: str
    title: str
    code: str
    arguments: str

    @property
    def group(self) -> str:
        return self.id.partition("/")[0]

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "title": self.title,
            "group": self.group,
            "page": f"{self.id}.html",
            "code": self.code,
            "request": request_of(self.arguments),
        }


def read_examples() -> list[Example]:
    """Return the examples of all pages. A page has one at most."""
    pages = (page for group in GROUPS for page in sorted(DOCS.joinpath(group).glob("*.md")))
    return [example for page in pages for example in _read_page(page)]


def _read_page(page: Path) -> Iterator[Example]:
    text = _COMMENT.sub("", page.read_text(encoding="utf-8"))
    title = _TITLE.findall(text)[0].replace("`", "")
    code = ""
    for kind, argument, content in _FENCE.findall(text):
        arguments = argument
        if kind == "python":
            code = content
        elif kind == "{playground}":
            name, arguments = argument.split(maxsplit=1)
            code = read_recipe(name, content.splitlines())
        if kind in ("{explain}", "{playground}"):
            name = page.relative_to(DOCS).with_suffix("").as_posix()
            yield Example(name, title, code, arguments)


def read_recipe(name: str, variables: Iterable[str]) -> str:
    """Return a recipe as its page shows it, below lines that set its environment variables."""
    pairs = [line.split("=", 1) for line in variables]
    before = [f'os.environ["{key}"] = "{value}"\n' for key, value in pairs]
    if before:
        before = ["import os\n", "\n", *before, "\n"]
    lines = RECIPES.joinpath(name).read_text(encoding="utf-8").splitlines(keepends=True)
    return "".join([*before, *lines[2:]])  # without its docstring


def request_of(arguments: str) -> Mapping[str, Any]:
    """Return the request that arguments of ``flask cors explain`` describe."""
    command = cors.commands["explain"]
    options = command.make_context("explain", shlex.split(arguments)).params
    return {
        "origin": options["origin"],
        "path": options["url"],
        "method": options["method"],
        "headers": [
            [part.strip() for part in header.split(":", 1)] for header in options["headers"]
        ],
        "credentials": options["credentials"],
    }
