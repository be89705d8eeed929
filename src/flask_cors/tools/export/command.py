"""``flask cors export``, as a command."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from typing import Protocol

import click
from flask import Flask

from ...errors import shown
from ..text import one_line
from . import apache, caddy, envoy, haproxy, nginx
from .addresses import behind, listening
from .obstacles import CannotExport
from .plan import Engine, Plan, plan


class Proxy(Protocol):
    """What the module of a proxy has."""

    @property
    def ENGINE(self) -> Engine: ...  # noqa: N802  # a constant of it

    def render(self, plan: Plan) -> str: ...

    def render_whole(self, plan: Plan, listen: str, upstream: str) -> str: ...


PROXIES: dict[str, Proxy] = {
    "apache": apache,
    "caddy": caddy,
    "envoy": envoy,
    "haproxy": haproxy,
    "nginx": nginx,
}


class Refused(click.ClickException):
    """Nothing was written."""

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
    :raises Refused: naming each rule that cannot be exported, and why; for an app without a policy,
        and a file that cannot be written.
    :raises click.BadParameter: for an address that is none.
    """
    listen = _read(listening, listen, "--listen")
    upstream = _read(behind, upstream, "--upstream")
    text = rendered(app, name, listen, upstream)
    if check is not None:
        return _compare(check, text)
    try:
        with click.open_file(output or "-", "w", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        raise Refused(f"--output: {shown(output)}: {error.strerror}") from error
    return 0


def _read(how: Callable[[str], str], given: str | None, option: str) -> str | None:
    try:
        return given if given is None else how(given)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint=option) from None


def rendered(app: Flask, name: str, listen: str | None, upstream: str | None) -> str:
    """The configuration.

    :raises Refused: naming each rule that cannot be exported, and why; for an app without a policy.
    """
    proxy = PROXIES[name]
    try:
        planned = plan(app, proxy.ENGINE)
        if not planned.rules:
            raise Refused(_NO_POLICY)
        if listen is None or upstream is None:
            return proxy.render(planned)
        return proxy.render_whole(planned, listen, upstream)
    except CannotExport as error:
        lines = "".join(f"\n  {obstacle}" for obstacle in error.obstacles)
        raise Refused(f"{name} cannot state the policy of this app:{lines}") from error


_NO_POLICY = (
    "the app has no CORS policy, and the proxy would say nothing: give it CORS(app), or load it "
    "with the configuration that has one"
)

_MOST_LINES = 40


def _compare(file: str, text: str) -> int:
    """Say what no longer matches, and return the exit status."""
    with click.open_file(file, encoding="utf-8", errors="surrogateescape") as stream:
        written = stream.read()
    differing = list(_differences(written.splitlines(), text.splitlines()))
    if not differing:
        click.echo(f"{file} matches the app.")
        return 0
    click.echo(f"{file} no longer matches the app:")
    for line in differing[:_MOST_LINES]:
        click.echo(f"  {line}")
    if len(differing) > _MOST_LINES:
        click.echo(f"  ... and {len(differing) - _MOST_LINES:,} lines more")
    return 1


def _differences(written: list[str], text: list[str]) -> Iterator[str]:
    """The lines that a file has too much, and those that it lacks."""
    lines = difflib.unified_diff(written, text, lineterm="", n=0)
    for number, line in enumerate(lines):
        if number > 1 and not line.startswith("@@"):  # the first two name the files
            yield line[0] + " " + one_line(line[1:])
