"""Run the tests that are not live on every supported Python that is found, and on the lowest one
once more with the oldest dependencies that ``pyproject.toml`` admits.

Pythons are looked for below ``$PYENV_ROOT/versions`` and on ``PATH``; a missing one is skipped by
name. Each run gets a new environment, so that nothing of an earlier one helps it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

VERSIONS = ("3.10", "3.11", "3.12", "3.13")
PINNED = ("--require-hashes", "--requirements", "requirements/test.txt")
OLDEST = ("--resolution", "lowest-direct", "--group", "test", "--editable", ".")

ROOT = Path(__file__).parent.parent
UV = Path(sys.executable).with_name("uv")
# A Python that is missing is skipped, not downloaded.
ENVIRONMENT = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
ENVIRONMENT.pop("VIRTUAL_ENV", None)


def candidates(version: str) -> Iterator[Path]:
    """Where Python ``version`` may be, the likeliest place first."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from sorted(pyenv.glob(f"versions/{version}.*/bin/python"), reverse=True)
    for folder in os.get_exec_path():
        yield Path(folder, f"python{version}")


def find_python(version: str) -> Path | None:
    """The first candidate that runs: pyenv's shims are there for versions that are not."""
    for path in candidates(version):
        if path.exists():
            answer = subprocess.run([path, "--version"], capture_output=True, text=True)
            if answer.returncode == 0 and answer.stdout.startswith(f"Python {version}."):
                return path
    return None


def run(*command: str | Path) -> None:
    subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, check=True)


def run_tests(title: str, interpreter: Path, *requirements: tuple[str, ...]) -> None:
    """Install ``requirements``, one step each, into a new environment and run the tests there."""
    print(f"\n== {title}: {interpreter}", flush=True)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="flask-cors-") as folder:
        python = Path(folder, "bin", "python")
        run(UV, "venv", "--quiet", "--python", interpreter, folder)
        for step in requirements:
            run(UV, "pip", "install", "--quiet", "--python", python, *step)
        run(python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--ignore=tests/live")
    print(f"== {title}: {time.monotonic() - started:.0f} s", flush=True)


def main() -> None:
    found = {version: find_python(version) for version in VERSIONS}
    present = {version: path for version, path in found.items() if path is not None}
    if not present:
        sys.exit(f"No Python of {', '.join(VERSIONS)} was found.")

    for version, path in present.items():
        project = ("--no-deps", "--no-build-isolation", "--editable", ".")
        run_tests(f"Python {version}", path, PINNED, project)
    version, path = next(iter(present.items()))
    run_tests(f"Python {version}, oldest dependencies", path, OLDEST)

    print()
    for version, answer in found.items():
        print(f"Python {version}: {'skipped, not found' if answer is None else 'passed'}")


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as failure:
        # The command has said what is wrong.
        sys.exit(failure.returncode)
