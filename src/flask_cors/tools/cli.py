"""``flask cors …``. Flask imports this module at every ``flask`` call, whatever the command: it
imports click alone, and each command what it needs when it is called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

_Command = Callable[..., Any]

_format = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="To be read by people, or JSON for programs.",
)


def _asks(command: _Command) -> _Command:
    """The arguments of a command that is asked about a request of a page."""
    for part in (
        _format,
        click.option(
            "--credentials",
            type=click.Choice(["omit", "same-origin", "include"]),
            default="same-origin",
            show_default=True,
            help="The credentials mode of the page's fetch().",
        ),
        click.option(
            "--header",
            "headers",
            multiple=True,
            metavar="'NAME: VALUE'",
            help="A header that the page sets; may be given again.",
        ),
        click.option("--method", default="GET", show_default=True, help="The page's method."),
        click.option("--origin", required=True, help="The origin of the page, or null."),
        click.argument("url"),
    ):
        command = part(command)
    return command


@click.group()
def cors() -> None:
    """Cross-Origin Resource Sharing: see what the app tells browsers.

    \b
    Example:
        flask --app hello cors routes
    """


@cors.command()
@_format
@click.pass_context
def routes(context: click.Context, form: str) -> None:
    """Show the CORS policy of every route.

    Each rule of the app with its methods, the policy that they get, where that was configured, and
    what it allows. Where the paths of one rule fall under several resources, a policy that holds
    for some of them is marked "?", and the first that matches decides.

    The exit status is 0, 1 when the options of a decorated view make no policy, and 2 when the
    app cannot be loaded.

    \b
    Examples:
        flask --app hello cors routes
        flask --app hello cors routes --format json
        flask --app hello cors routes | grep /api/
    """
    from . import routes
    from .loading import load_app

    app = load_app(context)
    context.exit(routes.run(app, form))


@cors.command()
@_asks
@click.pass_context
def explain(
    context: click.Context,
    url: str,
    origin: str,
    method: str,
    headers: tuple[str, ...],
    credentials: str,
    form: str,
) -> None:
    """Explain what comes of a request that a page makes to the app.

    URL is a path of the app, or an absolute URL that it serves. The request goes through the app
    as it is configured, in this process and without cookies; it is really made: a DELETE deletes.
    Where the browser blocks it, a change of the configuration is looked for that would allow it.

    The exit status is 0 when the request is allowed, 1 when it is blocked, and 2 when that cannot
    be told.

    \b
    Examples:
        flask --app hello cors explain /api/books --origin https://app.example
        flask --app hello cors explain /api/books/1 --origin http://localhost:5173 \\
            --method PUT --header "Content-Type: application/json" --credentials include
    """
    from . import explain
    from .loading import load_app

    app = load_app(context)
    context.exit(explain.run(app, url, origin, method, headers, credentials, form))


@cors.command()
@_asks
@click.pass_context
def probe(
    context: click.Context,
    url: str,
    origin: str,
    method: str,
    headers: tuple[str, ...],
    credentials: str,
    form: str,
) -> None:
    """Ask a live server at URL, and say what browsers conclude.

    The server is asked over HTTP, as a browser asks it for a page of the origin. What its answers
    show besides is told too: headers that a proxy doubles, a preflight that something else
    answers, redirects, caches. GET, HEAD and preflights are sent again with another origin, and
    the answers compared. The request is really made: a DELETE deletes. It is made once, and not
    again for the comparison. No app is needed.

    The exit status is 0 when the page can read the answer, 1 when browsers block it, and 2 when
    there was no answer.

    \b
    Examples:
        flask cors probe https://api.example/books --origin https://app.example
        flask cors probe https://api.example/books/1 --origin https://app.example \\
            --method PUT --header 'Content-Type: application/json' --credentials include
        flask cors probe http://localhost:5000/ --origin http://localhost:3000 --format json
    """
    from . import arguments, probe

    asked = arguments.read(url, origin, method, headers, credentials)
    context.exit(probe.run(asked, form))


@cors.command()
@click.option(
    "--select",
    multiple=True,
    metavar="CODES",
    help="Look for these alone: codes or their beginnings, CORS1,CORS203.",
)
@click.option("--ignore", multiple=True, metavar="CODES", help="Do not look for these.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    show_default=True,
    help="To be read by people, JSON for programs, or annotations of GitHub's Actions.",
)
@click.option(
    "--from",
    "version",
    type=click.Choice(["6"]),
    help="Say instead what changes for an app that comes from that version of flask-cors.",
)
@click.pass_context
def check(
    context: click.Context,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    form: str,
    version: str | None,
) -> None:
    """Look for mistakes in the CORS configuration of the app.

    Each has a code, says how bad it is, where it stands and what to write instead. What is
    suspected is tried: origins in the policies, requests in the app, whose views are not
    called, but for GET requests to those that seem to set headers of their own. What is meant as it
    stands is exempted in app.config["CORS_CHECK_IGNORE"], with its reason.

    The exit status is 0 when there is no error and no warning, 1 when there are, and 2 when the app
    cannot be loaded; with --from, 1 when a change asks for something to be done.

    \b
    Examples:
        flask --app hello cors check
        flask --app hello cors check --ignore CORS113 --format github
        flask --app hello cors check --from 6
    """
    import warnings

    from ..errors import CORSWarning
    from .check import command
    from .loading import load_app

    if version is not None and (select or ignore):
        raise click.UsageError("--from goes with neither --select nor --ignore: leave them out")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CORSWarning)  # it is told below
        if version is not None:
            context.exit(command.from_six(lambda: load_app(context), form))
        context.exit(command.command(load_app(context), select, ignore, form))


@cors.command()
@click.argument("proxy", type=click.Choice(["apache", "caddy", "envoy", "haproxy", "nginx"]))
@click.option("--listen", metavar="ADDR", help="Where the proxy listens: 127.0.0.1:8080.")
@click.option("--upstream", metavar="URL", help="Where the app is: http://127.0.0.1:5000.")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, writable=True, allow_dash=True),
    help="Write there instead of to standard output.",
)
@click.option(
    "--check",
    type=click.Path(exists=True, dir_okay=False, allow_dash=True),
    help="Write nothing, and see whether this file still matches the app.",
)
@click.pass_context
def export(
    context: click.Context,
    proxy: str,
    listen: str | None,
    upstream: str | None,
    output: str | None,
    check: str | None,
) -> None:
    """Write the CORS policy of the app as the configuration of a proxy.

    The proxy then answers preflights itself, refused ones too, and sets the headers of all other
    answers, its own errors included; what the app says of CORS is dropped. Without options it is
    the part to include in a configuration that there is. With --listen and --upstream it is a
    whole one, which runs as it is.

    The exit status is 0, 1 when the file of --check no longer matches the app, and 2 when the app
    cannot be loaded, has no policy, or one that the proxy cannot state: nothing is written then.

    \b
    Examples:
        flask --app hello cors export nginx > cors.conf
        flask --app hello cors export nginx --listen 127.0.0.1:8080 \\
            --upstream http://127.0.0.1:5000 --output nginx.conf
        flask --app hello cors export nginx --check cors.conf
    """
    from .export import command
    from .loading import load_app

    if (listen is None) != (upstream is None):
        raise click.UsageError("--listen and --upstream go together: give both, or neither")
    if output is not None and check is not None:
        raise click.UsageError("--check writes nothing: leave --output out")
    app = load_app(context)
    context.exit(command.command(app, proxy, listen, upstream, output, check))
