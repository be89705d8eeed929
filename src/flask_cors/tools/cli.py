"""``flask cors …``. Flask imports this module at every ``flask`` call, whatever the command: it
imports click alone, and each command what it needs when it is called."""

from __future__ import annotations

import click


@click.group()
def cors() -> None:
    """Cross-Origin Resource Sharing: see what the app tells browsers.

    \b
    Example:
        flask --app hello cors routes
    """


@cors.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="A table to read, or JSON for programs.",
)
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
