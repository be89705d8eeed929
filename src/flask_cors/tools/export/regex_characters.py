"""The characters that a part of a regex matches."""

from __future__ import annotations

import re
from enum import IntEnum
from functools import lru_cache
from typing import Any, NamedTuple

from ...policy.regex_syntax import class_text
from .obstacles import UnportableRegex

ASCII = frozenset(range(128))


class Beyond(IntEnum):
    """Which of the characters that are not ASCII a class holds."""

    NONE = 0
    SOME = 1
    ALL = 2


class Characters(NamedTuple):
    """What a class matches."""

    ascii: frozenset[int]
    beyond: Beyond


def is_ascii(node: tuple[object, Any], flags: int) -> bool:
    """Return whether a node is one character, which is ASCII."""
    characters = characters_of(node, flags)
    return characters is not None and characters.beyond is Beyond.NONE


def is_literal_beyond_ascii(op: object, value: Any) -> bool:
    return str(op) == "LITERAL" and int(value) > 127


def characters_of(node: tuple[object, Any], flags: int) -> Characters | None:
    """Return the characters of a node; None for one that is not about a single character."""
    op, value = str(node[0]), node[1]
    text = class_text(op, value)
    if text is None:
        return None
    beyond = _beyond(op, value, flags)
    return Characters(_ascii_of(text, flags & (re.IGNORECASE | re.ASCII | re.DOTALL)), beyond)


@lru_cache(maxsize=4096)
def _ascii_of(text: str, flags: int) -> frozenset[int]:
    """Return the ASCII characters that a class matches: each is tried."""
    matches = re.compile(text, flags).fullmatch
    return frozenset(byte for byte in ASCII if matches(chr(byte)))


def _beyond(op: str, value: Any, flags: int) -> Beyond:
    if op == "ANY":
        return Beyond.ALL
    items = [(str(kind), item) for kind, item in (value if op == "IN" else [("LITERAL", value)])]
    categories = {str(item) for kind, item in items if kind == "CATEGORY"}
    is_negated = op == "NOT_LITERAL" or ("NEGATE", None) in items
    beyond = max(_beyond_of(kind, item, flags) for kind, item in items)
    if any(name.replace("NOT_", "") in categories for name in categories if "NOT_" in name):
        beyond = Beyond.ALL  # [\s\S]
    return Beyond(Beyond.ALL - beyond) if is_negated else beyond


def _beyond_of(kind: str, item: Any, flags: int) -> Beyond:
    """
    :raises UnportableRegex: for characters beyond ASCII in any case: some are the upper case of
        ASCII letters.
    """
    if kind == "NEGATE":
        return Beyond.NONE
    if kind == "CATEGORY":
        if flags & re.ASCII:
            return Beyond.ALL if "NOT" in str(item) else Beyond.NONE
        return Beyond.SOME
    low, high = item if kind == "RANGE" else (item, item)
    if flags & re.IGNORECASE:
        if high > 127:
            raise UnportableRegex("ignores the case of letters that are not ASCII")
        # The dotless i, the long s and the sign for Kelvin.
        has_other_case = any(chr(code).lower() in "iks" for code in range(low, high + 1))
        return Beyond.SOME if has_other_case and not flags & re.ASCII else Beyond.NONE
    return Beyond.NONE if high < 128 else Beyond.SOME
