"""Checks: resources."""

from __future__ import annotations

from .base import Check

CHECKS: tuple[type[Check], ...] = ()
