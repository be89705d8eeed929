"""What cannot be said at the edge, and why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Obstacle(NamedTuple):
    """One rule that cannot be exported.

    :ivar rule: what a reader calls it, such as ``"/api/* (app.py:12)"``.
    :ivar why: what about it, and what to write instead.
    """

    rule: str
    why: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.why}"


def too_long(text: str, proxy: str, most: int) -> Obstacle:
    """What ``proxy`` reads none of, for it has more than ``most`` characters."""
    rule = f"an expression of {len(text):,} characters, {text[:80]}..."
    return Obstacle(rule, f"{proxy} reads none of more than {most:,}: write a shorter one")


class CannotExport(ValueError):  # noqa: N818  # it reads as what it says
    """An app whose policy no edge can state. Nothing is written then.

    :ivar obstacles: every one that was found, in order.
    """

    def __init__(self, obstacles: Iterable[Obstacle]) -> None:
        self.obstacles = tuple(dict.fromkeys(obstacles))
        super().__init__("\n".join(map(str, self.obstacles)))


class CannotSay(ValueError):  # noqa: N818
    """A regular expression that other engines read otherwise, or not at all."""
