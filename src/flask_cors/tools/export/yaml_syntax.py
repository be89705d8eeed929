"""The syntax of YAML: blocks of which each scalar is written as JSON, which YAML reads alike."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from .layout import indent

Yaml = str | int | bool | Sequence["Yaml | Commented"] | Mapping[str, "Yaml"]

# A key that is not quoted: none that YAML reads as a constant.
_is_plain_key = re.compile(
    r"(?!(?:null|true|false|yes|no|on|off|y|n)\Z)[A-Za-z][A-Za-z-]*", re.IGNORECASE
).fullmatch


class Commented(NamedTuple):
    """An item of a list with a comment of one line before it."""

    comment: str
    value: Yaml


def to_lines(value: Yaml) -> Iterator[str]:
    """Yield the lines of a mapping, a list or a scalar."""
    if not value or isinstance(value, (str, int)):
        yield _scalar(value)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _entry(key if _is_plain_key(key) else _scalar(key), item)
    else:
        for item in value:
            yield from _item(item)


def _entry(key: str, value: Yaml) -> Iterator[str]:
    if not value or isinstance(value, (str, int)):
        yield f"{key}: {_scalar(value)}"
    else:
        yield f"{key}:"
        yield from indent(to_lines(value), "  ")


def _item(item: Yaml | Commented) -> Iterator[str]:
    if isinstance(item, Commented):
        yield f"# {item.comment}"
        item = item.value
    first, *rest = to_lines(item)
    yield f"- {first}"
    yield from indent(rest, "  ")


def _scalar(value: object) -> str:
    """Return a scalar, or what is empty. Unlike JSON, YAML has no surrogate pairs, and admits no
    DEL."""
    text = json.dumps(value).replace("\x7f", r"\u007f")
    return re.sub(r"\\u(d[89ab]..)\\u(d[c-f]..)", _one_escape, text)


def _one_escape(pair: re.Match[str]) -> str:
    high, low = (int(half, 16) for half in pair.groups())
    return rf"\U{0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00):08x}"
