"""Envoy's syntax."""

from __future__ import annotations

import json
from typing import Any

from lua_reader import read_program


def _skeleton(value: Any) -> Any:
    """A configuration without what an app may say: expressions, and Lua's constants."""
    if isinstance(value, dict):
        return {
            key: read_program(each)[1] if key == "inline_string" else _skeleton(each)
            for key, each in value.items()
            if key != "regex"
        }
    return [_skeleton(each) for each in value] if isinstance(value, list) else value


def shape(text: str) -> Any:
    """The whole configuration without what an app may say."""
    return _skeleton(json.loads(text))
