"""An option as the line to write."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...policy.options import CONFIG, Setting
from ..writing import code_of, config_line, list_of


def line(option: str, setting: Setting[Any], code: str) -> str:
    """Where the option was given before, written as it is written there."""
    if setting.level == CONFIG:
        return config_line(option, code)
    is_of_resource = setting.level.startswith("the resource ")
    return f'"{option}": {code}' if is_of_resource else f"{option}={code}"


def listing(option: str, setting: Setting[Any], items: Iterable[object]) -> str:
    """The same for a list."""
    return line(option, setting, list_of(map(code_of, items)))
