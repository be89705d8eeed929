"""The commands ``flask cors …``. Flask imports this module with every ``flask`` command, so it
imports only click, and each command imports the rest when it is called."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import click

_Command = Callable[..., Any]
_FORMATS = {
    "text": "Text for people",
    "json": "JSON for programs",
    "github": "annotations for GitHub Actions",
    "sarif": "SARIF for code scanning",
}


def _format_option(*forms: str) -> Callable[[_Command], _Command]:
    """Return the option ``--format`` with these choices."""
    *first, last = (_FORMATS[form] for form in forms)
    return click.option(
        "--format",
        "form",
        type=click.Choice(forms),
        default="text",
        show_default=True,
        help=f"{', '.join(first)} or {last}.",
    )


_PAGE_REQUEST = (
    click.option(
        "--credentials",
        type=click.Choice(["omit", "same-origin", "include"]),
        default="same-origin",
        show_default=True,
        help="The credentials mode of fetch().",
    ),
    click.option(
        "--header",
        "headers",
        multiple=True,
        metavar="'NAME: VALUE'",
        help="A header that the frontend sets. Can be repeated.",
    ),
    click.option("--method", default="GET", show_default=True, help="The method of the request."),
    click.option("--origin", required=True, help="The origin of the frontend, or null."),
    click.argument("url"),
)
_SELECTION = (
    click.option(
        "--ignore",
        multiple=True,
        metavar="CODES",
        help="Skip these rules.",
    ),
    click.option(
        "--select",
        multiple=True,
        metavar="CODES",
        help="Report only these rules: codes or their beginnings, separated by commas.",
    ),
)


def _add(*options: Callable[[_Command], _Command]) -> Callable[[_Command], _Command]:
    """Return a decorator that adds options to a command. The last one is shown first."""

    def add(command: _Command) -> _Command:
        for option in options:
            command = option(command)
        return command

    return add


class _InvalidArguments(click.ClickException):
    exit_code = 2


class _Group(click.Group):
    def invoke(self, ctx: click.Context) -> Any:
        """Call a command. Ctrl-C ends it with one line and status 130, as in a shell, and invalid
        arguments with one line instead of click's four."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            is_echoed = sys.stderr.isatty()  # a terminal shows ^C
            click.echo("\nInterrupted." if is_echoed else "Interrupted.", err=True)
            ctx.exit(130)
        except click.UsageError as error:
            message = " ".join(error.format_message().split()).rstrip(".")
            path = (error.ctx or ctx).command_path
            raise _InvalidArguments(f"{message}; see `{path} --help`") from error


@click.group(cls=_Group)
def cors() -> None:
    """Inspect, explain and check the CORS configuration of an app.

    \b
    Examples:
        flask --app hello cors routes
        flask --app hello cors check
        flask --app hello cors explain /api/books --origin https://app.example
    """


@cors.command()
@_format_option("text", "json")
@click.pass_context
def routes(context: click.Context, form: str) -> None:
    """Show the CORS policy of every route.

    Lists each URL rule of the app with its methods, their policy, where that policy was configured,
    and what it allows. If several resources match paths of one URL rule, a "?" marks a policy that
    applies to some of the paths only. The first one that matches decides.

    The exit status is 0, 1 if the CORS options of a decorated view are invalid, and 2 if the app
    cannot be loaded.

    \b
    Examples:
        flask --app hello cors routes
        flask --app hello cors routes --format json
        flask --app hello cors routes | grep /api/
    """
    from .routes import command
    from .shared.loading import load_app

    context.exit(command.run(load_app(context), form))


@cors.command()
@_add(_format_option("text", "json"), *_PAGE_REQUEST)
@click.pass_context
def explain(context: click.Context, /, form: str, **page_request: Any) -> None:
    """Explain whether a browser would allow a cross-origin request.

    URL is a path of the app, or an absolute URL that it serves. The request is sent through the app
    in this process, without cookies, and has its usual effects: a DELETE deletes. If the browser
    would block it, the command tries changes of the configuration and suggests the smallest one
    that allows it.

    The exit status is 0 if the request is allowed, 1 if it is blocked, and 2 if there is no
    verdict.

    \b
    Examples:
        flask --app hello cors explain /api/books --origin https://app.example
        flask --app hello cors explain /api/books/1 --origin http://localhost:5173 \\
            --method PUT --header "Content-Type: application/json" --credentials include
    """
    from .check.changed_policy import find_new_findings
    from .explain import command
    from .shared.loading import load_app

    app = load_app(context)
    context.exit(command.run(app, form, find_new_findings=find_new_findings, **page_request))


@cors.command()
@_add(_format_option("text", "json", "github", "sarif"), *_SELECTION, *_PAGE_REQUEST)
@click.pass_context
def probe(
    context: click.Context,
    /,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    form: str,
    **page_request: Any,
) -> None:
    """Test a live server with the requests of a browser.

    Sends the requests that a browser would send over HTTP, and reports whether it allows the
    frontend to read the response. The responses also show what is in front of the app: proxies that
    repeat headers or respond to preflights, redirects, caches. GET, HEAD and preflights are sent a
    second time, from another origin, for comparison. Other requests are sent once and have their
    usual effects: a DELETE deletes. No app is loaded.

    The exit status is 0 if the frontend can read the response, 1 if browsers block it, and 2 if the
    server does not respond.

    \b
    Examples:
        flask cors probe https://api.example/books --origin https://app.example
        flask cors probe https://api.example/books/1 --origin https://app.example \\
            --method PUT --header 'Content-Type: application/json' --credentials include
        flask cors probe http://localhost:5000/ --origin http://localhost:3000 --format json
    """
    from .probe import command
    from .shared.page_request import parse_page_request

    context.exit(command.run(parse_page_request(**page_request), select, ignore, form))


@cors.command()
@click.option("--explain", "code", metavar="CODE", help="Explain a rule, and load no app.")
@click.option("--no-calls", is_flag=True, help="Call no views.")
@click.option(
    "--timeout",
    type=click.IntRange(1),
    default=120,
    show_default=True,
    metavar="SECONDS",
    help="End the check after this time.",
)
@_add(_format_option("text", "json", "github", "sarif"), *_SELECTION)
@click.pass_context
def check(
    context: click.Context,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    form: str,
    timeout: int,
    no_calls: bool,
    code: str | None,
) -> None:
    """Check the CORS configuration of the app.

    Each finding has a code, a severity, a location and a hint: what to write instead. The rules
    test origins against the policies, and requests against the app. Views are not called, except
    for GET requests to those that seem to set headers that matter; with --no-calls not even these.
    Suppress a finding that is intended in app.config["CORS_CHECK_IGNORE"], with a reason.

    The exit status is 0 if there are no errors and no warnings, 1 if there are, and 2 if the app
    cannot be loaded.

    \b
    Examples:
        flask --app hello cors check
        flask --app hello cors check --ignore CORS113 --format github
        flask cors check --explain CORS203
    """
    from .check import command
    from .check.calls import Calls
    from .shared.loading import load_app
    from .shared.silence import ignore_cors_warnings

    if code is not None:
        command.explain(code)
        return
    with ignore_cors_warnings():  # the findings contain them
        app = load_app(context)
        calls = Calls(are_allowed=not no_calls, seconds=timeout)
        context.exit(command.command(app, select, ignore, form, calls))


@cors.command()
@_format_option("text", "json", "github", "sarif")
@click.pass_context
def migrate(context: click.Context, form: str) -> None:
    """Show what changes for the app after an upgrade from flask-cors 6.

    Each finding says what flask-cors 6.0.5 did and what happens now, where it is configured, and
    what to write. It has the code of its row in "Differences from flask-cors 6".

    The exit status is 0 if nothing changes that a browser or an operator notices, 1 if something
    does, which includes an app that no longer loads, and 2 if that is not known, because the app
    fails for a reason of its own.

    \b
    Examples:
        flask --app hello cors migrate
        flask --app hello cors migrate --format json
    """
    from .migrate import command
    from .shared.loading import load_app
    from .shared.silence import ignore_cors_warnings

    with ignore_cors_warnings():  # the report contains them
        context.exit(command.command(lambda: load_app(context), form))


@cors.command()
@click.argument(
    "proxy",
    type=click.Choice(["apache", "caddy", "envoy", "gateway-api", "haproxy", "istio", "nginx"]),
)
@click.option("--listen", metavar="ADDR", help="The proxy's own address: 127.0.0.1:8080.")
@click.option("--upstream", metavar="URL", help="The app's address: http://127.0.0.1:5000.")
@click.option("--service", metavar="NAME:PORT", help="The app's service in Kubernetes: shop:80.")
@click.option("--gateway", metavar="NAME", help="The gateway in front of it: edge/public.")
@click.option("--hostname", "hostnames", metavar="HOST", multiple=True, help="The app's hostname.")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, writable=True, allow_dash=True),
    help="Write to this file instead of to standard output.",
)
@click.option(
    "--check",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True),
    help="Check whether this file still matches the app, and write nothing.",
)
@click.pass_context
def export(
    context: click.Context,
    proxy: str,
    listen: str | None,
    upstream: str | None,
    service: str | None,
    gateway: str | None,
    hostnames: tuple[str, ...],
    output: str | None,
    check: str | None,
) -> None:
    """Write the CORS policy of the app as the configuration of a proxy.

    With it, the proxy responds to all preflights and sets the CORS headers of all other responses,
    including its own errors. CORS headers of the app are removed. The output is a part to include
    in an existing configuration; with --listen and --upstream, it is a complete configuration.

    For Kubernetes, gateway-api writes HTTPRoutes and istio a VirtualService, which route all
    requests for --hostname (all that the gateway takes, without it) from --gateway to --service.

    The exit status is 0, 1 if the file of --check no longer matches the app, and 2 if the app
    cannot be loaded, has no policy, or has one that the proxy cannot express. Nothing is written
    then.

    \b
    Examples:
        flask --app hello cors export nginx > cors.conf
        flask --app hello cors export nginx --listen 127.0.0.1:8080 \\
            --upstream http://127.0.0.1:5000 --output nginx.conf
        flask --app hello cors export nginx --check cors.conf
        flask --app hello cors export gateway-api --service hello:80 \\
            --gateway edge/public --hostname api.example.com > cors.yaml
    """
    from .export import command
    from .shared.loading import load_app

    if output is not None and check is not None:
        raise click.UsageError("--check writes nothing: remove --output")
    options = command.Options(listen, upstream, service, gateway, hostnames)
    context.exit(command.command(load_app(context), proxy, options, output, check))
