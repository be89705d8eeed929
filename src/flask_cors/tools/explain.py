"""``flask cors explain``: one request of a page through the app, both halves, and what to write
where it is blocked."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin, urlsplit

import click
from flask import Flask
from werkzeug.exceptions import NotFound

from .. import headers as h
from ..browser import STANDARD, Request
from ..browser.arguments import parse_url
from ..browser.safelist import is_safelisted_method, normalize_method, unsafe_request_header_names
from ..errors import CORSConfigError, shown
from ..policy.options import Setting
from ..policy.policy import Policy
from ..testing import address
from .arguments import Asked, BadInput, read
from .edits import Refused, change, cover
from .entries import (
    Near,
    entry_of_header,
    entry_of_method,
    entry_of_origin,
    near_name,
    near_origin,
)
from .explanation import Check, Explanation, as_json, as_text
from .in_process import Handled, InProcess
from .routing import routed
from .survey import source_of
from .text import has_colour, one_line, width
from .verdict import Verdict, judge
from .writing import Line


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
    try:
        url = urljoin(address(app), url if url.startswith("//") else url.removeprefix("/"))
    except ValueError as error:
        raise BadInput(f"url: {shown(url)} is no URL, nor a path of the app") from error
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
        request = routed(app, _path(app, asked), base, method=asked.method)
    except Exception:  # a converter's: it raises in the request too, which tells of it
        return
    if isinstance(request.routing_exception, NotFound):
        rules = {rule.rule for rule in app.url_map.iter_rules() if not rule.build_only}
        by_sample = {re.sub(r"<[^>]+>", "1", rule): rule for rule in rules}
        near = difflib.get_close_matches(url.path, by_sample, 1)
        mend = f"did you mean {by_sample[near[0]]}?" if near else "`flask cors routes` lists them"
        raise BadInput(f"url: no rule of the app serves {shown(url.path)} on {url.netloc}; {mend}")


def _path(app: Flask, asked: Asked) -> str:
    """The path below the one that the app is mounted at."""
    return "/" + urlsplit(asked.url).path.removeprefix(urlsplit(address(app)).path).lstrip("/")


# ---- what is found out -------------------------------------------------------------------------


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
        tuple(dict.fromkeys(_notes(asked, verdict, last, checks))),
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
        said = one_line(f"{type(last.error).__name__}: {last.error}")
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
    if verdict.outcome.reason is None:
        return f"this is no matter of CORS: {verdict.outcome.message.rstrip('.')}"
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
    if last.policy is None or source is None:
        return cover(app, asked, last.rule or last.path, last.path, explanation.needs, handled)
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
