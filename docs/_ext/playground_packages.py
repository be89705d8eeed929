"""The Python packages that the playground imports, as one zip: the installed ones, without what is
not Python."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

import flask_cors

# Flask, what it needs, and what the commands look up.
DISTRIBUTIONS = (
    *("flask", "werkzeug", "jinja2", "markupsafe", "click", "itsdangerous", "blinker"),
    *("idna", "publicsuffixlist"),
)
# The commands that the playground does not run.
_LEFT_OUT = {"export", "migrate", "probe", "routes"}
_SUFFIXES = {".py", ".dat"}  # the latter is the list of public suffixes
_KEPT = ("METADATA", "LICENSE")  # of what is about a distribution: licences require to be passed on
_DATE = (1980, 1, 1, 0, 0, 0)  # the first of a zip: equal files make equal zips


def write_packages(target: Path, *modules: Path) -> None:
    """Write the packages, and the modules beside them."""
    contents = {name: path.read_bytes() for name, path in _iter_files()}
    contents.update((module.name, module.read_bytes()) for module in modules)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in sorted(contents.items()):
            archive.writestr(zipfile.ZipInfo(name, _DATE), content, zipfile.ZIP_DEFLATED)


def _iter_files() -> Iterator[tuple[str, Path]]:
    for name in DISTRIBUTIONS:
        yield from _files_of(distribution(name))
    root = Path(flask_cors.__file__).parent  # an editable install names no files
    for path in root.rglob("*.py"):
        if _LEFT_OUT.isdisjoint(path.relative_to(root).parts):
            yield path.relative_to(root.parent).as_posix(), path


def _files_of(package: Distribution) -> Iterator[tuple[str, Path]]:
    for file in package.files or ():
        is_about = file.parts[0].endswith(".dist-info")
        if file.name.startswith(_KEPT) if is_about else file.suffix in _SUFFIXES:
            yield file.as_posix(), Path(str(package.locate_file(file)))
