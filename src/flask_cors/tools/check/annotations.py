"""Annotations of GitHub's Actions: a line that its log reads as a command.
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands"""

from __future__ import annotations

from typing import Literal

from ...errors import Place
from ..text import printable, shown_place

# What would end a value is encoded; line ends are escaped, as for people.
_IN_MESSAGES = {"%": "%25"}
_IN_PROPERTIES = {**_IN_MESSAGES, ":": "%3A", ",": "%2C"}


def annotation(
    command: Literal["error", "warning", "notice"], title: str, message: str, place: Place | None
) -> str:
    """One that stands at a line of the code, where that is known."""
    properties = {"title": title}
    if place is not None:
        file, _, line = shown_place(place).rpartition(":")
        properties = {"file": file, "line": line, **properties}
    listed = ",".join(
        f"{name}={_encoded(value, _IN_PROPERTIES)}" for name, value in properties.items()
    )
    return f"::{command} {listed}::{_encoded(message, _IN_MESSAGES)}"


def _encoded(text: str, table: dict[str, str]) -> str:
    return "".join(table.get(character, character) for character in printable(text))
