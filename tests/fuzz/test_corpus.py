"""The texts that reached new code when the parsers were fuzzed."""

from __future__ import annotations

from pathlib import Path

import pytest

from .oracle import check

CORPUS = sorted((Path(__file__).parent.parent / "data" / "parsers").iterdir())


@pytest.mark.parametrize("file", CORPUS, ids=lambda file: file.name)
def test_the_parsers_agree_with_the_oracle_on_the_corpus(file: Path) -> None:
    data = file.read_bytes()
    check(data.decode("latin-1"))
    check(data.decode("utf-8", "replace"))
