"""Formats values for messages."""

from __future__ import annotations

MAX_SHOWN = 120


def format_value(value: object) -> str:
    """Return the ``ascii()`` of ``value``, cut at :data:`MAX_SHOWN` characters."""
    try:
        text = ascii(value)
    except Exception:  # an error in a __repr__ must not hide the finding
        text = f"<{type(value).__name__}>"
    return text if len(text) <= MAX_SHOWN else f"{text[: MAX_SHOWN - 3]}..."
