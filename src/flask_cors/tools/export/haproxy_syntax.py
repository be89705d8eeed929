"""HAProxy's syntax: words, formats, expressions, and lines of rules and conditions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

_SPECIAL = {"\\": "\\\\", '"': '\\"', "$": "\\$"}

# HAProxy takes no more than 64 words a line.
_WORDS_A_LINE = 48


def word(text: str) -> str:
    """``text`` as one word.

    :raises ValueError: for NUL, at which HAProxy would cut it.
    """
    if "\0" in text:
        raise ValueError(f"no word of HAProxy holds NUL: {text!r}")
    return '"' + "".join(map(_escaped, text.encode("utf-8", "surrogateescape"))) + '"'


def _escaped(byte: int) -> str:
    if not 0x20 <= byte < 0x7F:
        return f"\\x{byte:02x}"
    return _SPECIAL.get(chr(byte), chr(byte))


def said(text: str) -> str:
    """``text`` as one word where variables are looked for."""
    return word(text.replace("%", "%%"))


def expression(text: str) -> str:
    """A regular expression as one word, between quotes in which a backslash is a backslash.

    :param text: in which ``'`` stands for nothing but itself.
    :raises ValueError: for what is not printable ASCII: it would have to be written by its number.
    """
    if not (text.isascii() and text.isprintable()):
        raise ValueError(f"no expression for HAProxy holds such characters: {text!r}")
    return "'" + text.replace("'", r"\x27") + "'"


def changed(sample: str, *changes: tuple[str, str]) -> str:
    """``sample`` with all that an expression matches replaced, one change after the other."""
    subs = (f"regsub({expression(of)},{expression(by)},g)" for of, by in changes)
    return word(",".join((sample, *subs)))


def matching(name: str, sample: str, of: str) -> str:
    """The condition ``name``: the sample matches an expression."""
    return f"acl {name} {sample} -m reg -- {expression(of)}"


def is_among(
    name: str, sample: str, values: Iterable[str], ignores_case: bool = False
) -> Iterator[str]:
    """The condition ``name``: the sample is one of the values."""
    flags = "-m str -i" if ignores_case else "-m str"
    words = list(map(word, values))
    for start in range(0, len(words), _WORDS_A_LINE):
        yield f"acl {name} {sample} {flags} -- {' '.join(words[start : start + _WORDS_A_LINE])}"


def indented(lines: Iterable[str]) -> Iterator[str]:
    return (f"    {line}".rstrip() for line in lines)
