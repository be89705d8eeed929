"""How the lines of a configuration are laid out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def comment(instructions: str, lines: Iterable[str] = ()) -> Iterator[str]:
    """Yield the comment at the head of a part to include.

    :param lines: what the reader copies to another place.
    """
    copied = [f"    {line}" for line in lines]
    for line in (*instructions.splitlines(), *(["", *copied] if copied else [])):
        yield f"# {line}".rstrip()


def indent(lines: Iterable[str], by: str = "    ") -> Iterator[str]:
    return (f"{by}{line}".rstrip() for line in lines)
