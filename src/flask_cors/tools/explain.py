"""``flask cors explain``: one request of a page through the app, both halves, and what to write
where it is blocked."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urljoin, urlsplit

import click
from flask import Flask
from werkzeug.exceptions import NotFound

from .. import headers as h
from ..browser import STANDARD, Request
from ..browser.arguments import parse_url
from ..browser.safelist import is_safelisted_method, normalize_method, unsafe_request_header_names
from ..errors import CORSConfigError, Place, shown
from ..policy.options import CONFIG, Setting
from ..policy.policy import Policy
from ..testing import address
from . import verdict as verdicts
from .arguments import Asked, BadInput, read
from .edits import Line, Refused, change, cover
from .entries import (
    Near,
    entry_of_header,
    entry_of_method,
    entry_of_origin,
    near_name,
    near_origin,
)
from .in_process import Handled, InProcess
from .survey import Source, source_of
from .text import fitted, has_colour, shown_place, table, width
from .verdict import Verdict, judge


def run(
    app: Flask,
    url: str,
    origin: str,
    method: str,
    headers: Sequence[str],
    credentials: str,
    form: str,
) -> int:
    """Explain a request to ``app``, and return the exit status.

    :raises BadInput: for a request that no page can make, or that no rule of the app serves.
    :raises CannotTell: where the request leaves the app.
    """
    served = {name for rule in app.url_map.iter_rules() for name in rule.methods or ()}
    url = urljoin(address(app), url.removeprefix("/") if not url.startswith("//") else url)
    asked = read(url, origin, method, headers, credentials, served)
    _demand_rule(app, asked)
    explanation = explain(app, asked)
    if form == "json":
        click.echo(json.dumps(as_json(explanation), indent=2))
    else:
        colour = has_colour()
        for line in as_text(explanation, width()):
            click.echo(line, color=colour)
    return 0 if explanation.verdict.outcome.allowed else 1


def _demand_rule(app: Flask, asked: Asked) -> None:
    """Routing must come to a rule, or nothing of the app would be explained."""
    url = urlsplit(asked.url)
    if url.scheme not in ("http", "https"):
        raise BadInput(f"url: {shown(asked.url)} is no http or https URL, nor a path of the app")
    base = f"{url.scheme}://{url.netloc}{urlsplit(address(app)).path}"
    try:
        with app.test_request_context(_path(app, asked), base, method=asked.method) as context:
            is_found = not isinstance(context.request.routing_exception, NotFound)
    except Exception:  # a converter or a session: it raises in the request too, which tells of it
        return
    if not is_found:
        rules = {rule.rule for rule in app.url_map.iter_rules() if not rule.build_only}
        by_sample = {re.sub(r"<[^>]+>", "1", rule): rule for rule in rules}
        near = difflib.get_close_matches(url.path, by_sample, 1)
        mend = f"did you mean {by_sample[near[0]]}?" if near else "`flask cors routes` lists them"
        raise BadInput(f"url: no rule of the app serves {shown(url.path)} on {url.netloc}; {mend}")


def _path(app: Flask, asked: Asked) -> str:
    """The path below the one that the app is mounted at."""
    return "/" + urlsplit(asked.url).path.removeprefix(urlsplit(address(app)).path).lstrip("/")


# ---- what is found out -------------------------------------------------------------------------


@dataclass(frozen=True)
class Check:
    """One thing that a policy was asked for.

    :ivar what: ``"origin"``, ``"method"``, ``"header"`` or ``"credentials"``.
    :ivar entry: what allows it; None where it is refused.
    :ivar near: of a refused one, the entry it was probably meant to be.
    :ivar level: who gave the option.
    """

    what: str
    value: str
    entry: str | None
    near: Near | None
    level: str
    place: Place | None


@dataclass(frozen=True)
class Explanation:
    """All that is told.

    :ivar needs: what makes a preflight necessary.
    :ivar source: where the policy was bound that decided last; None without one.
    :ivar notes: what else a reader should know.
    :ivar lines: what to write so that it is allowed, tried.
    :ivar why: why there is nothing to write.
    """

    asked: Asked
    verdict: Verdict
    needs: tuple[str, ...]
    rule: str | None
    source: Source | None
    checks: tuple[Check, ...]
    notes: tuple[str, ...]
    lines: tuple[Line, ...] = ()
    why: str | None = None

    @property
    def opens_to_origin(self) -> bool:
        """Whether the lines let in an origin that was a stranger."""
        known = (check.entry for check in self.checks if check.what == "origin")
        return bool(self.lines) and next(known, None) is None


def explain(app: Flask, asked: Asked) -> Explanation:
    """Make the request, and find out why it ended as it did.

    :raises CannotTell: where it leaves the app.
    """
    server = InProcess(app, asked.url)
    verdict = judge(asked, server)
    exchanges = verdict.outcome.exchanges
    last = server.handled[exchanges[-1].request]  # what it ended with
    needs = _needs(asked)
    checks: tuple[Check, ...] = ()
    source = None
    if last.policy is not None:
        # A redirect to another origin may have made it null.
        sent = exchanges[-1].request.get("Origin") or asked.origin
        checks = tuple(_checks(last.policy, asked._replace(origin=sent), needs))
        source = source_of(app, last.policy, last.path)
    explanation = Explanation(
        asked,
        verdict,
        needs,
        last.rule,
        source,
        checks,
        tuple(_notes(asked, verdict, last, checks)),
    )
    if verdict.outcome.allowed:
        return explanation
    why = _hopeless(asked, verdict, last)
    lines = None if why else _lines(app, explanation, last, server.handled)
    if why is None and lines is None:
        why = "no change of the options of CORS allows it: what is wrong lies outside of them"
    return replace(explanation, lines=tuple(lines or ()), why=why)


def _needs(asked: Asked) -> tuple[str, ...]:
    """What needs a preflight (https://fetch.spec.whatwg.org/#main-fetch): the method and the
    CORS-unsafe request-header names; nothing where the page is of the app's own origin."""
    url = parse_url(asked.url)
    if url.origin == asked.origin:
        return ()
    method = normalize_method(asked.method)
    names = unsafe_request_header_names(asked.headers, STANDARD)
    return (*([] if is_safelisted_method(method) else [method]), *sorted(names))


def _checks(policy: Policy, asked: Asked, needs: Sequence[str]) -> Iterator[Check]:
    options = policy.options
    origins, methods = options.origins.value, options.methods.value
    headers = options.allow_headers.value
    yield _check(
        "origin",
        asked.origin,
        entry_of_origin(origins, asked.origin),
        near_origin(origins, asked.origin),
        options.origins,
    )
    if needs:
        method = normalize_method(asked.method)
        entry, near = entry_of_method(methods, method), near_name(methods.names, method)
        yield _check("method", method, entry, near, options.methods)
        for name in needs:
            if name != method:
                entry, near = entry_of_header(headers, name), near_name(headers.names, name)
                yield _check("header", name, entry, near, options.allow_headers)
    if asked.credentials == "include":
        entry = "True" if options.supports_credentials.value else None
        yield _check("credentials", "include", entry, None, options.supports_credentials)


def _check(
    what: str, value: str, entry: str | None, near: Near | None, setting: Setting[Any]
) -> Check:
    return Check(what, value, entry, near if entry is None else None, setting.level, setting.place)


def _notes(asked: Asked, verdict: Verdict, last: Handled, checks: Sequence[Check]) -> Iterator[str]:
    outcome = verdict.outcome
    if asked.dropped:
        yield f"a page may not set {', '.join(asked.dropped)}: the browser leaves it out"
    if outcome.type == "basic":
        yield "the page and the app have the same origin, so that CORS has no say"
    for exchange in outcome.exchanges:
        location = exchange.response.get("Location")
        if not exchange.preflight and location is not None:
            yield f"{exchange.request.url} redirects to {shown(location)}"
    if last.error is not None and not isinstance(last.error, CORSConfigError):
        said = f"{type(last.error).__name__}: {last.error}".splitlines()[0][:200]
        yield f"the app raised {said}, and answered {last.response.status}"
    if last.decision is not None and last.decision.failure is not None:
        yield f"origins: {last.decision.failure.what}, and so the origin is refused"
    if asked.credentials == "include":
        yield "no cookies are sent here: a view that asks for a login answers as to a stranger"
    for check in checks:
        if check.what == "origin" and check.near is not None and _is_downgrade(check):
            yield (
                "whoever is on the network between can speak for an http page: "
                f"rather load it from {check.near.entry}"
            )


def _is_downgrade(check: Check) -> bool:
    near = check.near
    return near is not None and check.value.replace("http://", "https://", 1) == near.entry


# ---- what to write -----------------------------------------------------------------------------


def _hopeless(asked: Asked, verdict: Verdict, last: Handled) -> str | None:
    """Why it should stay blocked, or is to be mended elsewhere than in the options."""
    own = last.response.get(h.ALLOW_ORIGIN)
    if isinstance(last.error, CORSConfigError):
        return f"the options of the view make no policy: {last.error}"
    if own is not None and (last.decision is None or last.decision.allow_origin != own):
        return (
            f"the app says Access-Control-Allow-Origin: {shown(own)} itself, and Flask-CORS "
            "leaves such a response alone: take it out of the view or the after_request function"
        )
    if verdict.outcome.exchanges[-1].request.get("Origin") == "null" != asked.origin:
        return (
            "a redirect led to another origin, behind which browsers send Origin: null: let the "
            f"page ask for {verdict.outcome.exchanges[-1].request.url} itself"
        )
    if asked.origin == "null":
        return (
            "it should stay blocked: any site can send null, from a sandboxed frame; "
            "serve the page from an origin of its own"
        )
    method = normalize_method(asked.method)
    if method != method.upper():  # Fetch 2.2.1 writes six methods in upper case, and not PATCH
        return f"methods have a case: write method: '{method.upper()}' in the page's script"
    return None


def _lines(
    app: Flask, explanation: Explanation, last: Handled, handled: Mapping[Request, Handled]
) -> list[Line] | None:
    asked, source = explanation.asked, explanation.source
    if last.policy is None:
        path, is_below = _covering(last)
        return cover(app, asked, path, is_below, explanation.needs, handled)
    if source is None:
        return None
    refused: dict[str, list[str]] = {}
    for check in explanation.checks:
        if check.entry is None:
            refused.setdefault(check.what, []).append(check.value)
    return change(
        app,
        asked,
        last.policy,
        source,
        Refused(
            "origin" in refused,
            next(iter(refused.get("method", [])), None),
            tuple(refused.get("header", ())),
            "credentials" in refused,
        ),
        handled,
    )


def _covering(last: Handled) -> tuple[str, bool]:
    """The path to cover, and whether all below it: the paths of a rule and no more, as far as can
    be said simply."""
    beginning, converter, _ = (last.rule or last.path).partition("<")
    is_below = converter != "" and beginning.endswith("/") and beginning != "/"
    return (beginning, True) if is_below else (last.path, False)


# ---- for people --------------------------------------------------------------------------------


def as_text(explanation: Explanation, width: int) -> Iterator[str]:
    """The lines for a reader, with the colours of a terminal."""
    asked = explanation.asked
    yield click.style(f"{asked.method} {asked.url} by a page of {asked.origin}", bold=True)
    yield ""
    rows = list(_rows(explanation))
    yield from table(rows, fitted(rows, width))
    for note in explanation.notes:
        yield f"Note: {note}."
    yield ""
    yield from verdicts.as_text(explanation.verdict)
    if explanation.lines:
        yield ""
        for line in explanation.lines:
            where = "" if line.place is None else f", at {shown_place(line.place)}"
            yield f"To allow it{where}:"
            yield click.style(f"    {line.code}", bold=True)
        yield "This was tried: a browser then allows the request."
        if explanation.opens_to_origin:
            yield f"Write it only if you trust the pages of {asked.origin} with the answers."
    elif explanation.why is not None:
        yield ""
        yield f"What to do: {explanation.why}."


def _rows(explanation: Explanation) -> Iterator[tuple[str, str, str, str]]:
    needs = explanation.needs
    because = f"because of {', '.join(needs)}" if needs else "nothing in the request needs one"
    yield "Preflight", "needed" if needs else "none", because, ""
    yield "Route", "", explanation.rule or _unserved(explanation), ""
    source = explanation.source
    if source is None:
        yield "Policy", "none", "no rule of CORS covers the path", ""
    else:
        yield "Policy", "", _bound(source), shown_place(source.place)
    for check in explanation.checks:
        yield (
            check.what.capitalize(),
            "refused" if check.entry is None else "allowed",
            _compared(check),
            _set_by(check),
        )


def _unserved(explanation: Explanation) -> str:
    allow = explanation.verdict.outcome.exchanges[-1].response.get("Allow")
    other = (
        "" if allow is None else f"; others are served: {', '.join(sorted(h.comma_list(allow)))}"
    )
    return f"none serves {normalize_method(explanation.asked.method)}{other}"


def _bound(source: Source) -> str:
    if source.pattern is None:
        return "@cross_origin"
    return source.pattern.source + (f" of {source.name}" if source.name else "")


def _compared(check: Check) -> str:
    if check.entry is not None:
        return check.value if check.entry == check.value else f"{check.value}, by {check.entry}"
    if check.near is None:
        return check.value
    return f"{check.value}; nearest is {check.near.entry} ({check.near.difference})"


def _set_by(check: Check) -> str:
    option = _OPTION_OF[check.what]
    level = f"CORS_{option.upper()} of {CONFIG}" if check.level == CONFIG else check.level
    place = "" if check.place is None else f", {shown_place(check.place)}"
    return f"{option}: {level}{place}"


_OPTION_OF = {
    "origin": "origins",
    "method": "methods",
    "header": "allow_headers",
    "credentials": "supports_credentials",
}


# ---- for programs ------------------------------------------------------------------------------


def as_json(explanation: Explanation) -> dict[str, object]:
    """The same for programs."""
    asked, source = explanation.asked, explanation.source
    return {
        "request": {
            "method": asked.method,
            "url": asked.url,
            "origin": asked.origin,
            "headers": list(asked.headers),
            "credentials": asked.credentials,
        },
        "preflight": {"needed": bool(explanation.needs), "because": explanation.needs},
        "rule": explanation.rule,
        "policy": None
        if source is None
        else {
            "bound_to": source.kind,
            "blueprint": source.name if source.kind == "blueprint" else None,
            "resource": None if source.pattern is None else source.pattern.source,
            "place": _place(source.place),
        },
        "checks": [
            {
                "what": check.what,
                "value": check.value,
                "allowed": check.entry is not None,
                "entry": check.entry,
                "nearest": None if check.near is None else check.near._asdict(),
                "option": _OPTION_OF[check.what],
                "level": check.level,
                "place": _place(check.place),
            }
            for check in explanation.checks
        ],
        "notes": explanation.notes,
        "verdict": verdicts.as_json(explanation.verdict),
        "change": [{"write": line.code, "place": _place(line.place)} for line in explanation.lines],
        "why": explanation.why,
    }


def _place(place: Place | None) -> dict[str, object] | None:
    return None if place is None else {"file": place.file, "line": place.line}
