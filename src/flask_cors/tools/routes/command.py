"""``flask cors routes``: shows each URL rule of the app and the policy that it gets."""

from __future__ import annotations

from flask import Flask

from ...errors import CORSConfigError
from ..shared.inventory import take_inventory
from ..shared.progress import show_progress
from ..shared.text import echo, format_json, get_width
from .report import as_json, as_text


def run(app: Flask, form: str) -> int:
    """Print the routes of ``app``, and return the exit status."""
    with show_progress("Reading the routes"):
        inventory = take_inventory(app)
    is_json = form == "json"
    echo(format_json(as_json(inventory)) if is_json else as_text(inventory, get_width()))
    return int(any(isinstance(each.policy, CORSConfigError) for each in inventory.candidates))
