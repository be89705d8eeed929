"""Every example in the README and the docs runs, and does what the page says.

The fences of a page run in order, in one namespace: ``python`` is executed, ``pycon`` is a
doctest, whose output is compared, warnings included. Other languages are for reading, or are
files of ``examples/``, which have tests of their own.
"""

from __future__ import annotations

import doctest
import re
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
BUILT = ROOT / "docs" / "_build"
PAGES = [
    ROOT / "README.md",
    *sorted(page for page in (ROOT / "docs").rglob("*.md") if not page.is_relative_to(BUILT)),
]

_FENCE = re.compile(r"^(`{3,})(python|pycon)\n(.*?)^\1$", re.DOTALL | re.MULTILINE)


class Fence(NamedTuple):
    language: str
    code: str
    line: int  # of its first line of code


def fences(page: Path) -> Iterator[Fence]:
    text = page.read_text(encoding="utf-8")
    for found in _FENCE.finditer(text):
        yield Fence(found[2], found[3], text.count("\n", 0, found.start(3)) + 1)


def run(page: Path, fence: Fence, names: dict[str, Any]) -> None:
    if fence.language == "python":
        above = "\n" * (fence.line - 1)  # so that a traceback names the page's line
        exec(compile(above + fence.code, page, "exec"), names)
        return
    test = doctest.DocTestParser().get_doctest(
        fence.code, names, page.name, str(page), fence.line - 1
    )
    failures: list[str] = []
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = as_the_prompt_shows_it
        doctest.DocTestRunner(ReasonsInAnyCase(), optionflags=flags).run(
            test, out=failures.append, clear_globs=False
        )
    names.update(test.globs)
    assert not failures, "".join(failures)


class ReasonsInAnyCase(doctest.OutputChecker):
    """Takes "404 NOT FOUND", as Werkzeug writes it up to 3.1, for "404 Not Found"."""

    def check_output(self, want: str, got: str, optionflags: int) -> bool:
        return super().check_output(_in_title_case(want), _in_title_case(got), optionflags)


def _in_title_case(text: str) -> str:
    return re.sub(r"\b[1-5]\d\d [A-Z][A-Z ]+", lambda status: status[0].title(), text)


def as_the_prompt_shows_it(
    message: Warning | str, category: type[Warning], *where: object, **more: object
) -> None:
    sys.stdout.write(f"<stdin>:1: {category.__name__}: {message}\n")  # where doctest listens


@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if any(fences(page))],
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_the_examples_of_a_page_run(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "example"}
    for fence in fences(page):
        run(page, fence, names)
