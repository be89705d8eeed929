"""The Pythons of this machine, below ``$PYENV_ROOT/versions`` and on ``PATH``, and uv."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

UV = Path(sys.executable).with_name("uv")
# A Python that is missing is skipped, not downloaded; nothing is installed where we run.
UV_ENVIRONMENT = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
UV_ENVIRONMENT.pop("VIRTUAL_ENV", None)


def find_python(version: str) -> Path | None:
    """Return the first Python ``version`` that runs: pyenv has shims for versions it has not."""
    for path in _candidates(version):
        if path.exists():
            found = subprocess.run([path, "--version"], capture_output=True, text=True)
            if found.returncode == 0 and found.stdout.startswith(f"Python {version}."):
                return path
    return None


def _candidates(version: str) -> Iterator[Path]:
    """Yield the paths where Python ``version`` may be, the likeliest first."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from sorted(pyenv.glob(f"versions/{version}.*/bin/python"), reverse=True)
    for folder in os.get_exec_path():
        yield Path(folder, f"python{version}")
