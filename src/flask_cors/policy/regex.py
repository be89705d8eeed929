"""When a string is a regular expression, and what of it is literal."""

from __future__ import annotations

import re

from ..origin import without_ipv6

# What makes a string of ``origins`` or ``allow_headers`` a regular expression.
_REGEX = re.compile(r"[\\^$|()\[\]{}+?]|\.\*")


def is_regex(text: str) -> bool:
    """Whether a string of ``origins`` or ``allow_headers`` is meant as a regular expression."""
    return _REGEX.search(without_ipv6(text)) is not None
