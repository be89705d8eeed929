"""Every check, by its code."""

from __future__ import annotations

from . import (
    bindings,
    caching,
    credentials,
    methods,
    names,
    origins,
    preflights,
    resources,
    rivals,
    told,
)
from .base import Check

_GROUPS = (
    told,
    origins,
    credentials,
    methods,
    caching,
    resources,
    bindings,
    rivals,
    preflights,
    names,
)

CHECKS: tuple[type[Check], ...] = tuple(
    sorted((check for group in _GROUPS for check in group.CHECKS), key=lambda check: check.code)
)
