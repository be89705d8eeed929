"""HAProxy's syntax."""

from __future__ import annotations

import re

# Between double quotes a backslash escapes and a dollar is a variable; between single ones nothing.
_PIECE = re.compile(
    r"""(?P<space>\ +) | (?P<comment>\#.*) | '(?P<strong>[^']*)'
      | "(?P<weak>(?:\\x[0-9a-f]{2}|\\["\\$]|[^"\\$])*)" | (?P<bare>[^\s"'\\#$]+)""",
    re.VERBOSE,
)


def parsed(text: str) -> list[list[bytes]]:
    """Return the words of each line as HAProxy reads them, without comments."""
    lines = []
    for line in text.split("\n"):
        assert line.isprintable()
        words: list[bytes] = []
        is_open, position = False, 0
        while position < len(line):
            found = _PIECE.match(line, position)
            assert found is not None, line[position:]
            position = found.end()
            if found.lastgroup in ("space", "comment"):
                is_open = False
                continue
            piece = _unescaped(found["weak"]) if found["weak"] is not None else b""
            piece += (found["strong"] or found["bare"] or "").encode()
            words[-1:] = [words[-1] + piece] if is_open else [*words[-1:], piece]
            is_open = True
        if words:
            lines.append(words)
    return lines


def _unescaped(text: str) -> bytes:
    def byte(found: re.Match[str]) -> str:
        return chr(int(found[1], 16)) if found[1] else found[2]

    return re.sub(r"\\(?:x(..)|(.))", byte, text).encode("latin-1")


def shape(text: str) -> list[list[bytes]]:
    """Return the first words of all lines, which an app cannot change."""
    return [words[:2] for words in parsed(text)]
