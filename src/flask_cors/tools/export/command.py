"""``flask cors export``, as a command."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from typing import Protocol

import click
from flask import Flask

from ...diagnostics.format import format_value
from ..shared.progress import show_progress
from ..shared.text import escape_first_line
from . import apache, caddy, envoy, haproxy, nginx
from .addresses import parse_listen, parse_upstream
from .obstacles import ExportError
from .plan import EdgePlan, RegexDialect, build_plan


class Proxy(Protocol):
    """What the module of a proxy has."""

    @property
    def REGEX_DIALECT(self) -> RegexDialect: ...  # noqa: N802  # a constant of it

    def render(self, plan: EdgePlan) -> str:
        """Return the part to include in a configuration.

        :raises ExportError: for what is too long for the proxy.
        """
        ...

    def render_whole(self, plan: EdgePlan, listen: str, upstream: str) -> str:
        """Return a configuration that runs in the foreground.

        :param listen: the address and port, such as ``"127.0.0.1:8080"``.
        :param upstream: the URL of the app, without a path.
        :raises ExportError: for what is too long for the proxy.
        """
        ...


PROXIES: dict[str, Proxy] = {
    "apache": apache,
    "caddy": caddy,
    "envoy": envoy,
    "haproxy": haproxy,
    "nginx": nginx,
}

_NO_POLICY = (
    "the app has no CORS policy, so there is nothing to export: give it CORS(app), or load it with "
    "the configuration that has one"
)

_MAX_LINES_SHOWN = 40


class NotWritten(click.ClickException):
    """Nothing was written; the message says why."""

    exit_code = 2


def command(
    app: Flask,
    name: str,
    listen: str | None,
    upstream: str | None,
    output: str | None,
    check: str | None,
) -> int:
    """Write the configuration of a proxy, or compare it, and return the exit status.

    :param name: the proxy, of :data:`PROXIES`.
    :param listen: the address of a whole configuration; None for the part to include.
    :param upstream: the URL of the app, where there is one.
    :param output: the file to write; None or ``"-"`` for standard output.
    :param check: the file to compare with, instead of writing one; ``"-"`` for standard input.
    :raises NotWritten: naming each part of the policy that cannot be exported; for an app without a
        policy, and a file that cannot be written.
    :raises click.BadParameter: for a malformed address.
    """
    listen = _parse(parse_listen, listen, "--listen")
    upstream = _parse(parse_upstream, upstream, "--upstream")
    with show_progress("Translating the policy"):
        text = render(app, name, listen, upstream)
    if check is not None:
        return _compare(check, text)
    try:
        with click.open_file(output or "-", "w", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        raise NotWritten(f"--output: {format_value(output or '-')}: {error.strerror}") from error
    return 0


def _parse(parse: Callable[[str], str], raw: str | None, option: str) -> str | None:
    try:
        return None if raw is None else parse(raw)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint=option) from None


def render(app: Flask, name: str, listen: str | None, upstream: str | None) -> str:
    """Return the configuration.

    :raises NotWritten: naming each part of the policy that cannot be exported; for an app without a
        policy.
    """
    proxy = PROXIES[name]
    try:
        plan = build_plan(app, proxy.REGEX_DIALECT)
        if not plan.rules:
            raise NotWritten(_NO_POLICY)
        if listen is None or upstream is None:
            return proxy.render(plan)
        return proxy.render_whole(plan, listen, upstream)
    except ExportError as error:
        lines = "".join(f"\n  {obstacle}" for obstacle in error.obstacles)
        raise NotWritten(f"{name} cannot state the policy of this app:{lines}") from error


def _compare(file: str, text: str) -> int:
    """Print what no longer matches, and return the exit status."""
    with click.open_file(file, encoding="utf-8", errors="surrogateescape") as stream:
        written = stream.read()
    differences = list(_differences(written.splitlines(), text.splitlines()))
    if not differences:
        click.echo(f"{file} matches the app.")
        return 0
    click.echo(f"{file} no longer matches the app:")
    for line in differences[:_MAX_LINES_SHOWN]:
        click.echo(f"  {line}")
    if len(differences) > _MAX_LINES_SHOWN:
        click.echo(f"  ... and {len(differences) - _MAX_LINES_SHOWN:,} lines more")
    return 1


def _differences(written: list[str], text: list[str]) -> Iterator[str]:
    """Yield the lines that a file should not have, and those that it lacks."""
    lines = difflib.unified_diff(written, text, lineterm="", n=0)
    for number, line in enumerate(lines):
        if number > 1 and not line.startswith("@@"):  # the first two name the files
            yield f"{line[0]} {escape_first_line(line[1:])}"
