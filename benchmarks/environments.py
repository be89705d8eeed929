"""The virtual environments, one per library, below ``build/bench``. Each has the dependencies
pinned in ``requirements/<name>.txt``, which ``make requirements`` makes from
``requirements/<name>.in``.

The second run installs nothing: a stamp in the environment records what it was made from.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

from .errors import BenchmarkError

ROOT = Path(__file__).parent.parent
REQUIREMENTS = Path(__file__).parent / "requirements"
BUILD = ROOT / "build" / "bench"

# Environments that import from this repository, by a .pth file.
SOURCES = {"ours": ROOT / "src"}


def python(name: str) -> Path:
    """Return the Python of environment ``name``, which is made if necessary."""
    folder = BUILD / name
    interpreter = folder / "bin" / "python"
    stamp = folder / "stamp"
    wanted = _recipe(name)
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
        _make(name, folder, interpreter)
        stamp.write_text(wanted, encoding="utf-8")
    return interpreter


def _recipe(name: str) -> str:
    requirements = (REQUIREMENTS / f"{name}.txt").read_bytes()
    return f"{hashlib.sha256(requirements).hexdigest()} {SOURCES.get(name)} {sys.version}"


def _make(name: str, folder: Path, interpreter: Path) -> None:
    print(f"making {folder.relative_to(ROOT)} ...", file=sys.stderr)
    try:
        _run(sys.executable, "-m", "venv", "--clear", folder)
        # Only what is pinned, so that a new release of a dependency has no effect.
        pip = (interpreter, "-m", "pip", "--disable-pip-version-check")
        pinned = ("--no-deps", "--require-hashes", "--requirement", REQUIREMENTS / f"{name}.txt")
        _run(*pip, "install", "--quiet", *pinned)
        _run(*pip, "check")
    except subprocess.CalledProcessError as failure:
        raise BenchmarkError(
            f"{folder} cannot be made: {_last_line(failure.stderr) or _last_line(failure.stdout)}"
        ) from failure
    if name in SOURCES:
        (packages,) = folder.glob("lib/python*/site-packages")
        (packages / "source.pth").write_text(f"{SOURCES[name]}\n", encoding="utf-8")


def _last_line(text: str) -> str:
    return "".join(text.strip().splitlines()[-1:])


def _run(*command: str | Path) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True)
