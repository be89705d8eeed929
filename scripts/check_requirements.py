"""Install each requirements file into an empty environment, with the oldest pip that a supported
Python brings and with the newest, and have pip confirm that what it pins fits together.

pip resolves nothing (``--no-deps``): a dependency's new release changes nothing, and a file that
leaves a dependency out fails here. A Python that is missing is skipped by name.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pythons import find_python

ROOT = Path(__file__).parent.parent
# The lowest Python that all files are for, those of the benchmarks included. pip 23.0.1 runs on it.
VERSION = "3.11"
PIPS = ("pip==23.0.1", "pip")  # of Python 3.10's ensurepip; the newest


def run(*command: str | Path) -> str:
    """
    :raises CalledProcessError: with the output of the command.
    """
    done = subprocess.run(
        command, check=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    return done.stdout


def install(pip: Path, requirements: Path) -> None:
    """
    :param pip: the Python of the environment whose pip is used.
    :raises CalledProcessError: where ``requirements`` cannot be installed or do not fit together.
    """
    with tempfile.TemporaryDirectory(prefix="flask-cors-") as folder:
        run(pip, "-m", "venv", "--without-pip", folder)
        there = (pip, "-m", "pip", "--disable-pip-version-check", "--python", folder)
        run(*there, "install", "--no-deps", "--require-hashes", "--requirement", requirements)
        run(*there, "check")


def main() -> None:
    python = find_python(VERSION)
    if python is None:
        print(f"Python {VERSION} was not found: the requirements files are not installed")
        return
    files = sorted(ROOT.glob("requirements/*.txt")) + sorted(
        ROOT.glob("benchmarks/requirements/*.txt")
    )
    failed = False
    with tempfile.TemporaryDirectory(prefix="flask-cors-") as folder, ThreadPoolExecutor(2) as pool:
        for number, pip in enumerate(PIPS):
            environment = Path(folder, str(number))
            run(python, "-m", "venv", environment)
            chosen = environment / "bin" / "python"
            run(chosen, "-m", "pip", "install", "--upgrade", pip)
            print(f"\n== {run(chosen, '-m', 'pip', '--version').strip()}", flush=True)
            started = time.monotonic()
            installs = [(file, pool.submit(install, chosen, file)) for file in files]
            for file, installed in installs:
                name = file.relative_to(ROOT)
                try:
                    installed.result()
                except subprocess.CalledProcessError as failure:
                    print(f"{name}: failed\n{failure.output}", flush=True)
                    failed = True
                else:
                    print(f"{name}: complete", flush=True)
            print(f"== {time.monotonic() - started:.0f} s", flush=True)
    sys.exit(failed)


if __name__ == "__main__":
    main()
