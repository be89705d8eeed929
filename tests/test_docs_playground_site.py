"""What the extension of Sphinx makes of the playground, with and without npm."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from .sphinx_builds import EXTENSIONS, Built, build, write_pages

pytest.importorskip("sphinx", reason="needs Sphinx: pip install -r requirements/docs.txt")
pytest.importorskip("myst_parser", reason="needs requirements/docs.txt")

CONF = """\
extensions = ["myst_parser", "errors", "playground"]
exclude_patterns = ["out"]
"""
APP = "from flask import Flask\n\napp = Flask(__name__)\n"
EXPLAIN = "```{explain} /static/a --origin https://app.example\n```\n"
TABLE = "| a | b |\n| --- | --- |\n| try | [here](playground.md) |\n| fix | there |\n"
TOCTREE = "```{toctree}\nplayground\nrecipes/downloads\nerrors/headers\n```\n"
PAGES = {
    "index": f"# Index\n\n{TABLE}\n{TOCTREE}",
    "playground": "# Playground\n",
    "recipes/downloads": "# Downloads\n\n```{playground} downloads.py /a --origin null\nA=1\n```\n",
    "errors/headers": f"# Headers\n\n```python\n{APP}```\n\n{EXPLAIN}",
}

BuildSite = Callable[..., Built]


@pytest.fixture
def playground(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ModuleType]:
    """The extension that the build loads, with an empty cache."""
    monkeypatch.syspath_prepend(str(EXTENSIONS))
    import playground

    monkeypatch.setattr(playground, "CACHE", tmp_path / "cache")
    yield playground
    for path in EXTENSIONS.glob("*.py"):
        sys.modules.pop(path.stem, None)


@pytest.fixture
def build_site(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> BuildSite:
    def build_site(builder: str = "html") -> Built:
        (tmp_path / "conf.py").write_text(CONF, encoding="utf-8")
        write_pages(tmp_path, PAGES)
        return build(capsys, "-b", builder, str(tmp_path), str(tmp_path / "out"))

    return build_site


def read(folder: Path, name: str) -> str:
    return (folder / "out" / name).read_text(encoding="utf-8")


# ---- without npm -------------------------------------------------------------------------------


def without_npm(_: str, **__: Any) -> None:
    return None


def test_without_npm_the_site_has_no_playground_and_one_line_says_so(
    playground: ModuleType, build_site: BuildSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(playground.shutil, "which", without_npm)
    built = build_site()
    assert built == (0, "The playground is not built: npm is not installed.\n")
    assert not (tmp_path / "out/playground.html").exists()
    assert not (tmp_path / "out/_static/playground").exists()
    for name in ("index.html", "recipes/downloads.html", "errors/headers.html"):
        assert "playground" not in read(tmp_path, name)
    assert "there" in read(tmp_path, "index.html")


def test_the_reason_for_which_npm_fails_is_in_the_line(
    playground: ModuleType, monkeypatch: pytest.MonkeyPatch, build_site: BuildSite
) -> None:
    # Not npm, but it has a status and an error too.
    monkeypatch.setattr(playground.shutil, "which", lambda _: sys.executable)
    status, errors = build_site()
    assert status == 0
    (line,) = errors.splitlines()
    assert line.startswith(f"The playground is not built: {Path(sys.executable).name}: ")
    assert "can't open file" in line
    assert list(playground.CACHE.iterdir()) == []


def test_npm_that_cannot_be_started_or_does_not_end_is_named(
    playground: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(playground.shutil, "which", lambda _: str(tmp_path / "npm"))
    with pytest.raises(playground.InstallError, match="npm: FileNotFoundError"):
        playground.install()

    def run(*_: object, **__: object) -> None:
        raise subprocess.TimeoutExpired("npm", 300)

    monkeypatch.setattr(playground.subprocess, "run", run)
    with pytest.raises(playground.InstallError, match="npm: TimeoutExpired"):
        playground.install()


# ---- with npm ----------------------------------------------------------------------------------


@pytest.fixture
def npm(playground: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Record the commands, and let each succeed."""
    commands: list[list[str]] = []

    def run(command: list[str], cwd: Path, **_: object) -> None:
        commands.append(command)
        if "ci" in command:
            assert {path.name for path in cwd.iterdir()} == {"package.json", "package-lock.json"}
            pyodide = cwd / "node_modules/pyodide"
            pyodide.mkdir(parents=True)
            for name in playground.FETCHED:
                (pyodide / name).write_text(name, encoding="utf-8")
            (pyodide / "pyodide-lock.json").write_text('{"info": {}, "packages": {"numpy": 1}}')
        else:
            Path(command[-1].removeprefix("--outfile=")).write_text("// smaller", encoding="utf-8")

    monkeypatch.setattr(playground.shutil, "which", lambda name, path="": f"/bin/{name}")
    monkeypatch.setattr(playground.subprocess, "run", run)
    return commands


@pytest.mark.usefixtures("npm")
def test_the_site_has_what_the_page_loads(build_site: BuildSite, tmp_path: Path) -> None:
    assert build_site() == (0, "")
    folder = tmp_path / "out/_static/playground"
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    pyodide = {"pyodide.asm.mjs", "pyodide.asm.wasm", "pyodide.mjs", "python_stdlib.zip"}
    assert files == {
        *("codemirror.js", "examples.json", "manifest.json", "packages.zip"),
        *(f"pyodide/{name}" for name in pyodide),
    }


@pytest.mark.usefixtures("npm")
def test_the_manifest_has_the_sizes_and_no_packages_of_pyodide(
    playground: ModuleType, tmp_path: Path
) -> None:
    playground.write_files(playground.install(), tmp_path)
    manifest = playground.json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    sizes = {file["path"]: file["bytes"] for file in manifest["files"]}
    assert sizes == {path: (tmp_path / path).stat().st_size for path in sizes}
    assert manifest["total"] == sum(sizes.values())
    assert manifest["lock"] == {"info": {}, "packages": {}}


@pytest.mark.usefixtures("npm")
def test_pages_link_to_their_examples(build_site: BuildSite, tmp_path: Path) -> None:
    build_site()
    for name in ("recipes/downloads", "errors/headers"):
        (target,) = re.findall(r'href="([^"]+#example[^"]+)"', read(tmp_path, f"{name}.html"))
        assert target == f"../playground.html#example={name}"


@pytest.mark.usefixtures("npm")
def test_the_policy_is_on_the_page_and_on_no_other(build_site: BuildSite, tmp_path: Path) -> None:
    build_site()
    assert "default-src &#39;self&#39;" not in read(tmp_path, "playground.html")
    assert "\"default-src 'self'; script-src 'self'" in read(tmp_path, "playground.html")
    assert "default-src" not in read(tmp_path, "index.html")


@pytest.mark.usefixtures("npm")
def test_other_formats_have_no_links_and_no_files(build_site: BuildSite, tmp_path: Path) -> None:
    assert build_site("text") == (0, "")
    assert "playground" not in read(tmp_path, "recipes/downloads.txt")
    assert not (tmp_path / "out/_static").exists()


def test_what_is_installed_is_not_installed_again(
    playground: ModuleType, npm: list[list[str]]
) -> None:
    assert playground.install() == playground.install()
    assert len(npm) == 1
    assert "--ignore-scripts" in npm[0]


def test_another_build_may_install_it_meanwhile(
    playground: ModuleType, npm: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    succeed = playground.subprocess.run

    def run(command: list[str], cwd: Path, **options: object) -> None:
        monkeypatch.setattr(playground.subprocess, "run", succeed)
        installed = playground.install()
        (installed / "by the other one").touch()
        succeed(command, cwd, **options)

    monkeypatch.setattr(playground.subprocess, "run", run)
    assert (playground.install() / "by the other one").exists()
    assert len(npm) == 2
    assert len(list(playground.CACHE.iterdir())) == 1


def test_the_lock_file_has_hashes_and_no_addresses(playground: ModuleType) -> None:
    lock = (playground.SOURCE / "package-lock.json").read_text(encoding="utf-8")
    packages = playground.json.loads(lock)["packages"]
    assert all("integrity" in package for name, package in packages.items() if name)
    assert "http" not in lock
