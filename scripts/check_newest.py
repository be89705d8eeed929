"""Run the tests that are not live on the newest releases that ``pyproject.toml`` admits, and once
with pre-releases, and print what differs from what is pinned. It gates nothing.

Without differences, or with differences that every test passes on, the exit status is 0; where a
test fails that passes on what is pinned, it is 1.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pythons import UV, UV_ENVIRONMENT

ROOT = Path(__file__).parent.parent
PROJECT = ("--group", "build", "--group", "test", "--editable", ".")
ENVIRONMENTS = {
    "pinned": ("--no-deps", "--require-hashes", "--requirements", "requirements/test.txt"),
    "newest": ("--upgrade", *PROJECT),
    "pre-release": ("--upgrade", "--prerelease", "allow", *PROJECT),
}
TESTS = ("-m", "pytest", "-q", "--ignore=tests/live", "--numprocesses=auto")


def run(*command: str | Path) -> str:
    """
    :raises CalledProcessError: with the output of the command on stderr.
    """
    return subprocess.run(
        command, cwd=ROOT, env=UV_ENVIRONMENT, check=True, text=True, capture_output=True
    ).stdout


def install(folder: Path, requirements: tuple[str, ...]) -> Path:
    """Return the Python of a new environment."""
    python = folder / "bin" / "python"
    run(UV, "venv", "--quiet", "--python", sys.executable, folder)
    run(UV, "pip", "install", "--quiet", "--python", python, *requirements)
    if "--editable" not in requirements:
        project = ("--no-deps", "--no-build-isolation", "--editable", ".")
        run(UV, "pip", "install", "--quiet", "--python", python, *project)
    return python


def versions(python: Path) -> dict[str, str]:
    """Return the version of each package that ``python`` has."""
    listed = run(UV, "pip", "freeze", "--exclude-editable", "--python", python)
    return dict(line.split("==") for line in listed.splitlines() if "==" in line)


# A test may have a space in its name, and pytest adds " - " and the error.
_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+::.+?|\S+\.py)(?: - .*)?$", re.MULTILINE)


def failed_tests(python: Path) -> tuple[set[str], str]:
    """Return the tests that fail on ``python``, or cannot be collected, and pytest's last line."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [python, *TESTS], cwd=ROOT, env=environment, text=True, capture_output=True, check=False
    )
    failed = set(
        re.findall(r"^(?:FAILED|ERROR) (\S+::.+?|\S+\.py)(?: - .*)?$", done.stdout, re.MULTILINE)
    )
    last = (done.stdout.strip() or done.stderr.strip()).splitlines()[-1]
    if done.returncode and not failed:
        failed = {f"pytest ended with status {done.returncode}: {last}"}
    return failed, last


def main() -> None:
    installed: dict[str, dict[str, str]] = {}
    failed: dict[str, set[str]] = {}
    with tempfile.TemporaryDirectory(prefix="flask-cors-") as folder:
        for name, requirements in ENVIRONMENTS.items():
            started = time.monotonic()
            print(f"== {name}: installing", end="", flush=True)
            python = install(Path(folder, name), requirements)
            installed[name] = versions(python)
            print(", testing", end="", flush=True)
            failed[name], last = failed_tests(python)
            print(f": {last.strip('= ')}, {time.monotonic() - started:.0f} s in all", flush=True)
    print_differences(installed)
    sys.exit(print_failures(failed))


def print_differences(installed: dict[str, dict[str, str]]) -> None:
    """Print a row for each package whose version is not the pinned one everywhere."""
    packages = sorted({package for versions in installed.values() for package in versions})
    rows = [
        [package, *(installed[name].get(package, "-") for name in installed)]
        for package in packages
    ]
    rows = [row for row in rows if len(set(row[1:])) > 1]
    print()
    if not rows:
        print("What is pinned is the newest.")
        return
    table = [["package", *installed], *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    for row in table:
        print(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        )


def print_failures(failed: dict[str, set[str]]) -> bool:
    """Print the tests that pass on what is pinned alone. Return whether there are any."""
    differs = False
    for name, tests in failed.items():
        only_here = sorted(tests - failed["pinned"]) if name != "pinned" else []
        for test in only_here:
            print(f"fails on {name}: {test}")
        differs = differs or bool(only_here)
    for test in sorted(failed["pinned"]):
        print(f"fails on what is pinned, too: {test}")
    if not any(failed.values()):
        print("All tests pass on all of them.")
    return differs


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as failure:
        sys.exit(f"\n{failure.stderr}")
