"""Regexes that several proxies need, as each dialect reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from .edge_policy import AllowedNames
from .portable_regex import escape_regex

OWS = r"[ \t]*"

# One character, as bytes (RFC 3629, section 4).
UTF_8 = (
    r"(?:[\x00-\x7f]|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]"
    r"|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}"
    r"|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2})"
)

# Two slashes, or a dot segment: a path that has another spelling.
TWO_SPELLINGS = r"/(?:/|\.{1,2}(?:/|\z))"


def with_empty_segments(root: str) -> str:
    """Match a path below a root that holds two slashes, but not at its beginning: there the app
    takes any number of slashes for one."""
    return rf"^{escape_regex(root)}/+[^/][\x00-\xff]*//"


def list_of(name: str) -> str:
    """Match a list of which each element that is not empty is a ``name``, and one at least."""
    return rf"^[ \t,]*(?:{name}){OWS}(?:,{OWS}(?:(?:{name}){OWS})?)*\z"


def any_of(names: AllowedNames) -> list[str]:
    """Return the regexes of which one matches each allowed name."""
    exact = (f"(?i:{escape_regex(name)})" for name in names.exact)
    return [*(regex.text for regex in names.regexes), *exact]


def any_text(texts: Iterable[str], max_length: int, write: Callable[[str], str]) -> Iterator[str]:
    """Yield regexes that match the texts, as few as a proxy reads.

    :param max_length: of a regex as it is written; a single text may be longer.
    :param write: writes a regex.
    """
    room: list[str] = []
    length = len(write(around := r"^(?:)\z"))
    for text in map(escape_regex, texts):
        if room and length + len(write(text)) + 1 > max_length:
            yield rf"^(?:{'|'.join(room)})\z"
            room, length = [], len(write(around))
        room.append(text)
        length += len(write(text)) + 1
    yield rf"^(?:{'|'.join(room)})\z"


def longer_than(length: int) -> str:
    """Match a longer text. RE2 and Go repeat nothing more than 1,000 times."""
    thousands, rest = divmod(length, 1000)
    return "^" + r"[\x00-\xff]{1000}" * thousands + rf"[\x00-\xff]{{{rest + 1}}}"
