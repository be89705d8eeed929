"""What the playground of the documentation says of an app: the explanation of a request and the
findings of ``flask cors check``. It runs in Pyodide, which has no threads, and in CPython."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from types import MappingProxyType, ModuleType
from typing import Any

import click
from flask import Flask
from flask.cli import NoAppException, find_best_app

from flask_cors import CORSConfigError
from flask_cors.browser import Exchange, Outcome, Reason
from flask_cors.browser.console import chromium_message
from flask_cors.protocol import headers as h
from flask_cors.tools.check.calls import Calls
from flask_cors.tools.check.changed_policy import find_new_findings
from flask_cors.tools.check.run import run as check
from flask_cors.tools.explain.command import explain_url
from flask_cors.tools.explain.explanation import Explanation
from flask_cors.tools.explain.report import as_json, describe_change, requires_trust
from flask_cors.tools.shared import finding_report
from flask_cors.tools.shared.app_errors import is_app_error
from flask_cors.tools.shared.silence import ignore_cors_warnings
from flask_cors.tools.shared.text import escape_first_line

MODULE, FILE = "app", "app.py"
CHECK_SECONDS = 10.0

Json = dict[str, Any]

# The response header at fault, by the reason; other reasons are about the status or the URL.
_HEADERS_AT_FAULT: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.MISSING_ALLOW_ORIGIN_HEADER: h.ALLOW_ORIGIN,
        Reason.WILDCARD_ORIGIN_NOT_ALLOWED: h.ALLOW_ORIGIN,
        Reason.MULTIPLE_ALLOW_ORIGIN_VALUES: h.ALLOW_ORIGIN,
        Reason.INVALID_ALLOW_ORIGIN_VALUE: h.ALLOW_ORIGIN,
        Reason.ALLOW_ORIGIN_MISMATCH: h.ALLOW_ORIGIN,
        Reason.INVALID_ALLOW_CREDENTIALS: h.ALLOW_CREDENTIALS,
        Reason.PREFLIGHT_MISSING_ALLOW_ORIGIN_HEADER: h.ALLOW_ORIGIN,
        Reason.PREFLIGHT_WILDCARD_ORIGIN_NOT_ALLOWED: h.ALLOW_ORIGIN,
        Reason.PREFLIGHT_MULTIPLE_ALLOW_ORIGIN_VALUES: h.ALLOW_ORIGIN,
        Reason.PREFLIGHT_INVALID_ALLOW_ORIGIN_VALUE: h.ALLOW_ORIGIN,
        Reason.PREFLIGHT_ALLOW_ORIGIN_MISMATCH: h.ALLOW_ORIGIN,
        Reason.PREFLIGHT_INVALID_ALLOW_CREDENTIALS: h.ALLOW_CREDENTIALS,
        Reason.PREFLIGHT_DISALLOWED_REDIRECT: "Location",
        Reason.REDIRECT_CONTAINS_CREDENTIALS: "Location",
        Reason.CORS_DISABLED_SCHEME: "Location",
        Reason.INVALID_ALLOW_METHODS_PREFLIGHT_RESPONSE: h.ALLOW_METHODS,
        Reason.METHOD_DISALLOWED_BY_PREFLIGHT_RESPONSE: h.ALLOW_METHODS,
        Reason.INVALID_ALLOW_HEADERS_PREFLIGHT_RESPONSE: h.ALLOW_HEADERS,
        Reason.HEADER_DISALLOWED_BY_PREFLIGHT_RESPONSE: h.ALLOW_HEADERS,
    }
)


class CallsWithoutThreads(Calls):
    """Call views in this thread. The reader ends a view that waits, by stopping the worker."""

    def returns_in_time(self, name: str, function: Callable[[], object]) -> bool:  # noqa: ARG002
        self.check_time()
        function()
        return True


def run(code: str, request: Mapping[str, Any]) -> Json:
    """Return what the commands say of an app and of a request to it, ready for JSON.

    :param code: the text of ``app.py``.
    :param request: ``origin``, ``path``, ``method``, ``headers`` (pairs) and ``credentials``.
    """
    result: Json = {"error": None, "explanation": None, "exchanges": [], "verdict": None}
    result |= {"suggestion": None, "hint": None, "findings": []}
    with _as_program(), ignore_cors_warnings():
        try:
            app = _load(code)
        except CORSConfigError as error:
            line = _line_of(error)
            result["error"] = _error("config", str(error), line)
            found = _findings(error.findings)
            result["findings"] = [{**each, "line": each["line"] or line} for each in found]
            return result
        except BaseException as error:
            if not is_app_error(error):
                raise
            result["error"] = _error("app", _describe(error), _line_of(error))
            return result
        try:
            result |= _explained(_explain(app, request))
        except click.ClickException as error:  # no browser sends it, or it leaves the app
            result["error"] = _error("request", error.format_message(), None)
        report = check(app, calls=CallsWithoutThreads(seconds=CHECK_SECONDS))
        result["findings"] = _findings(report.findings)
    return result


# ---- the app -----------------------------------------------------------------------------------


@contextmanager
def _as_program() -> Generator[None]:
    """Run an app as the command ``flask`` does, and leave nothing of it to the next one."""
    environment, module = dict(os.environ), sys.modules.get(MODULE)
    os.environ["FLASK_RUN_FROM_CLI"] = "true"  # app.run() does nothing
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        os.environ.clear()
        os.environ.update(environment)
        sys.modules.pop(MODULE, None)
        if module is not None:
            sys.modules[MODULE] = module


def _load(code: str) -> Flask:
    module = ModuleType(MODULE)
    module.__file__ = FILE
    sys.modules[MODULE] = module
    exec(compile(code, FILE, "exec", dont_inherit=True), vars(module))
    return find_best_app(module)


def _line_of(error: BaseException) -> int | None:
    """Return the last line of the app's code that led to an error."""
    if isinstance(error, SyntaxError) and error.filename == FILE:
        return error.lineno
    lines = [
        each.lineno for each in traceback.extract_tb(error.__traceback__) if each.filename == FILE
    ]
    return lines[-1] if lines else None


def _describe(error: BaseException) -> str:
    if isinstance(error, NoAppException):
        return (
            "no Flask app was found: name it app, or write a function create_app() that returns it"
        )
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    return escape_first_line(f"{type(error).__name__}: {text}").rstrip(": ")


def _error(kind: str, message: str, line: int | None) -> Json:
    return {"kind": kind, "message": message, "line": line}


# ---- the request -------------------------------------------------------------------------------


def _explain(app: Flask, request: Mapping[str, Any]) -> Explanation:
    return explain_url(
        app,
        request["path"],
        find_new_findings,
        origin=request["origin"],
        method=request["method"],
        headers=[f"{name}: {value}" for name, value in request["headers"]],
        credentials=request["credentials"],
    )


def _explained(explanation: Explanation) -> Json:
    outcome = explanation.verdict.outcome
    return {
        "explanation": as_json(explanation),
        "exchanges": list(_exchanges(outcome)),
        "verdict": {
            **_verdict(outcome),
            "differing": {
                name: _verdict(other) for name, other in explanation.verdict.differing.items()
            },
        },
        "suggestion": _suggestion(explanation),
        "hint": explanation.hint,
    }


def _verdict(outcome: Outcome) -> Json:
    code = outcome.reason and outcome.reason.value
    return {
        "allowed": outcome.allowed,
        "code": code,
        "message": outcome.message,
        "console": chromium_message(outcome),
        "page": code and f"errors/{code}.html",
    }


def _exchanges(outcome: Outcome) -> Iterator[Json]:
    for exchange in outcome.exchanges:
        is_last = exchange is outcome.exchanges[-1]
        passed = outcome.allowed or not is_last
        yield {
            "title": "Preflight" if exchange.preflight else "Request",
            "preflight": exchange.preflight,
            "passed": passed,
            "deciding_header": _deciding_header(exchange, None if passed else outcome.reason),
            "request": {
                "method": exchange.request.method,
                "url": exchange.request.url,
                "headers": list(exchange.request.headers),
            },
            "response": {
                "status": exchange.response.status,
                "headers": list(exchange.response.headers),
            },
        }


def _deciding_header(exchange: Exchange, reason: Reason | None) -> str | None:
    """Return the name of the response header that decided, also where it is missing; None where
    another thing did."""
    if reason is not None:
        return _HEADERS_AT_FAULT.get(reason)
    has_header = exchange.response.get(h.ALLOW_ORIGIN) is not None
    return h.ALLOW_ORIGIN if has_header else None


def _suggestion(explanation: Explanation) -> Json | None:
    if not explanation.suggestions:
        return None
    return {
        "lines": [
            {
                "code": code,
                "placement": placement,
                "line": location.line if location and location.file == FILE else None,
            }
            for code, placement, location in explanation.suggestions
        ],
        "notes": list(describe_change(explanation)),
        "requires_trust": requires_trust(explanation),
        "findings": _findings(explanation.new_findings),
    }


def _findings(findings: Any) -> list[Json]:
    """Return findings as ``flask cors check`` has them in JSON, each with its line and its page."""
    found = []
    for finding in findings:
        location = finding.location
        line = location.line if location is not None and location.file == FILE else None
        page = f"rules/{finding.code.lower()}.html"
        found.append({**finding_report.as_dict(finding), "line": line, "page": page})
    return found
