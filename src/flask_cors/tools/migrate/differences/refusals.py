"""What 6.0.5 loaded, and this version refuses: an app, or the options of a decorated view."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from traceback import walk_tb
from types import TracebackType

from .... import core
from ....diagnostics import rules as configuration
from ....diagnostics.finding import Finding, Severity
from ....diagnostics.format import format_value
from ....diagnostics.source_location import SourceLocation
from ....errors import CORSConfigError
from ....policy.layers import DEFAULTS
from ....protocol import headers as h
from ...shared.example_origins import UNTRUSTED
from .. import rules
from ..change import Cause, Change, describe, findings_of
from ..comparison import AppComparison, cause_of
from ..v6_policy import V6Policy


def _with(**options: object) -> V6Policy:
    return V6Policy({**DEFAULTS.raw, **options})


def _allowed_with_credentials(finding: Finding) -> str:
    origin = getattr(finding, "origin", None) or UNTRUSTED
    headers = _with(origins=finding.value, supports_credentials=True).respond(origin)
    return f"{format_value(origin)} {describe(headers, h.ALLOW_ORIGIN, origin)} with credentials"


def _sent_max_age(finding: Finding) -> str:
    return describe(_with(max_age=finding.value).respond(UNTRUSTED, "GET"), h.MAX_AGE)


def _allowed_by_pattern(finding: Finding) -> str:
    """Return whether 6.0.5 allowed the intended origin, and whether an untrusted one."""
    intended = str(finding.value).replace("\\", "").replace("*", "app")
    return f"{_is_allowed(finding.value, intended)} and {_is_allowed(finding.value, UNTRUSTED)}"


def _matched(finding: Finding) -> str:
    """Return how 6.0.5 read a value that does not contain names."""
    if finding.option != "origins":
        return "not read as intended"
    return _is_allowed(finding.value, UNTRUSTED)


def _is_allowed(origins: object, origin: str) -> str:
    headers = _with(origins=origins).respond(origin)
    return f"{format_value(origin)} {describe(headers, h.ALLOW_ORIGIN, origin)}"


def _read_as_true(finding: Finding) -> str:
    return f"read as {bool(finding.value)}"


_Refusal = tuple[type[rules.Difference], Callable[[Finding], str]]

# The difference of each rule, and what 6.0.5 did. It refused what is not listed here too.
_REFUSALS: dict[type[Finding], _Refusal] = {
    configuration.UntrustedCredentials: (rules.CREDENTIALS, _allowed_with_credentials),
    configuration.InvalidMaxAge: (rules.INVALID_MAX_AGE, _sent_max_age),
    configuration.InvalidBoolean: (rules.BOOLEANS, _read_as_true),
    configuration.InvalidOriginPattern: (rules.OTHER_WILDCARD, _allowed_by_pattern),
    configuration.QuantifiedColon: (rules.QUANTIFIED_COLON, _matched),
    configuration.SerializedValue: (rules.SERIALIZED_LIST, _matched),
    configuration.RegexInCommaList: (rules.COMMAS, _matched),
    configuration.SlowRegex: (rules.SLOW_REGEX, lambda _: "tried at each request"),
    configuration.InvalidOrigin: (rules.NOT_NAMES, _matched),
    configuration.InvalidOriginFunction: (rules.NOT_NAMES, _matched),
    configuration.InvalidMethod: (rules.NOT_NAMES, _matched),
    configuration.InvalidHeaderName: (rules.NOT_NAMES, _matched),
    configuration.InvalidList: (rules.NOT_NAMES, _matched),
    configuration.BareDecorator: (rules.INVALID_VIEW, lambda _: "each request failed"),
}


# In a decorator 6.0.5 checked nothing.
_FAILED: _Refusal = rules.INVALID_VIEW, lambda _: "each request failed"


def findings_of_error(error: BaseException | None) -> list[Finding]:
    """Return why this version does not load an app that 6.0.5 loaded, and unchanged the findings
    that 6.0.5 refused too. The list is empty for an error of the app's own."""
    while error is not None:
        location = _raised_at(error.__traceback__)
        if isinstance(error, CORSConfigError):
            return [
                next(findings_of(_refused(finding, location)), finding.at(location))
                for finding in error.findings
            ]
        if isinstance(error, ImportError) and error.name == core.__name__:
            what, _, hint = str(error).partition(": ")
            return [rules.CORE_FUNCTIONS(f"the app does not load: {what}", hint, location=location)]
        error = error.__cause__ or error.__context__  # Flask wraps an ImportError
    return []


def _refused(finding: Finding, location: SourceLocation | None) -> Iterator[Change]:
    refusal = _REFUSALS.get(type(finding))
    if refusal is not None:
        rule, describe_before = refusal
        yield Change(
            rule,
            f"{finding.option}={format_value(finding.value)}",
            "",
            describe_before(finding),
            f"the app does not load ({finding.code})",
            finding.hint,
            Cause(location, ""),
            Severity.ERROR,
        )


def find_invalid_views(app: AppComparison) -> Iterator[Change]:
    """Yield the decorated views that refuse every origin, because their options are invalid."""
    for candidate in app.inventory.candidates:
        error = candidate.policy
        for finding in error.findings if isinstance(error, CORSConfigError) else ():
            _, describe_before = _REFUSALS.get(type(finding), _FAILED)
            yield Change(
                rules.INVALID_VIEW,
                f"{finding.option}={format_value(finding.value)}",
                candidate.source.name,
                describe_before(finding),
                f"every origin refused ({finding.code})",
                finding.hint,
                cause_of(candidate.source),
            )


def _raised_at(traceback: TracebackType | None) -> SourceLocation | None:
    """Return the line that called into this package."""
    location = None
    for frame, line in walk_tb(traceback):
        if frame.f_globals.get("__name__", "").partition(".")[0] != "flask_cors":
            location = SourceLocation(frame.f_code.co_filename, line)
    return location
