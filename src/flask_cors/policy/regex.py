"""Regular expressions in options: when a string is one, and what to say where it is none."""

from __future__ import annotations

import re

from ..errors import CORSConfigError, Mistake
from ..origin import without_ipv6

# What makes a string of ``origins`` or ``allow_headers`` a regular expression.
_REGEX = re.compile(r"[\\^$|()\[\]{}+?]|\.\*")


def is_regex(text: str) -> bool:
    """Whether a string of ``origins`` or ``allow_headers`` is meant as a regular expression."""
    return _REGEX.search(without_ipv6(text)) is not None


def compiled(option: str, text: str, flags: int = 0) -> re.Pattern[str]:
    """``text`` as a regular expression.

    :raises CORSConfigError: naming ``option``, where it does not compile.
    """
    try:
        return re.compile(text, flags)
    except (re.error, OverflowError, RecursionError) as error:
        problem, mend = f"does not compile ({error})", "mend the regular expression"
        raise CORSConfigError([Mistake(option, text, problem, mend)]) from None
