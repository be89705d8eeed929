"""Regular expressions in options: which strings are one, and which ones are refused."""

from __future__ import annotations

import re
from typing import Any, Literal, NamedTuple

from ..diagnostics import rules
from ..diagnostics.format import format_value
from ..errors import CORSConfigError
from ..protocol.headers import MAX_LIST_BYTES
from ..protocol.origin import MAX_ORIGIN_LENGTH, without_ipv6

# A string in ``origins`` or ``allow_headers`` that contains one of these is a regular expression.
_REGEX = re.compile(r"[\\^$|()\[\]{}+?]|\.\*")

Method = Literal["match", "fullmatch"]


class TimeLimit(NamedTuple):
    """The time that a regular expression may take.

    :ivar max_length: the length of the longest text that it is matched with.
    :ivar seconds: the processor time for one text.
    """

    max_length: int
    seconds: float


ORIGIN_LIMIT = TimeLimit(MAX_ORIGIN_LENGTH, 0.02)
# Servers limit a header and a path to some thousand characters.
_LIMITS = {
    "origins": ORIGIN_LIMIT,
    "allow_headers": TimeLimit(MAX_LIST_BYTES, 0.25),
    "resources": TimeLimit(MAX_LIST_BYTES, 0.25),
}


def is_regex(text: str) -> bool:
    """Return whether a string in ``origins`` or ``allow_headers`` is a regular expression."""
    return _REGEX.search(without_ipv6(text)) is not None


def compile_regex(option: str, text: str, flags: int = 0) -> re.Pattern[str]:
    """Return ``text`` as a regular expression.

    :raises CORSConfigError: if it does not compile.
    """
    try:
        return re.compile(text, flags)
    except (re.error, ValueError, OverflowError, RecursionError, FutureWarning) as error:
        message = f"{option}: {format_value(text)} does not compile: {error}"
        hint = "correct the regular expression"
        raise CORSConfigError(
            [rules.InvalidRegex(message, hint, option=option, value=text)]
        ) from None


def check_text(option: str, regex: re.Pattern[Any]) -> re.Pattern[str]:
    """Return ``regex``, if it was compiled from a string.

    :raises CORSConfigError: if it was compiled from bytes.
    """
    if isinstance(regex.pattern, str):
        return regex
    message = f"{option}: {format_value(regex)} is a regular expression of bytes"
    hint = "compile a str: re.compile(r'…')"
    raise CORSConfigError([rules.InvalidRegex(message, hint, option=option, value=regex)])


def check_speed(option: str, regex: re.Pattern[str], method: Method) -> None:
    """Refuse a regular expression with which a client could keep a worker busy.

    :param method: the method with which it is matched.
    :raises CORSConfigError: with a text on which it takes too long.
    """
    from .redos import find_redos  # loaded only for a regular expression

    try:
        slow = find_redos(regex, method, _LIMITS[option])
    except RecursionError:
        message = f"{option}: {format_value(regex.pattern)} is nested too deeply to be checked"
        finding = rules.InvalidRegex(
            message, "use fewer groups", option=option, value=regex.pattern
        )
        raise CORSConfigError([finding]) from None
    if slow is not None:
        message = (
            f"{option}: {format_value(regex.pattern)} takes too long on a text such as "
            f"{format_value(slow)}"
        )
        hint = r"end what is repeated with a character that it cannot contain: ([a-z0-9-]+\.)*"
        raise CORSConfigError([rules.SlowRegex(message, hint, option=option, value=regex.pattern)])
