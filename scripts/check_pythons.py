"""Run the tests that are not live on every supported Python that is found, and on the lowest one
once more with the oldest dependencies that ``pyproject.toml`` admits.

A missing one is skipped by name. Each run gets a new environment, so that nothing of an earlier
one helps it.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pythons import UV, UV_ENVIRONMENT, find_python

VERSIONS = ("3.10", "3.11", "3.12", "3.13")
# Installed one after the other, and nothing that a file does not pin.
PROJECT = ("--no-build-isolation", "--editable", ".")
PINNED = (("--require-hashes", "--requirements", "requirements/test.txt"), PROJECT)
OLDEST = (("--require-hashes", "--requirements", "requirements/oldest.txt"), PROJECT)

ROOT = Path(__file__).parent.parent


def run(*command: str | Path) -> None:
    subprocess.run(command, cwd=ROOT, env=UV_ENVIRONMENT, check=True)


def run_tests(title: str, interpreter: Path, *requirements: tuple[str, ...]) -> None:
    """Install ``requirements``, one step each, into a new environment and run the tests there."""
    print(f"\n== {title}: {interpreter}", flush=True)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="flask-cors-") as folder:
        python = Path(folder, "bin", "python")
        run(UV, "venv", "--quiet", "--python", interpreter, folder)
        for step in requirements:
            run(UV, "pip", "install", "--quiet", "--no-deps", "--python", python, *step)
        run(UV, "pip", "check", "--quiet", "--python", python)
        run(
            python,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "--ignore=tests/live",
            "-n",
            "auto",
        )
    print(f"== {title}: {time.monotonic() - started:.0f} s", flush=True)


def main() -> None:
    present = {version: path for version in VERSIONS if (path := find_python(version)) is not None}
    if not present:
        sys.exit(f"No Python of {', '.join(VERSIONS)} was found.")

    for version, path in present.items():
        run_tests(f"Python {version}", path, *PINNED)
    version, path = next(iter(present.items()))
    run_tests(f"Python {version}, oldest dependencies", path, *OLDEST)

    print()
    for version in VERSIONS:
        print(f"Python {version}: {'passed' if version in present else 'skipped, not found'}")


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as failure:
        # The command has printed the error.
        sys.exit(failure.returncode)
