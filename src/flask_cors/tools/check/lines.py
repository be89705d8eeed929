"""An option as the line to write."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from ...policy.options import CONFIG, Setting, config_key
from ..writing import code_of, list_of

_CALLS = ("CORS(...)", "init_app(...)", "cross_origin(...)", "default")


def line(option: str, setting: Setting[Any], code: str) -> str:
    """Where the option was given before, written as it is written there."""
    if setting.level == CONFIG:
        return f"app.config[{json.dumps(config_key(option))}] = {code}"
    return f"{option}={code}" if setting.level in _CALLS else f'"{option}": {code}'


def listing(option: str, setting: Setting[Any], items: Iterable[object]) -> str:
    """The same for a list."""
    return line(option, setting, list_of(map(code_of, items)))
