"""``flask cors migrate``: what changes for an app that comes from flask-cors 6."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import product
from typing import NamedTuple, TypeVar

from flask import Flask

from ...diagnostics.finding import Severity
from ..shared.app_transport import push_context
from ..shared.silence import silence_reports
from ..shared.text import escape_first_line
from .change import Change, findings_of
from .comparison import AppComparison, PolicyComparison
from .differences import options, policies, preflights, refusals, resources, views
from .rules import Difference

T = TypeVar("T")

# What looks at one policy after the other, and what looks at the app.
_FIND_IN_POLICY: tuple[Callable[[PolicyComparison], Iterator[Change]], ...] = (
    policies.find_policy_differences,
    options.find_readings,
    options.find_intercepted_exceptions,
)
_FIND_IN_APP: tuple[Callable[[AppComparison], Iterator[Change]], ...] = (
    refusals.find_invalid_views,
    resources.find_other_resources,
    resources.find_several_extensions,
    resources.find_refusals_of_blueprints,
    resources.find_errors_of_blueprints,
    preflights.find_unreached,
    preflights.find_other_statuses,
    views.find_errors,
    views.find_async_views,
    views.find_preflights,
)


class Migration(NamedTuple):
    """What changes for an app.

    :ivar findings: one per cause, sorted by the location of the cause.
    :ivar problems: why something could not be tried.
    """

    findings: list[Difference]
    problems: list[str]


def migrate(app: Flask) -> Migration:
    """Return what changes for ``app``.

    No view of the app is called. The functions that come before are, for some preflights.
    """
    with push_context(app), silence_reports(app):  # a URL converter may require the app
        compared = AppComparison(app)
        changes = [
            *_find_all(_FIND_IN_POLICY, compared.policies, compared.problems),
            *_find_all(_FIND_IN_APP, [compared], compared.problems),
        ]
    return Migration(sorted(findings_of(changes), key=_by_cause), compared.problems)


def _find_all(
    finders: Iterable[Callable[[T], Iterator[Change]]], compared: Iterable[T], problems: list[str]
) -> Iterator[Change]:
    """Yield all changes; what a finder raises is a problem, and the others go on."""
    for find, each in product(finders, compared):
        try:
            yield from find(each)
        except Exception as error:
            said = escape_first_line(f"{type(error).__name__}: {error}")
            problems.append(f"{find.__name__} raised {said}; report it to Flask-CORS")


def _by_cause(finding: Difference) -> tuple[str, int, str, int, str]:
    location = finding.location
    file, line = ("", 0) if location is None else (location.file, location.line)
    severity = list(Severity).index(finding.severity)
    return file, line, finding.subject or "", severity, finding.code
