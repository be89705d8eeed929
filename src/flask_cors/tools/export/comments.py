"""The comment at the head of a part to include."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def commented(where: str, lines: Iterable[str] = ()) -> Iterator[str]:
    """What to do with the part; below it, lines that are to be copied elsewhere."""
    copied = [f"    {line}" for line in lines]
    for line in (*where.splitlines(), *(["", *copied] if copied else [])):
        yield f"# {line}".rstrip()
