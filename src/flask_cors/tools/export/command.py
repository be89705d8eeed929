"""``flask cors export``, as a command."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import click
from flask import Flask

from ...errors import shown
from ...origin import parse
from ..text import one_line
from . import apache, caddy, envoy, haproxy, nginx
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
    """The policy of the app cannot be stated at the edge: nothing was written."""

    exit_code = 2


def command(
    app: Flask,
    name: str,
    listen: str | None,
    upstream: str | None,
    output: Path | None,
    check: Path | None,
) -> int:
    """Write the configuration of a proxy, or compare it, and return the exit status.

    :param name: the proxy, of :data:`PROXIES`.
    :param listen: the address of a whole configuration; None for the part to include.
    :param upstream: the URL of the app, where there is one.
    :param output: the file to write; None for standard output.
    :param check: the file to compare with, instead of writing one.
    :raises Refused: naming each rule that cannot be exported, and why.
    :raises click.BadParameter: for an address that is none.
    """
    _check_addresses(listen, upstream)
    text = rendered(app, name, listen, upstream)
    if check is not None:
        return _compare(check, text)
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")
    return 0


_is_address = re.compile(r"(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}").fullmatch


def _check_addresses(listen: str | None, upstream: str | None) -> None:
    if listen is not None and not _is_address(listen):
        said = f"{shown(listen)} is no host and port, such as 127.0.0.1:8080"
        raise click.BadParameter(said, param_hint="--listen")
    parsed = parse(upstream or "http://localhost")
    if parsed is None or parsed.scheme not in ("http", "https"):
        said = f"{shown(upstream)} is no URL of a server, such as http://127.0.0.1:5000"
        raise click.BadParameter(said, param_hint="--upstream")


def rendered(app: Flask, name: str, listen: str | None, upstream: str | None) -> str:
    """The configuration.

    :raises Refused: naming each rule that cannot be exported, and why.
    """
    proxy = PROXIES[name]
    try:
        planned = plan(app, proxy.ENGINE)
        if listen is None or upstream is None:
            return proxy.render(planned)
        return proxy.render_whole(planned, listen, upstream)
    except CannotExport as error:
        lines = "".join(f"\n  {obstacle}" for obstacle in error.obstacles)
        raise Refused(f"{name} cannot state the policy of this app:{lines}") from error


def _compare(file: Path, text: str) -> int:
    """Say what no longer matches, and return the exit status."""
    written = file.read_text(encoding="utf-8", errors="surrogateescape")
    if written == text:
        click.echo(f"{file} matches the app.")
        return 0
    click.echo(f"{file} no longer matches the app:")
    for line in _differences(written, text):
        click.echo(f"  {line}")
    return 1


def _differences(written: str, text: str) -> Iterator[str]:
    """The lines that a file has too much, and those that it lacks."""
    lines = difflib.unified_diff(written.splitlines(), text.splitlines(), lineterm="", n=0)
    for number, line in enumerate(lines):
        if number > 1 and not line.startswith("@@"):  # the first two name the files
            yield line[0] + " " + one_line(line[1:])
