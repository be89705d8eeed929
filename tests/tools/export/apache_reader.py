"""Apache's syntax."""

from __future__ import annotations

import re
from collections.abc import Iterator


def parsed(text: str) -> list[list[str]]:
    """Return the directives of a configuration as Apache reads them: their words."""
    assert "${" not in text.replace("${MODULES}", "")  # else Apache looks for a variable
    directives: list[list[str]] = []
    for line in text.splitlines():
        assert not line.endswith("\\"), "a line that goes on"
        if line.strip() and not line.strip().startswith("#"):
            directives.append(list(_words(line.strip())))
    return directives


_WORD = re.compile(r'\s*(?:"(?P<quoted>(?:\\.|[^"\\])*)"(?=[\s>]|\Z)|(?P<bare>[^\s"]\S*))')


def _words(line: str) -> Iterator[str]:
    position = 0
    while position < len(line):
        found = _WORD.match(line, position)
        assert found is not None, line[position:]
        position = found.end()
        yield found["bare"] or re.sub(r'\\(["\\])', r"\1", found["quoted"])


# The parts of an expression, as Apache's own scanner reads them: no sign ends the part it is in.
_PART = re.compile(
    r"""\s* (?: (?P<regex>m\#[^\#]*\#) | '(?P<text>(?:%\{[\w:-]+\}|[^'\\%$])*)' | %\{[\w:-]+\}
      | true | (?:unescape|tolower)\( | [()!] | && | \|\| | -[nz] | =~ | == )""",
    re.VERBOSE,
)


def _shape_of(expression: str) -> str:
    """Return an expression of Apache without the content of its regular expressions."""
    position, parts = 0, []
    while position < len(expression):
        found = _PART.match(expression, position)
        assert found is not None, expression[position:]
        position = found.end()
        if found["regex"]:
            whole = found["regex"][2:-1].replace(r"\z", r"\Z")
            re.compile(whole.replace("*+", "*").encode())  # Python 3.10 knows no possessive repeat
        parts.append("m##" if found["regex"] else found[0].strip())
    return " ".join(parts)


def shape(text: str) -> list[list[str]]:
    """Return all directives, without what an app can change."""
    return [
        [*words[:1], _shape_of(words[1]), *(word.partition("=")[0] for word in words[2:])]
        if words[0] == "SetEnvIfExpr"
        else words
        for words in parsed(text)
    ]
