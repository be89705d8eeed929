"""Every rule of ``flask cors check``, and the run that looks for them."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from types import ModuleType

from flask import Flask

from ...diagnostics import rules as configuration
from ...diagnostics.finding import Finding, Severity
from ...errors import CORSWarning
from ...policy.layers import SUPPRESSIONS_KEY
from ..shared.app_errors import first_error, is_app_error
from ..shared.functions import location_of
from ..shared.text import escape_first_line, format_list
from . import suppressions
from .calls import REQUEST_SECONDS, Calls, OutOfTimeError
from .context import CheckContext, CheckRule
from .rules import (
    bindings,
    caching,
    config,
    conflicts,
    credentials,
    exposure,
    methods,
    origins,
    overlaps,
    preflights,
    resources,
    spellings,
)

MAX_CODES_SHOWN = 3

# The rules of a configuration for which the app is searched further than the configuration was.
_FINDERS: dict[type[Finding], Callable[[CheckContext], Iterator[Finding]]] = {
    configuration.HiddenDecorator: bindings.find_hidden_decorators,
    configuration.InvalidViewOptions: bindings.find_invalid_options,
    configuration.LookalikeOrigin: origins.find_lookalikes,
    **{rule: partial(config.find_unknown_names, rule=rule) for rule in config.NAME_RULES},
}
_MODULES = (
    *(configuration, origins, credentials, methods, exposure, caching, resources, overlaps),
    *(spellings, bindings, conflicts, preflights, config),
)


def _rules_in(module: ModuleType) -> Iterator[type[Finding]]:
    for each in vars(module).values():
        is_rule = isinstance(each, type) and issubclass(each, Finding)
        if is_rule and each.__module__.startswith(module.__name__):
            yield each


RULES: tuple[type[Finding], ...] = tuple(
    sorted(chain.from_iterable(map(_rules_in, _MODULES)), key=lambda rule: rule.code)
)


class CrashedRule(Finding):
    """The code of a rule raised an exception. That is a bug of Flask-CORS: please report it. The
    other rules were looked for, but findings of this one may be missing."""

    code = "CORS901"
    title = "a rule that crashed"
    severity = Severity.ERROR


class UnresponsiveView(Finding):
    """A request of the check got no response within five seconds.

    ## Why it matters

    What the view, or a function around it, sends is not known, so findings may be missing. The
    check calls the views that seem to set headers of their own.

    ## Example

        import time

        CORS(app, origins=["https://app.example", "https://admin.example"])

        @app.get("/updates")
        def next_update():
            time.sleep(10)
            return "", {"Cache-Control": "public"}

    ## Use instead

        import time

        app.config["CORS_CHECK_IGNORE"] = {"CORS904 next_update": "it waits for the next update"}
        CORS(app, origins=["https://app.example", "https://admin.example"])

        @app.get("/updates")
        def next_update():
            time.sleep(10)
            return "", {"Cache-Control": "public"}

    Or run the check with `--no-calls`, which calls no views. If the view waits for a database, run
    the check where there is one.

    ## When to ignore

    Where the view waits on purpose, as above.
    """

    code = "CORS904"
    title = "a view that did not respond in time"
    severity = Severity.NOTE


class IncompleteCheck(Finding):
    """The time limit was reached before all rules were looked for. Usually the app waits for
    something that is not there, such as a database. Raise `--timeout`, choose rules with
    `--select`, or call no views with `--no-calls`."""

    code = "CORS905"
    title = "a check that ran out of time"


# The rules, and those about the check itself.
CATALOGUE: tuple[type[Finding], ...] = (
    *(*RULES, CrashedRule, UnresponsiveView, IncompleteCheck),
    *(suppressions.InvalidSuppression, suppressions.UnusedSuppression),
)

# A check replaces the views of an app for a while; a second one would restore those of the first.
_alone = threading.RLock()


def run(
    app: Flask, rules: Iterable[type[Finding]] = RULES, calls: Calls | None = None
) -> suppressions.Report:
    """Look for ``rules`` in ``app``, one after the other."""
    found: list[Finding] = []
    left_out: list[str] = []
    looked_for: set[str] = set()
    with _alone, warnings.catch_warnings():
        warnings.simplefilter("ignore", CORSWarning)  # an app that meets its views: it is found
        context = CheckContext(app, calls)
        for rule in rules:
            try:
                context.calls.check_time()
                found.extend(_find(rule, context))
                looked_for.add(rule.code)
            except OutOfTimeError:
                left_out.append(rule.code)
    found += _find_unresponsive(context)
    if left_out:
        message = (
            f"the check took more than {context.calls.seconds:g} s, and ended before "
            f"{format_list(left_out, MAX_CODES_SHOWN)}"
        )
        hint = "raise --timeout, choose rules with --select, or call no views with --no-calls"
        found.append(IncompleteCheck(message, hint, subject="flask cors check"))
    raw, codes = app.config.get(SUPPRESSIONS_KEY), {rule.code for rule in CATALOGUE}
    return suppressions.apply_suppressions(raw, found, codes, looked_for)


def _find_unresponsive(context: CheckContext) -> Iterator[Finding]:
    """Yield the views, and the requests, that got no response in time."""
    hint = "suppress it if it waits on purpose, or call no views with --no-calls"
    for name in context.calls.unresponsive:
        view = context.app.view_functions.get(name)
        what = name if view is None else f"the view {name!r}"
        message = f"{what} did not respond within {REQUEST_SECONDS:g} s: what it sends is not known"
        location = None if view is None else location_of(view)
        yield UnresponsiveView(message, hint).at(location, what)


def _find(rule: type[Finding], context: CheckContext) -> Iterator[Finding]:
    """Yield the findings of a rule; one that crashes is a finding too, and the others go on."""
    try:
        if issubclass(rule, CheckRule):
            yield from rule.find(context)
        else:  # what was warned of when the app was configured; some rules find more
            yield from _FINDERS.get(rule, partial(CheckContext.iter_warnings, rule=rule))(context)
    except BaseException as error:
        if isinstance(error, OutOfTimeError) or not is_app_error(error):
            raise
        error = first_error(error)
        raised = escape_first_line(f"{type(error).__name__}: {error}")
        yield CrashedRule(
            f"the rule {rule.code} raised {raised}",
            f"report it to Flask-CORS; until then, --ignore {rule.code}",
            subject="flask cors check",
        )
