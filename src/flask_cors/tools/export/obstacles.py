"""What cannot be exported, and why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Obstacle(NamedTuple):
    """A part of the configuration that cannot be exported.

    :ivar subject: what it is, such as ``"/api/* (app.py:12)"``.
    :ivar reason: what about it, and what to write instead.
    """

    subject: str
    reason: str

    def __str__(self) -> str:
        return f"{self.subject}: {self.reason}"


def too_long(text: str, proxy: str, limit: int) -> Obstacle:
    """Return the obstacle that ``text`` has more than ``limit`` characters."""
    subject = f"a text of {len(text):,} characters, {text[:80]}..."
    return Obstacle(subject, f"{proxy} reads none of more than {limit:,}: write a shorter one")


class ExportError(ValueError):
    """The policy of an app cannot be exported. Nothing is written then.

    :ivar obstacles: every one that was found, in order.
    """

    def __init__(self, obstacles: Iterable[Obstacle]) -> None:
        self.obstacles = tuple(dict.fromkeys(obstacles))
        super().__init__("\n".join(map(str, self.obstacles)))


class UnportableError(ValueError):
    """What no proxy can state; the text says why."""


class UnportableRegex(UnportableError):  # noqa: N818  # a regex, and what it has
    """A regex that other dialects read differently, or not at all."""

    @property
    def advice(self) -> str:
        return f"{self}, which proxies read otherwise or not at all: write it without"
