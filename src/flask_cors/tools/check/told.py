"""What is certain from the configuration alone was told at run time already: it is told again."""

from __future__ import annotations

from ... import doubts as d
from ...doubts import Doubt
from .base import Check, Told


def told(kind: type[Doubt]) -> type[Check]:
    """The check that tells of one kind of doubt."""
    return type(kind.__name__, (Told,), {"kind": kind})


CHECKS: tuple[type[Check], ...] = tuple(
    told(kind)
    for kind in (
        d.NoScheme,
        d.WithPath,
        d.WithDefaultPort,
        d.WithUpperCase,
        d.NotASCII,
        d.NoOrigin,
        d.Nobody,
        d.LiteralStar,
        d.ForbiddenMethod,
        d.NeverReadable,
        d.LiteralName,
        d.LiteralRegex,
        d.LiteralConverter,
        d.NoSlash,
        d.Twice,
        d.AboveRoute,
    )
)
