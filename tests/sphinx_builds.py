"""Sphinx in this process: it is imported once for all builds."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

EXTENSIONS = Path(__file__).parents[1] / "docs" / "_ext"


class Built(NamedTuple):
    status: int
    errors: str


def write_pages(folder: Path, pages: Mapping[str, str]) -> None:
    """Write pages in Markdown, each below its name."""
    for name, text in pages.items():
        path = folder / f"{name}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


def build(capsys: pytest.CaptureFixture[str], *arguments: str) -> Built:
    """Run ``sphinx-build``; a warning is an error, as in ``make docs``."""
    from sphinx.cmd.build import main

    with _extensions(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what Sphinx and docutils deprecate is their own
        capsys.readouterr()
        status = main(["-q", "-W", *arguments])
    return Built(status, capsys.readouterr().err)


@contextmanager
def _extensions() -> Iterator[None]:
    """Let the extensions of our documentation be imported, anew for each build."""
    names = {path.stem for path in EXTENSIONS.glob("*.py")}
    sys.path.insert(0, str(EXTENSIONS))
    try:
        yield
    finally:
        sys.path.remove(str(EXTENSIONS))
        for name in names:
            sys.modules.pop(name, None)
