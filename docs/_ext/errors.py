"""What the pages of ``docs/errors/`` show, made from the collected messages and from real output.

``{messages}`` *scenarios*
    The messages of Chromium and Firefox in these scenarios of ``tests/data/messages.json``, by
    default in those whose code is the name of the page. The content is WebKit's messages, one per
    line.
``{explain}`` *arguments*
    ``flask cors explain`` with these arguments, run on the Python example above it.
"""

from __future__ import annotations

import json
import logging
import os
import runpy
import shlex
import sys
import tempfile
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from docutils import nodes  # type: ignore[import-untyped]  # docutils has no types of its own
from playground import link_to
from sphinx.application import Sphinx
from sphinx.errors import SphinxError
from sphinx.util.docutils import SphinxDirective

from flask_cors import CORSWarning
from flask_cors.tools.cli import cors

COLLECTED = Path(__file__).parents[2] / "tests/data/messages.json"
BROWSERS = ("chromium", "firefox")

# What browsers write for every blocked request: only failed-to-fetch.md shows it.
GENERIC = (
    "Failed to load resource: net::ERR_FAILED",
    "TypeError: Failed to fetch",
    "TypeError: NetworkError when attempting to fetch resource.",
    "NetworkError: A network error occurred.",
)
# What Firefox writes for a request without a response, for a redirect with a password, and in a
# second line for a preflight that failed: only no-response.md shows it.
NO_RESPONSE = "(Reason: CORS request did not succeed). Status code: (null)."


class ErrorsError(SphinxError):
    category = "Page of an error"


# ---- messages ----------------------------------------------------------------------------------


def read_messages() -> dict[str, Any]:
    return dict(json.loads(COLLECTED.read_text(encoding="utf-8")))


def scenarios_of(collected: dict[str, Any], code: str, names: Iterable[str]) -> list[Any]:
    """Return the scenarios with these names, or those with the code if there are none."""
    names = list(names)
    rows = {row["name"]: row for row in collected["scenarios"]}
    if unknown := [name for name in names if name not in rows]:
        raise ErrorsError(f"{COLLECTED.name} has no scenario {unknown[0]!r}")
    found = [rows[name] for name in names] or [
        row for row in rows.values() if row.get("chromium", {}).get("code") == code
    ]
    if not found:
        raise ErrorsError(f"{COLLECTED.name} has no scenario with the code {code!r}")
    return found


def messages_of(collected: dict[str, Any], rows: Iterable[Any], browser: str) -> list[str]:
    """Return the messages of a browser, without those that it also writes for other requests, and
    with the addresses of the documentation."""
    found: dict[str, None] = {}
    for row in rows:
        console = row.get(browser, {"console": [], "exception": None})
        has_code = row.get("chromium", {}).get("code") is not None
        for text in filter(None, (*console["console"], console["exception"])):
            if text in GENERIC or (has_code and text.endswith(NO_RESPONSE)):
                continue
            for placeholder, example in collected["examples"].items():
                text = text.replace(f"{{{placeholder}}}", example)
            found[text] = None
    return list(found)


class Messages(SphinxDirective):
    """``{messages}``: a block of text for each browser."""

    optional_arguments = 1
    final_argument_whitespace = True
    has_content = True

    def run(self) -> list[nodes.Node]:
        self.env.note_dependency(str(COLLECTED))
        collected = read_messages()
        code = self.env.docname.rpartition("/")[2]
        rows = scenarios_of(collected, code, " ".join(self.arguments).split())
        text = "\n\n".join(self.parts(collected, rows))
        return list(self.parse_text_to_nodes(text))

    def parts(self, collected: dict[str, Any], rows: list[Any]) -> Iterator[str]:
        for browser in BROWSERS:
            title, found = browser.capitalize(), messages_of(collected, rows, browser)
            version, date = (collected["browsers"][browser][key] for key in ("version", "date"))
            seen = f"Seen in {version} on {date}."
            if browser == "chromium":
                seen += " Chrome, Edge, Opera and Brave are built on Chromium."
            if found:
                yield f"{title}:[^{browser}]"
                yield fenced(found)
            elif any(row.get(browser, {}).get("console") for row in rows):
                yield (
                    f"{title} writes only `CORS request did not succeed`, as for "
                    f"[a server that is down](no-response.md).[^{browser}]"
                )
            elif any(browser in row for row in rows):
                yield f"{title} writes no message.[^{browser}]"
            else:
                yield f"What {title} writes was not observed."
                continue
            yield from self.footnote(browser, seen)
        if self.content:
            yield "Safari:[^safari]"
            yield fenced(self.content)
            yield from self.footnote("safari", "From the source code of WebKit; not observed.")

    def footnote(self, label: str, text: str) -> Iterator[str]:
        """Yield the text of a footnote, once in a page."""
        key = f"errors_footnote_{label}"
        if key not in self.env.temp_data:  # Sphinx clears it for each page
            self.env.temp_data[key] = True
            yield f"[^{label}]: {text}"


def fenced(lines: Iterable[str]) -> str:
    return "```text\n" + "\n\n".join(lines) + "\n```"


# ---- explain -----------------------------------------------------------------------------------


def explain(code: str, arguments: str) -> str:
    """Return what ``flask cors explain`` prints for an app, the text of ``app.py``."""
    with tempfile.TemporaryDirectory() as folder, working_in(folder), silenced_log():
        file = Path(folder).resolve() / "app.py"
        file.write_text(code, encoding="utf-8")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", CORSWarning)
            runner = runpy.run_path(str(file), run_name="app")["app"].test_cli_runner()
            command = ["explain", *shlex.split(arguments)]
            result = runner.invoke(cors, command, env={"COLUMNS": "80"})
    if result.exit_code not in (0, 1) or not isinstance(result.exception, (SystemExit, type(None))):
        raise ErrorsError(f"flask cors explain {arguments}: {result.output or result.exception}")
    return str(result.stdout)


@contextmanager
def working_in(folder: str) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


@contextmanager
def silenced_log() -> Iterator[None]:
    """Switch the log off: a page shows only what the command prints."""
    logger = logging.getLogger("flask_cors")
    logger.disabled = True
    try:
        yield
    finally:
        logger.disabled = False


class Explain(SphinxDirective):
    """``{explain}``: the command and its output."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        examples = [
            block
            for block in self.state.document.findall(nodes.literal_block)
            if block.get("language") == "python"
        ]
        if not examples:
            raise ErrorsError(f"{self.env.docname}: no Python example above {{explain}}")
        (arguments,) = self.arguments
        arguments = " ".join(arguments.split())
        output = explain(examples[-1].astext(), arguments)
        text = f"$ flask --app app cors explain {arguments}\n{output}"
        shown = nodes.literal_block(text, text, language="console")
        self.set_source_info(shown)
        return [shown, *link_to(self)]


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("messages", Messages)
    app.add_directive("explain", Explain)
    return {"parallel_read_safe": sys.platform != "win32"}
