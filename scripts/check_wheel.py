"""Build the sdist, from it the wheel, and use the wheel as a new user does.

It must hold the package and nothing else, require Flask and nothing else, and be imported in an
environment that holds nothing else: so ``import flask_cors`` needs Flask and the standard library.
A folder that is given as an argument gets the two files, once they have passed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from email import message_from_bytes
from pathlib import Path
from zipfile import ZipFile

from pythons import UV

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src"


def run(*command: str | Path, cwd: Path = ROOT) -> str:
    return subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.PIPE, text=True).stdout


def check_content(wheel: Path) -> None:
    """Check that the wheel holds ``src/`` and its own metadata, and requires Flask alone."""
    with ZipFile(wheel) as archive:
        names = archive.namelist()
        packaged = {name for name in names if ".dist-info/" not in name}
        metadata = next(name for name in names if name.endswith(".dist-info/METADATA"))
        required = message_from_bytes(archive.read(metadata)).get_all("Requires-Dist", [])

    expected = {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    if packaged != expected:
        sys.exit(f"{wheel.name} differs from src/ in: {', '.join(sorted(packaged ^ expected))}")
    if "flask_cors/py.typed" not in packaged:
        sys.exit(f"{wheel.name} holds no py.typed: type checkers would ignore its annotations.")
    if [line for line in required if "extra ==" not in line] != ["flask>=3.0"]:
        sys.exit(f"{wheel.name} requires {required}; it should require Flask alone.")


def check_import(wheel: Path, folder: Path) -> None:
    """Check that the wheel can be installed and imported away from the repository."""
    environment = folder / "environment"
    python = environment / "bin" / "python"
    run(UV, "venv", "--quiet", "--python", sys.executable, environment)
    pinned = ("--constraints", "requirements/run.txt")
    run(UV, "pip", "install", "--quiet", "--python", python, *pinned, wheel)
    probe = "import flask_cors; print(flask_cors.__version__, flask_cors.__file__)"
    version, place = run(python, "-I", "-W", "error", "-c", probe, cwd=folder).split(maxsplit=1)
    if f"-{version}-" not in wheel.name or not Path(place).is_relative_to(environment):
        sys.exit(f"{wheel.name} was installed, but {version} was imported from {place}")


def main() -> None:
    os.environ.pop("VIRTUAL_ENV", None)  # uv would warn that it is not the environment it is given
    with tempfile.TemporaryDirectory(prefix="flask-cors-") as name:
        folder = Path(name)
        python = Path(sys.executable)
        run(UV, "build", "--quiet", "--no-build-isolation", "--python", python, "--out-dir", folder)
        (wheel,) = folder.glob("*.whl")
        check_content(wheel)
        check_import(wheel, folder)
        print(f"{wheel.name}: only the package, only Flask, and it can be imported")
        for kept in map(Path, sys.argv[1:]):
            kept.mkdir(exist_ok=True)
            for file in (wheel, *folder.glob("*.tar.gz")):
                shutil.copy(file, kept)


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as failure:
        # The command has printed the error.
        sys.exit(failure.returncode)
