"""The playground: a page that runs this package in the reader's browser.

Pyodide and the editor come from npm: their versions and hashes are in ``docs/_playground``. Without
npm, or without its registry, the site is built without the page and without the links to it.

``{playground}`` *recipe* *arguments*
    A link to the playground with this file of ``examples/recipes`` and this request, the arguments
    of ``flask cors explain``. The content is environment variables, a ``NAME=value`` per line.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from docutils import nodes  # type: ignore[import-untyped]  # docutils has no types of its own
from playground_examples import read_examples
from playground_packages import write_packages
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.docutils import SphinxDirective

PAGE = "playground"
SOURCE = Path(__file__).parents[1] / "_playground"
CACHE = Path(__file__).parents[1] / "_build" / "playground"
FOLDER = Path("_static", "playground")  # of the site

# What a browser loads of Pyodide. Its list of packages is in the manifest, without the packages.
MODULES = ("pyodide.mjs", "pyodide.asm.mjs")
FETCHED = ("pyodide.asm.wasm", "python_stdlib.zip")

_INSTALL = (
    *("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"),
    *("--prefer-offline", "--fetch-retries=1", "--fetch-retry-mintimeout=1000"),
)
_MINIFY = ("--format=esm", "--minify", "--legal-comments=inline", "--log-level=error")
_SECONDS = 300

# Sent with the page: what its worker runs cannot send anything to another origin. The theme has
# scripts and styles in its pages, and Pyodide is WebAssembly in a worker that starts from a blob.
POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "worker-src 'self' blob:",
        "form-action 'self'",
        "base-uri 'self'",
    ]
)

_LINKING = re.compile(rf"^.*\((?:\.\./)*{PAGE}\.md[)#].*\n", re.MULTILINE)


class InstallError(Exception):
    """What the playground loads cannot be installed. The message says why."""


# ---- npm ---------------------------------------------------------------------------------------


def install() -> Path:
    """Install what the lock file names, unless that was done, and return its ``node_modules``.

    :raises InstallError: without npm, or if npm fails.
    """
    npm = shutil.which("npm")
    names = ("package.json", "package-lock.json")
    content = b"".join(SOURCE.joinpath(name).read_bytes() for name in names)
    installed = CACHE / hashlib.sha256(content).hexdigest()[:16]
    if not installed.is_dir():
        if npm is None:
            raise InstallError("npm is not installed")
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE, prefix="npm-") as name:
            folder = Path(name, "installed")
            folder.mkdir()
            for each in names:
                shutil.copy(SOURCE / each, folder)
            _run([npm, *_INSTALL], folder)
            if not installed.is_dir():  # another build may have been faster
                folder.rename(installed)
    return installed / "node_modules"


def minify(node_modules: Path, source: Path, target: Path, *options: str) -> None:
    """Write an ES module in fewer bytes."""
    command = shutil.which("esbuild", path=node_modules / ".bin") or "esbuild"
    arguments = [str(source), *_MINIFY, *options, f"--outfile={target}"]
    _run([command, *arguments], SOURCE, NODE_PATH=str(node_modules))


def _run(command: Sequence[str], folder: Path, **variables: str) -> None:
    try:
        subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, **variables},
            check=True,
            capture_output=True,
            encoding="utf-8",
            timeout=_SECONDS,
        )
    except subprocess.CalledProcessError as error:
        said = error.stderr.strip() or f"status {error.returncode}"
        raise InstallError(f"{Path(command[0]).name}: {' '.join(said.split())[:200]}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InstallError(f"{Path(command[0]).name}: {type(error).__name__}") from error


# ---- the files of the site ---------------------------------------------------------------------


def write_files(node_modules: Path, target: Path) -> None:
    """Write what the page and its worker load."""
    pyodide = target / "pyodide"
    pyodide.mkdir(parents=True, exist_ok=True)
    for name in FETCHED:
        shutil.copyfile(node_modules / "pyodide" / name, pyodide / name)
    for name in MODULES:
        minify(node_modules, node_modules / "pyodide" / name, pyodide / name)
    write_packages(target / "packages.zip", SOURCE / "session.py")
    lock = json.loads(node_modules.joinpath("pyodide", "pyodide-lock.json").read_text("utf-8"))
    paths = [*(f"pyodide/{name}" for name in (*MODULES, *FETCHED)), "packages.zip"]
    files = [{"path": path, "bytes": target.joinpath(path).stat().st_size} for path in paths]
    manifest = {
        "files": files,
        "total": sum(target.joinpath(path).stat().st_size for path in paths),
        "lock": {**lock, "packages": {}},
    }
    _write_json(target / "manifest.json", manifest)
    _write_json(target / "examples.json", [example.as_json() for example in read_examples()])
    minify(node_modules, SOURCE / "codemirror.js", target / "codemirror.js", "--bundle")


def _write_json(path: Path, data: object) -> None:
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")


# ---- Sphinx ------------------------------------------------------------------------------------


def prepare(_: Sphinx, config: Config) -> None:
    """Install what is missing, or leave the page out and say so."""
    try:
        config.playground_modules = str(install())
    except InstallError as error:
        sys.stderr.write(f"The playground is not built: {error}.\n")  # not a warning: -W refuses
        config.exclude_patterns.append(f"{PAGE}.*")
        config.suppress_warnings.append("toc.excluded")
    config.has_playground = bool(config.playground_modules)


def leave_out_links(app: Sphinx, _: str, source: list[str]) -> None:
    """Remove the lines, such as rows of a table, that link to the page if it is not built."""
    if not app.config.has_playground:
        source[0] = _LINKING.sub("", source[0])


def finish(app: Sphinx, exception: Exception | None) -> None:
    if exception is None and app.builder.format == "html" and app.config.has_playground:
        write_files(Path(app.config.playground_modules), app.outdir / FOLDER)


def add_policy(_: Sphinx, page: str, __: str, context: dict[str, Any], ___: object) -> None:
    """Add the policy to the page, because a host of static files sends no headers for one."""
    if page == PAGE:
        policy = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        context["metatags"] = policy + context.get("metatags", "")


def link_to(directive: SphinxDirective) -> list[nodes.Node]:
    """Return a paragraph that leads to the example of a page, or nothing without the playground."""
    env = directive.env
    if not getattr(env.config, "has_playground", False) or env.app.builder.format != "html":
        return []
    address = env.app.builder.get_relative_uri(env.docname, PAGE)
    link = nodes.reference(
        "", "Try it in the playground", refuri=f"{address}#example={env.docname}"
    )
    return [nodes.paragraph("", "", link, classes=["playground-link"])]


class Playground(SphinxDirective):
    """``{playground}``: see :mod:`playground_examples`, which reads it."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True

    def run(self) -> list[nodes.Node]:
        return link_to(self)


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_config_value("has_playground", False, "env")  # pages with links are read again
    app.add_config_value("playground_modules", "", "")
    app.add_directive("playground", Playground)
    app.connect("config-inited", prepare)
    app.connect("source-read", leave_out_links)
    app.connect("html-page-context", add_policy)
    app.connect("build-finished", finish)
    return {"parallel_read_safe": sys.platform != "win32"}
