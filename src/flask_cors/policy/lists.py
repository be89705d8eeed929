"""Reads lists of names and origins as people write them in code and in environment variables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from ..diagnostics import rules
from ..diagnostics.finding import Finding, Warn
from ..diagnostics.format import format_value
from ..errors import CORSConfigError
from ..protocol.origin import without_ipv6
from .regex import is_regex


def split_list(text: str) -> list[str]:
    """Return the pieces of ``text`` between commas, trimmed. A comma inside ``{}``, ``[]`` or
    ``()`` belongs to a regular expression."""
    pieces = [""]
    depth = 0
    for token in re.findall(r"\\.|.", text, re.DOTALL):
        if token == "," and depth == 0:
            pieces.append("")
            continue
        if token in "([{":
            depth += 1
        elif token in ")]}":
            depth -= 1
        pieces[-1] += token
    return [piece.strip() for piece in pieces]


def keep_items(value: object) -> object:
    """Return a value that can be read several times: with a list in place of each iterator, such as
    a generator, also in the options of resources."""
    if isinstance(value, Iterator):
        return list(value)
    if isinstance(value, Mapping):
        kept = {key: keep_items(each) for key, each in value.items()}
        return kept if any(kept[key] is not each for key, each in value.items()) else value
    return value


# Returns whether an option accepts a value without a finding. Hints are tried before they are used.
Accepts = Callable[[object], bool]


def is_accepted(parse: Callable[[object, Warn], object], value: object) -> bool:
    """Return whether a parse function accepts a value without a finding."""
    findings: list[Finding] = []
    try:
        parse(value, findings.append)
    except CORSConfigError:
        return False
    return not findings


def read_list(option: str, value: object, warn: Warn, accepts: Accepts) -> list[object] | None:
    """Return the items of a list of names or origins, or None if ``value`` is not a list.

    Strings are split at their commas, also as items of a list. Empty items are dropped; None is
    dropped with a warning. The items of a mapping are its keys, with a warning unless each value is
    None.

    :param accepts: tries a value before a hint suggests it.
    :raises CORSConfigError: for a string that contains a list in Python or JSON notation.
    """
    if isinstance(value, str):
        written: list[object] = [value]
    elif isinstance(value, (re.Pattern, bytes, bytearray)) or not isinstance(value, Iterable):
        return None
    else:
        written = list(value)
        # With None for each value, as dict.fromkeys() makes them, it is an ordered set.
        if isinstance(value, Mapping) and any(each is not None for each in value.values()):
            warn(_find_dict(option, value, accepts))
    items: list[object] = []
    for item in written:
        if isinstance(item, str):
            check_not_serialized(option, item, accepts)
            items += filter(None, _pieces(option, item, accepts))
        elif item is not None:
            items.append(item)
    if written and not items:
        warn(find_empty_list(option, value))
    elif any(item is None for item in written):
        message = f"{option}: None in {format_value(value)} is left out"
        hint = "set the variable that it comes from, or remove it"
        warn(rules.NoneInList(message, hint, option=option, value=value))
    return items


def _find_dict(option: str, value: Mapping[object, object], accepts: Accepts) -> Finding:
    """Return the finding that ``value`` is a mapping. The hint leaves out what is False."""
    message = f"{option}: {format_value(value)} is a dict: each key is listed, whatever its value"
    listed = [key for key, is_listed in value.items() if is_listed is not False]
    hint = f"write a list: {format_value(listed)}" if accepts(listed) else "write a list"
    return rules.DictAsList(message, hint, option=option, value=value)


def find_empty_list(option: str, value: object) -> Finding:
    """Return the finding that ``value`` lists nothing, although it is not ``[]``."""
    if option == "origins":
        rule: type[Finding] = rules.EmptyOrigins
        message = "allows no origins: an unset variable does not open the API"
    else:
        rule, message = rules.EmptyList, "lists nothing"
    return rule(
        f"{option}: {format_value(value)} {message}",
        f"set the variable, or write {option}=[] if that is intended",
        option=option,
        value=value,
    )


def _pieces(option: str, text: str, accepts: Accepts) -> list[str]:
    """Return the pieces of a string between its commas.

    :raises CORSConfigError: if there are several and one is a regular expression.
    """
    if "," not in text:
        return [text.strip()]
    pieces = split_list(text)
    may_be_regex = option in ("origins", "allow_headers") and len(pieces) > 1
    if may_be_regex and any(piece != ".*" and is_regex(piece) for piece in pieces):
        message = f"{option}: {format_value(text)} is a string with commas and a regular expression"
        items = [piece for piece in pieces if piece]
        hint = "write a list, with each regular expression on its own"
        if accepts(items):
            hint = f"write a list: {items}"
        raise CORSConfigError([rules.RegexInCommaList(message, hint, option=option, value=text)])
    return pieces


# ---- strings that contain a list ---------------------------------------------------------------

# '["a"]', "('a',)", "[a, b]", "(a, b)", '{"a": 1}'. Not "(https?://a)" or "[a-z]+", which are
# regular expressions. A single class of characters, "[a-z]", would not match any useful text.
_SERIALIZED = r"""
      \[ [^\[\]]* \]
    | \( (?: \s* | [^()|]* , [^()|]* ) \)
    | [\[(] \s* ["'] .* ["'] \s* ,? \s* [\])]
    | \{ .* \}
"""


def check_not_serialized(option: str, text: str, accepts: Accepts) -> None:
    """Refuse a string that contains a list or an object.

    :raises CORSConfigError: with the string.
    """
    stripped = text.strip()
    is_serialized = (
        stripped[:1] in ("[", "(", "{")
        and re.fullmatch(_SERIALIZED, stripped, re.VERBOSE | re.DOTALL) is not None
        and without_ipv6(stripped) == stripped
    )
    if not is_serialized:
        return
    if stripped[0] == "{":
        what, hint = "an object", "read it with json.loads, and pass its values as options"
    else:
        what, items = "a list", _unwrap(stripped)
        hint = "write a string with commas" if items else f"write {option}=[]"
        if accepts(items):
            hint = f"write a string with commas: {items!r}"
    message = f"{option}: {format_value(text)} is a string that holds {what}"
    raise CORSConfigError([rules.SerializedValue(message, hint, option=option, value=text)])


def _unwrap(text: str) -> str:
    """Return the items of a list that is written as a string, separated by commas."""
    pieces = (piece.strip(" \t\n\"'") for piece in text[1:-1].split(","))
    return ", ".join(filter(None, pieces))
