"""Checks: methods and headers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from ...browser.safelist import is_forbidden_request_header
from ...doubts import Severity
from ...errors import shown
from ...headers import FORBIDDEN_METHODS, SAFE_METHODS
from ...policy.options import DEFAULTS, Setting
from ...policy.origins import OriginSet
from ...policy.policy import Policy
from ..survey import Route
from ..text import listed
from ..writing import Edit, policy_with
from .base import Check
from .finding import Finding
from .lines import listing
from .served import Served, by_setting, is_static, named, served, some_of
from .subject import Subject, key_of, where_of_option
from .trials.pages import passes
from .trials.words import words_of

# ---- methods -----------------------------------------------------------------------------------

# Flask serves them beside the others, and no page asks for them by a preflight.
_BESIDE = frozenset({"HEAD", "OPTIONS"})

_PAGE = "https://page.flask-cors.example"


class RefusedMethod(Check):
    """A page cannot call the route: the browser asks first whether the method is allowed, and the
    policy says no. `GET` and `POST` need no such question, but with an `Authorization` header or a
    JSON body they do, and then they have to be listed too. Add the method to `methods`, or leave
    the option out. A policy of safe methods alone may be meant so, as a read-only door to an API
    that does more; then it is a note."""

    code = "CORS301"
    title = "a route whose method the policy does not allow"

    def find(self, subject: Subject) -> Iterator[Finding]:
        for setting, members in by_setting(served(subject), "methods"):
            refused = [found for member in members for found in self._refused(subject, member)]
            if refused:
                names = sorted(setting.value.names)
                missing = {method for method, _ in refused}
                yield self.finding(
                    f"methods: {shown(', '.join(names))} does not allow "
                    f"{some_of(told for _, told in refused)}: browsers refuse to send it",
                    where_of_option("methods", setting, members[0].bound),
                    listing("methods", setting, sorted({*names, *missing} - FORBIDDEN_METHODS)),
                    Severity.NOTE if SAFE_METHODS.issuperset(names) else None,
                )

    def _refused(self, subject: Subject, member: Served) -> Iterator[tuple[str, str]]:
        """The methods, and how a message names them and their routes."""
        policy = member.policy
        allowed = policy.options.methods.value
        if allowed.any or policy.options.origins.value == OriginSet():
            return
        by_method: dict[str, str | None] = {}
        for route, methods in member.routes:
            for method in methods:
                if method in allowed.names or method in _BESIDE or method in FORBIDDEN_METHODS:
                    continue
                if method not in by_method:
                    by_method[method] = _refusal(policy, method)
                how = by_method[method]
                if how is None or is_static(route) or _speaks_itself(subject, route):
                    continue
                yield method, f"{named(method, route)}{how}"


# What a page does with a method that needs no preflight by itself, and as what a message has it.
_WITH: Mapping[str, tuple[dict[str, str], str]] = {
    "GET": ({"Authorization": "Bearer token"}, " with Authorization"),
    "POST": ({"Content-Type": "application/json"}, " with JSON"),
}


def _refusal(policy: Policy, method: str) -> str | None:
    """How a browser is kept from sending a method, if it is the method that it is kept by."""
    headers, how = _WITH.get(method, ({}, ""))
    # The origins do not matter, and some cannot be told.
    origin = Edit("origins", [_PAGE], "")
    given = policy_with(policy.options, [origin])
    mended = policy_with(policy.options, [origin, Edit("methods", "*", "")])
    asked = partial(passes, origin=_PAGE, method=method, headers=headers)
    if given is None or mended is None or asked(given) or not asked(mended):
        return None
    return how


def _speaks_itself(subject: Subject, route: Route) -> bool:
    """Whether the view answers OPTIONS, and with CORS headers of its own."""
    if "OPTIONS" not in route.methods:
        return False
    words = words_of(subject.app.view_functions[route.endpoint])
    return any(word.startswith("access-control-allow-") for word in words)


class UnservedMethod(Check):
    """The policy allows what no route does: the browser sends the request, and gets a 405. Nothing
    is broken; but the next one who writes such a route opens it without a thought, and a list that
    says more than the app does is read by nobody. List what is served. Where other parts of the
    app are not loaded here, it may be meant."""

    code = "CORS302"
    title = "an allowed method that no route serves"
    severity = Severity.NOTE

    def find(self, subject: Subject) -> Iterator[Finding]:
        served_by: dict[object, set[str]] = {}
        for route in subject.survey.routes:
            for share in route.shares:
                for candidate in share.candidates:
                    if isinstance(candidate.policy, Policy):
                        key = key_of(candidate.policy.options.methods)
                        served_by.setdefault(key, set()).update(share.methods)
        for setting, bound in subject.settings("methods"):
            known = served_by.get(key_of(setting))  # None: the resource has no routes at all
            if setting.level == DEFAULTS.name or setting.given is None or known is None:
                continue
            names = setting.value.names - FORBIDDEN_METHODS  # which CORS303 tells of
            unserved = sorted(names - known - _BESIDE)
            rest = sorted(names.difference(unserved))
            if unserved:
                yield self.finding(
                    f"methods: no route that the policy covers serves {', '.join(unserved)}",
                    where_of_option("methods", setting, bound),
                    listing("methods", setting, rest) if rest else "leave methods out",
                )


# ---- headers -----------------------------------------------------------------------------------


class ForbiddenHeader(Check):
    """Some request headers are the browser's own: it sets `Origin`, `Cookie`, `Host` and the like,
    and lets no script change them, so that it never asks whether they are allowed
    ([Fetch](https://fetch.spec.whatwg.org/#forbidden-request-header)). To list them does nothing.
    Cookies come with `supports_credentials`, not with a header's name."""

    code = "CORS304"
    title = "a request header that no page can set"
    severity = Severity.NOTE

    def find(self, subject: Subject) -> Iterator[Finding]:
        yield from _of_names(self, subject, _is_forbidden, "browsers let no page set")


class ResponseHeader(Check):
    """`allow_headers` is about what pages send. `Access-Control-Allow-Origin`, `Set-Cookie` and
    their like are what servers answer with: a page that sends one has no use of it, and a page
    that gets one needs no leave. Copies of such lists are all over the web. Leave it out; what
    scripts are to read of an answer stands in `expose_headers`."""

    code = "CORS306"
    title = "a response header among the request headers"
    severity = Severity.NOTE

    def find(self, subject: Subject) -> Iterator[Finding]:
        yield from _of_names(self, subject, _is_of_responses, "only servers send")


# RFC 9110, of what people list: what a request has no meaning for.
_OF_RESPONSES = frozenset(
    {
        *("accept-ranges", "age", "allow", "content-security-policy", "etag", "last-modified"),
        *("location", "retry-after", "server", "set-cookie", "set-cookie2"),
        *("strict-transport-security", "vary", "www-authenticate", "x-frame-options"),
    }
)
_OF_CORS_RESPONSES = (
    *("access-control-allow-", "access-control-expose-"),
    "access-control-max-",
)


def _is_of_responses(name: str) -> bool:
    return name in _OF_RESPONSES or name.startswith(_OF_CORS_RESPONSES)


def _is_forbidden(name: str) -> bool:
    return is_forbidden_request_header(name, "") and not _is_of_responses(name)


def _of_names(
    check: Check, subject: Subject, is_meant: Callable[[str], bool], what: str
) -> Iterator[Finding]:
    """A finding for each setting that lists such names; expressions are not judged."""
    for setting, bound in subject.settings("allow_headers"):
        found = sorted(filter(is_meant, setting.value.names))
        if found:
            yield check.finding(
                f"allow_headers: {what} {listed(list(map(shown, found)), 5)}",
                where_of_option("allow_headers", setting, bound),
                _useful(setting),
            )


def _useful(setting: Setting[Any]) -> str:
    """What is left without the names that either check tells of."""
    names = sorted(setting.value.names)
    useful = [name for name in names if not (_is_forbidden(name) or _is_of_responses(name))]
    star = ["*"] if setting.value.any else []
    return listing("allow_headers", setting, [*star, *useful, *setting.value.regexes])


CHECKS: tuple[type[Check], ...] = (RefusedMethod, UnservedMethod, ForbiddenHeader, ResponseHeader)
