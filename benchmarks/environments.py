"""One virtual environment a library, below ``build/bench``, so that none is measured with another
one's dependencies. Each holds what ``requirements/<name>.txt`` pins; ``make requirements`` makes
that from ``requirements/<name>.in``.

The second run installs nothing: the stamp in an environment says what it was made from.
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

# Environments that import something of this repository, which a .pth file tells them of.
SOURCES = {"ours": ROOT / "src"}


def python(name: str) -> Path:
    """The Python of environment ``name``, made now if need be."""
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
        install = ("-m", "pip", "--disable-pip-version-check", "install", "--quiet")
        requirements = REQUIREMENTS / f"{name}.txt"
        _run(interpreter, *install, "--require-hashes", "--requirement", requirements)
    except subprocess.CalledProcessError as failure:
        raise BenchmarkError(
            f"{folder} cannot be made: {failure.stderr.strip().splitlines()[-1]}"
        ) from failure
    if name in SOURCES:
        (packages,) = folder.glob("lib/python*/site-packages")
        (packages / "source.pth").write_text(f"{SOURCES[name]}\n", encoding="utf-8")


def _run(*command: str | Path) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True)
