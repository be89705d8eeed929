"""The texts that reached something new when the parsers were fuzzed, once more."""

from __future__ import annotations

from pathlib import Path

import pytest
from oracle import check

CORPUS = sorted((Path(__file__).parent.parent / "data" / "parsers").iterdir())


@pytest.mark.parametrize("file", CORPUS, ids=lambda file: file.name)
def test_the_parsers_read_it_as_plainer_code_does(file: Path) -> None:
    data = file.read_bytes()
    check(data.decode("latin-1"))
    check(data.decode("utf-8", "replace"))
