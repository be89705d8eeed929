"""The explanation of a request: the values that its policy compared, and what to write."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from flask import Flask
from werkzeug.exceptions import HTTPException, NotFound

from ...browser.outcome import PreflightCause, preflight_cause_of
from ...diagnostics.finding import Finding
from ...diagnostics.format import format_value
from ...diagnostics.rules import HiddenDecorator
from ...errors import CORSConfigError
from ...policy.layers import Layer
from ...policy.policy import DecisionReason, Policy
from ...protocol.origin import parse
from ...runtime.install import registry_of
from ..shared.app_transport import AppTransport, HandledRequest
from ..shared.inventory import BoundPolicy, PolicySource, source_of
from ..shared.page_request import NoVerdict, PageRequest
from ..shared.silence import ignore_cors_warnings
from ..shared.text import escape_first_line
from ..shared.verdict import Verdict, evaluate
from .closest_entry import (
    LOOPBACK,
    ClosestEntry,
    closest_name,
    closest_origin,
    entry_of_header,
    entry_of_method,
    entry_of_origin,
)
from .exposure import find_unreadable
from .middleware import hint_for_middleware, name_middleware, record_middleware
from .placement import Suggestion
from .refusals import Spelling, hint_without_suggestion, invalid_view_of, spellings_of
from .suggestions import suggest_change, suggest_exposure, suggest_resource
from .target import Target, find_missing_rule, missing_rule
from .unreached_view import hint_for_unreached_view
from .verification import Verification


@dataclass(frozen=True)
class ValueCheck:
    """A value of the request, compared with an option of the policy.

    :ivar kind: ``"origin"``, ``"method"``, ``"header"`` or ``"credentials"``.
    :ivar entry: the entry of the option that allows the value; None if it is refused.
    :ivar closest: the entry that a refused value was probably meant to match.
    :ivar layer: the layer that sets the option.
    """

    kind: str
    value: str
    entry: str | None
    closest: ClosestEntry | None
    option: str
    layer: Layer


@dataclass(frozen=True)
class Explanation:
    """The explanation of a request.

    :ivar rule: the URL rule that serves it.
    :ivar source: where the policy that decided last was bound; None without one.
    :ivar reason: the reason of that decision.
    :ivar notes: further facts about the request.
    :ivar spellings: the spellings of the path, if they have different policies.
    :ivar middleware: the name of the WSGI middleware that responded before Flask, if any did.
    :ivar unreadable: the names of the response headers that the frontend cannot read.
    :ivar suggestions: the lines that allow the request; of an allowed one, that let the frontend
        read these headers.
    :ivar status_with_change: the status that the frontend can read with these lines; 0 without any.
    :ivar refuses_more: whether origins that are allowed are refused with them.
    :ivar new_findings: what ``flask cors check`` reports with these lines, and not without.
    :ivar hint: what to do if there are no suggestions.
    """

    page_request: PageRequest
    verdict: Verdict
    cause: PreflightCause
    rule: str | None
    source: PolicySource | None
    reason: DecisionReason | None
    checks: tuple[ValueCheck, ...]
    notes: tuple[str, ...]
    spellings: tuple[Spelling, ...] = ()
    middleware: str | None = None
    unreadable: tuple[str, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    status_with_change: int = 0
    refuses_more: bool = False
    new_findings: tuple[Finding, ...] = ()
    hint: str | None = None

    def refused_values(self) -> dict[str, list[str]]:
        """Return the values that the policy refuses, by their kind."""
        values: dict[str, list[str]] = {}
        for check in self.checks:
            if check.entry is None:
                values.setdefault(check.kind, []).append(check.value)
        return values


# Returns the findings that a change of a policy brings; ``flask cors check`` has the rules.
FindNewFindings = Callable[[Flask, BoundPolicy | None, BoundPolicy], Iterable[Finding]]


def explain(
    app: Flask,
    page_request: PageRequest,
    find_new_findings: FindNewFindings,
    root: str = "/",
) -> Explanation:
    """Make the request, and explain its outcome.

    :param root: the path that the app is mounted at.
    :raises InvalidRequest: if no URL rule matches it, and the app responds with 404.
    :raises NoVerdict: if it leaves the app.
    """
    transport = AppTransport(app, page_request.url, root)
    # The explanation contains the warnings.
    with ignore_cors_warnings(), record_middleware(app) as called:
        try:
            verdict = evaluate(page_request, transport)
        except NoVerdict as error:
            raise find_missing_rule(app, Target(page_request.url, root)) or error from error
    sent = verdict.outcome.exchanges[-1].request
    last = transport.handled[sent]
    if sent.url == page_request.url and _is_unknown(last):
        assert last.request is not None
        raise missing_rule(app, last.request)
    cause = preflight_cause_of(verdict.outcome.exchanges[0])
    reason = None if last.decision is None else last.decision.reason
    checks: tuple[ValueCheck, ...] = ()
    spellings: tuple[Spelling, ...] = ()
    source: PolicySource | None = None
    invalid: CORSConfigError | None = None
    if last.request is not None and last.policy is not None:
        if reason is DecisionReason.AMBIGUOUS_PATH:
            spellings = tuple(spellings_of(app, last.request))
        elif reason is DecisionReason.CONFIG_ERROR:
            source, invalid = invalid_view_of(app, last.request)
        else:
            # A redirect to another origin may have made it null.
            origin = sent.get("Origin") or page_request.origin
            checks = tuple(_check_values(last.policy, page_request._replace(origin=origin), cause))
            source = source_of(app, last.policy, last.path)
    notes = tuple(dict.fromkeys(_collect_notes(app, page_request, verdict, last, source, checks)))
    rule = last.rule if _is_served(app, verdict, last, page_request.method) else None
    explanation = Explanation(
        page_request, verdict, cause, rule, source, reason, checks, notes, spellings
    )
    if last.request is None:
        responder = called[-1] if called else app.wsgi_app  # overridden in a subclass
        hint = None if verdict.outcome.allowed else hint_for_middleware(responder, last)
        return replace(explanation, middleware=name_middleware(responder), hint=hint)
    verification = Verification(app, page_request, root, transport.handled)
    if verdict.outcome.allowed:
        names = find_unreadable(verdict.outcome, last.response)
        exposing: tuple[Suggestion, ...] = ()
        if names and last.policy is not None and source is not None:
            exposing = suggest_exposure(verification, last.policy, source, names)
        return replace(explanation, unreadable=names, suggestions=exposing)
    hint = hint_without_suggestion(page_request, verdict.outcome, last, spellings, invalid)
    if hint is None and (source is None or source.kind != "view"):
        hint = hint_for_unreached_view(app, last.request, page_request.method)
    if hint is not None:
        return replace(explanation, hint=hint)
    if last.policy is None or source is None:
        change = suggest_resource(verification, cause, last.rule or last.path, last.path)
    else:
        refused = explanation.refused_values()
        change = suggest_change(verification, last.policy, source, refused)
    if change is None:
        hint = "no change of the CORS options allows it: the cause is elsewhere"
        if rule is None:
            hint = f"no URL rule of the path serves {page_request.method}: check the method"
        return replace(explanation, hint=hint)
    with ignore_cors_warnings():
        findings = tuple(find_new_findings(app, change.before, change.after))
    return replace(
        explanation,
        suggestions=change.suggestions,
        status_with_change=change.status,
        refuses_more=change.refuses_more,
        new_findings=findings,
    )


def _is_unknown(last: HandledRequest) -> bool:
    """Return whether no URL rule matches a request, and no function of the app responded to it."""
    routing_exception = None if last.request is None else last.request.routing_exception
    return isinstance(routing_exception, NotFound) and last.response.status == 404


def _is_served(app: Flask, verdict: Verdict, last: HandledRequest, method: str) -> bool:
    """Return whether a URL rule serves the request, or the method that its preflight requests."""
    if not verdict.outcome.exchanges[-1].preflight or last.request is None:
        return last.rule is not None
    return registry_of(app).resolver().endpoint_at(last.request, method) is not None


def _check_values(
    policy: Policy, page_request: PageRequest, cause: PreflightCause
) -> Iterator[ValueCheck]:
    options = policy.options
    origin, origins = page_request.origin, options.origins.value
    entry, closest = entry_of_origin(origins, origin), closest_origin(origins, origin)
    rows = [("origin", origin, entry, closest, "origins")]
    if cause:
        method, methods = page_request.method, options.methods.value
        entry, closest = entry_of_method(methods, method), closest_name(methods.names, method)
        rows.append(("method", method, entry, closest, "methods"))
        headers = options.allow_headers.value
        for name in cause.headers:
            entry, closest = entry_of_header(headers, name), closest_name(headers.names, name)
            rows.append(("header", name, entry, closest, "allow_headers"))
    if page_request.credentials == "include":
        entry = "True" if options.supports_credentials.value else None
        rows.append(("credentials", "include", entry, None, "supports_credentials"))
    for kind, value, entry, closest, option in rows:
        layer: Layer = getattr(options, option).layer
        yield ValueCheck(kind, value, entry, closest if entry is None else None, option, layer)


def _collect_notes(
    app: Flask,
    page_request: PageRequest,
    verdict: Verdict,
    last: HandledRequest,
    source: PolicySource | None,
    checks: Sequence[ValueCheck],
) -> Iterator[str]:
    if page_request.dropped:
        yield f"scripts may not set {', '.join(page_request.dropped)}: the browser drops it"
    mounted_at = None if last.request is None else last.request.script_root
    if mounted_at:
        path = format_value(last.path)
        yield f"the app is mounted at {mounted_at}: URL rules and resources match {path}"
    if verdict.outcome.type == "basic":
        yield "the page and the app have the same origin, so CORS does not apply"
    for exchange in verdict.outcome.exchanges:
        target = exchange.response.get("Location")
        if not exchange.preflight and target is not None:
            yield f"{exchange.request.url} redirects to {format_value(target)}"
    for finding in registry_of(app).findings:
        is_here = source is not None and finding.location == source.location
        if is_here and isinstance(finding, HiddenDecorator):
            yield f"{finding.message}: {finding.hint}"
    if last.error is not None and not isinstance(last.error, HTTPException):
        raised = escape_first_line(f"{type(last.error).__name__}: {last.error}")
        yield f"the app raised {raised} and responded with {last.response.status}"
    if last.decision is not None and last.decision.failure is not None:
        yield f"origins: {last.decision.failure.what}, so the origin is refused"
    if page_request.credentials == "include":
        yield "no cookies were sent: a view that requires a login responds as it does without one"
    for check in checks:
        if check.kind == "origin" and check.entry is None and _is_insecure(check.value):
            yield "a page loaded over http can be changed on its way: load it over https instead"


def _is_insecure(origin: str) -> bool:
    """Return whether pages of an origin are loaded over the network without encryption."""
    parsed = parse(origin)
    return parsed is not None and parsed.scheme == "http" and parsed.host not in LOOPBACK
