"""The words of the project, as ``CONTRIBUTING.md`` lists them: some do not return."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# The vocabulary has a term for each.
REFUSED = re.compile(
    r"(?<![a-z])(mend(s|ed|ing)?|doubt(s|ed|ful|fully)?|strangers?|heed(s|ed|ing)?"
    r"|(no|any|every)body)(?![a-z])",
    re.IGNORECASE,
)
FOLDERS = ("src", "docs", "examples", "tests", "benchmarks", "scripts")
BUILT = ROOT / "docs" / "_build"  # with what other people wrote
KINDS = {".py", ".md", ".js", ".html", ".toml"}


def files() -> Iterator[Path]:
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in KINDS and not path.is_relative_to(BUILT):
                yield path
    yield from sorted(ROOT.glob("*.md"))


def lines_with_refused_words(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if REFUSED.search(line)]


@pytest.mark.parametrize("line", ["a stranger", "NOBODY", "_mend(", "for everybody's", "doubtful"])
def test_a_word_is_found_in_prose_and_in_names(line: str) -> None:
    assert lines_with_refused_words(f"first\n{line}\n") == [line]


@pytest.mark.parametrize("line", ["amendment", "undoubtedly", "body", "nobodys"])
def test_a_word_that_only_contains_one_is_passed_over(line: str) -> None:
    assert lines_with_refused_words(line) == []


def test_no_file_has_a_word_that_does_not_return() -> None:
    found = {
        str(path.relative_to(ROOT)): lines
        for path in files()
        if path != Path(__file__)
        and (lines := lines_with_refused_words(path.read_text(encoding="utf-8")))
    }
    assert found == {}
