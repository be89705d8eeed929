"""Values in messages."""

from __future__ import annotations

import pytest

from flask_cors.diagnostics.format import MAX_SHOWN, format_value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", "'a'"),
        (None, "None"),
        (["*"], "['*']"),
        ("b\xfccher\r\n\x1b", r"'b\xfccher\r\n\x1b'"),
        ("x" * 118, f"'{'x' * 118}'"),
        ("x" * 119, f"'{'x' * 116}..."),
    ],
)
def test_a_value_is_shown_as_ascii_python_of_at_most_120_characters(
    value: object, text: str
) -> None:
    assert format_value(value) == text
    assert len(format_value(value)) <= 120


def test_a_value_whose_repr_raises_is_shown_by_its_type() -> None:
    class Broken:
        def __repr__(self) -> str:
            raise RuntimeError

    assert format_value(Broken()) == "<Broken>"
    assert format_value([Broken()]) == "<list>"


def test_a_value_is_shown_in_120_characters_at_most() -> None:
    assert MAX_SHOWN == 120
    assert len(format_value(list(range(1000)))) == 120
