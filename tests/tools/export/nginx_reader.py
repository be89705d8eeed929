"""nginx's syntax."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

Block = list[Any]  # directives: their words, and the directives inside


def parsed(text: str) -> Block:
    """Return a configuration as nginx reads it: words, quoted or not, and blocks."""
    stack: list[Block] = [[]]
    words: list[str] = []
    for word, sign in _words(text):
        if word is not None:
            words.append(word)
        elif sign == ";":
            assert words, "a directive without words"
            stack[-1].append((words, None))
            words = []
        elif sign == "{":
            inner: Block = []
            stack[-1].append((words, inner))
            stack.append(inner)
            words = []
        else:
            assert not words
            stack.pop()
    (whole,) = stack
    assert not words
    return whole


# The characters that end a word or begin a comment, as nginx's own parser takes them.
_TOKEN = re.compile(
    r"""(?P<space>\s+) | (?P<comment>\#[^\n]*) | (?P<sign>[;{}])
      | "(?P<quoted>(?:\\.|[^"\\])*)"(?=[\s;{)])
      | (?P<bare>[^\s;{}"'\#\\][^\s;{}"'\\]*(?:\{\w+\})?)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


def _words(text: str) -> Iterator[tuple[str | None, str]]:
    position = 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        assert found is not None, text[position : position + 40]
        position = found.end()
        if found["sign"]:
            yield None, found["sign"]
        elif found["quoted"] is not None:
            yield _unescaped(found["quoted"]), ""
        elif found["bare"]:
            yield found["bare"], ""


def _unescaped(text: str) -> str:
    """Remove backslashes as nginx does, which keeps those before most characters."""
    return re.sub(
        r"\\(.)",
        lambda found: _ESCAPES.get(found[1], found[1] if found[1] in "\"'\\" else found[0]),
        text,
        flags=re.DOTALL,
    )


def http(text: str) -> Block:
    """Return the content of http { }."""
    (inner,) = [inner for words, inner in parsed(text) if words == ["http"]]
    assert isinstance(inner, list)
    return inner


def maps(text: str) -> dict[str, list[list[str]]]:
    """Return the lines of each map, by the variable that it sets."""
    return {
        words[2]: [line for line, _ in lines] for words, lines in http(text) if words[0] == "map"
    }


def shape(text: str) -> list[Any]:
    """Return all words that an app cannot change."""
    return [
        (" ".join(words), len(inner)) if words[0] == "map" else (words[0], None)
        for words, inner in http(text)
        if words[0] != "geo"
    ]
