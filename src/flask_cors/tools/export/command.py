"""``flask cors export``, as a command."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple, Protocol, TypeVar

import click
from flask import Flask

from ...diagnostics.format import format_value
from ..shared.progress import show_progress
from ..shared.text import escape_first_line
from . import apache, caddy, envoy, gateway_api, haproxy, istio, nginx
from .addresses import (
    Target,
    parse_gateway,
    parse_hostnames,
    parse_listen,
    parse_service,
    parse_upstream,
)
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


class Routes(Protocol):
    """What the module of a resource of Kubernetes has."""

    @property
    def REGEX_DIALECT(self) -> RegexDialect: ...  # noqa: N802  # a constant of it

    def render(self, plan: EdgePlan, target: Target) -> str:
        """Return the resources as YAML.

        :raises ExportError: for what they cannot state.
        """
        ...


KUBERNETES: dict[str, Routes] = {"gateway-api": gateway_api, "istio": istio}

_NO_POLICY = (
    "the app has no CORS policy, so there is nothing to export: give it CORS(app), or load it with "
    "the configuration that has one"
)

_MAX_LINES_SHOWN = 40


class NotWritten(click.ClickException):
    """Nothing was written; the message says why."""

    exit_code = 2


class Options(NamedTuple):
    """Where the configuration belongs, as it is written on the command line.

    :ivar listen: the address of a whole configuration; None for the part to include.
    :ivar upstream: the URL of the app, where there is one.
    :ivar service: the name of the app's service in Kubernetes, and its port.
    :ivar gateway: the gateway in front of it.
    :ivar hostnames: those of the requests.
    """

    listen: str | None
    upstream: str | None
    service: str | None
    gateway: str | None
    hostnames: tuple[str, ...]


def command(app: Flask, name: str, options: Options, output: str | None, check: str | None) -> int:
    """Write the configuration of a proxy, or compare it, and return the exit status.

    :param name: the proxy, of :data:`PROXIES`, or the resource, of :data:`KUBERNETES`.
    :param output: the file to write; None or ``"-"`` for standard output.
    :param check: the file to compare with, instead of writing one; ``"-"`` for standard input.
    :raises NotWritten: naming each part of the policy that cannot be exported; for an app without a
        policy, and a file that cannot be written.
    :raises click.UsageError: for options that belong to other proxies, and malformed ones.
    """
    render = _kubernetes(name, options) if name in KUBERNETES else _proxy(name, options)
    with show_progress("Translating the policy"):
        text = _text(app, name, render)
    if check is not None:
        return _compare(check, text)
    try:
        with click.open_file(output or "-", "w", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        raise NotWritten(f"--output: {format_value(output or '-')}: {error.strerror}") from error
    return 0


Render = Callable[[EdgePlan], str]


def _proxy(name: str, options: Options) -> Render:
    if options.service is not None or options.gateway is not None or options.hostnames:
        raise click.UsageError(
            f"--service, --gateway and --hostname belong to Kubernetes: {name} takes "
            "--listen and --upstream"
        )
    if (options.listen is None) != (options.upstream is None):
        raise click.UsageError("--listen and --upstream belong together: use both or neither")
    proxy = PROXIES[name]
    if options.listen is None or options.upstream is None:
        return proxy.render
    listen = _parse(parse_listen, options.listen, "--listen")
    upstream = _parse(parse_upstream, options.upstream, "--upstream")
    return partial(proxy.render_whole, listen=listen, upstream=upstream)


def _kubernetes(name: str, options: Options) -> Render:
    if options.listen is not None or options.upstream is not None:
        raise click.UsageError(
            f"--listen and --upstream belong to proxies: {name} takes --service and --gateway"
        )
    if options.service is None or options.gateway is None:
        raise click.UsageError(f"{name} needs --service NAME:PORT and --gateway NAME")
    service, port = _parse(parse_service, options.service, "--service")
    namespace, gateway = _parse(parse_gateway, options.gateway, "--gateway")
    hostnames = _parse(parse_hostnames, options.hostnames, "--hostname")
    target = Target(service, port, gateway, namespace, hostnames)
    return partial(KUBERNETES[name].render, target=target)


_Raw = TypeVar("_Raw")
_Parsed = TypeVar("_Parsed")


def _parse(parse: Callable[[_Raw], _Parsed], raw: _Raw, option: str) -> _Parsed:
    try:
        return parse(raw)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint=option) from None


def _text(app: Flask, name: str, render: Render) -> str:
    """Return the configuration.

    :raises NotWritten: naming each part of the policy that cannot be exported; for an app without a
        policy.
    """
    module = KUBERNETES.get(name) or PROXIES[name]
    try:
        plan = build_plan(app, module.REGEX_DIALECT)
        if not plan.rules:
            raise NotWritten(_NO_POLICY)
        return render(plan)
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
