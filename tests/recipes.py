"""The recipes of the documentation: ``examples/recipes``."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RECIPES = ROOT / "examples" / "recipes"


def load(name: str) -> dict[str, Any]:
    """Run a recipe, and return its names."""
    return runpy.run_path(str(RECIPES / name))
