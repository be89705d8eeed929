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


class CannotExport(ValueError):  # noqa: N818  # it reads as what it says
    """An app whose policy no edge can state. Nothing is written then.

    :ivar obstacles: every one that was found, in order.
    """

    def __init__(self, obstacles: Iterable[Obstacle]) -> None:
        self.obstacles = tuple(dict.fromkeys(obstacles))
        super().__init__("\n".join(map(str, self.obstacles)))


class CannotSay(ValueError):  # noqa: N818
    """A regular expression that other engines read otherwise, or not at all."""
