"""Envoy's syntax."""

from __future__ import annotations

import json
from typing import Any

from .lua_reader import read_program


def _skeleton(value: Any) -> Any:
    """Return a configuration without what an app can change: regexes, and Lua's constants."""
    if isinstance(value, dict):
        return {
            key: read_program(each)[1] if key == "inline_string" else _skeleton(each)
            for key, each in value.items()
            if key != "regex"
        }
    return [_skeleton(each) for each in value] if isinstance(value, list) else value


def shape(text: str) -> Any:
    """Return the whole configuration without what an app can change."""
    return _skeleton(json.loads(text))
