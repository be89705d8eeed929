"""Options and their values as source code."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from ...diagnostics.finding import Finding
from ...diagnostics.source_location import SourceLocation
from ...policy.layers import Layer, LayerKind
from ...policy.options import Option, config_key
from .text import format_location


def ignore_finding(_: Finding) -> None:
    """Ignore a warning about an option: it was reported when the app was configured."""


def list_of(items: Iterable[str]) -> str:
    """Return a list as source code, whose items are source code already."""
    return f"[{', '.join(items)}]"


def code_of(item: object) -> str:
    """Return an item as source code; ``...``, for the code that is there, if it has no name."""
    if isinstance(item, str):
        return json.dumps(item) if item.isascii() else ascii(item)
    if isinstance(item, re.Pattern):
        flags = [f"re.{flag.name}" for flag in re.RegexFlag if flag & item.flags & ~re.UNICODE]
        return f"re.compile({', '.join([ascii(item.pattern), *filter(None, ['|'.join(flags)])])})"
    name = getattr(item, "__qualname__", "")
    return name if name.isidentifier() else "..."


def config_line(option: str, code: str) -> str:
    """Return the line that sets an option in ``app.config``."""
    return f'app.config["{config_key(option)}"] = {code}'


def format_option(name: str, option: Option[Any], code: str) -> str:
    """Return an option with a new value, in the form that it has where it was set."""
    if option.layer.kind is LayerKind.CONFIG:
        return config_line(name, code)
    is_of_resource = option.layer.kind is LayerKind.RESOURCE
    return f'"{name}": {code}' if is_of_resource else f"{name}={code}"


def format_option_list(name: str, option: Option[Any], items: Iterable[object]) -> str:
    """Return a list option with new items, in the form that it has where it was set."""
    return format_option(name, option, list_of(map(code_of, items)))


def describe_layer(option: str, layer: Layer, location: SourceLocation | None) -> str:
    """Return the layer that sets an option, as a reader calls it, and its location."""
    key = f"{config_key(option)} of " if layer.kind is LayerKind.CONFIG else ""
    return f"{key}{layer.name}{'' if location is None else f', {format_location(location)}'}"
