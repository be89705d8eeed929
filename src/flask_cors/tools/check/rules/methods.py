"""Rules: methods and headers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ....browser.safelist import is_forbidden_request_header
from ....diagnostics.finding import Finding, Severity
from ....diagnostics.format import format_value
from ....policy.allowlists import MethodAllowlist
from ....policy.layers import LayerKind
from ....policy.options import Option
from ....policy.origins import OriginSet
from ....policy.policy import Policy
from ....protocol import headers as h
from ...shared.option_code import format_option_list
from ...shared.text import format_list
from ..context import (
    CheckContext,
    CheckRule,
    cached_per_check,
    group_by_option,
    key_of,
    locate_option,
)
from ..policy_routes import (
    Served,
    find_served,
    find_undecorated,
    is_catch_all,
    is_static,
    list_some,
    name_route,
)

MAX_HEADERS_SHOWN = 5

# ---- methods -----------------------------------------------------------------------------------

# What a route serves that was registered for all methods.
_WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})

# Flask serves them with the others, and they need no preflight.
_BESIDE = frozenset({"HEAD", "OPTIONS"})


class RefusedMethod(CheckRule):
    """A route serves a method that the policy for it does not allow.

    ## Why it matters

    A page cannot call the route: the browser sends a preflight for the method, and the policy does
    not allow it. `GET` and `POST` need no preflight by themselves, but with an `Authorization`
    header or a JSON body they do, and then they have to be listed too.

    ## Example

        CORS(app, origins="https://app.example", methods=["GET", "POST"])

        @app.delete("/books/<int:number>")
        def remove(number):
            return "", 204

    ## Use instead

        CORS(app, origins="https://app.example")

        @app.delete("/books/<int:number>")
        def remove(number):
            return "", 204

    Or add the method to `methods`. The default has the usual methods, and not `QUERY` (RFC 10008),
    which always needs a preflight.

    ## When to ignore

    Where pages on other origins are not meant to call the route. It is a note where the policy
    allows safe methods alone: read-only access to an API that does more may be meant. A catch-all
    for all methods is not reported.
    """

    code = "CORS301"
    title = "a route whose method the policy does not allow"

    @classmethod
    def find(cls, context: CheckContext) -> Iterator[Finding]:
        for option, members in group_by_option(find_served(context), "methods"):
            refused = _find_refused(members)
            if refused:
                names = sorted(option.value.names)
                missing = {method for method, _ in refused}
                useful = {*names, *missing} - h.FORBIDDEN_METHODS
                useful -= set(_find_unserved(context, option))
                yield cls(
                    f"methods: {format_value(', '.join(names))} does not allow "
                    f"{list_some(shown for _, shown in refused)}: browsers refuse to send it",
                    format_option_list("methods", option, sorted(useful)),
                    severity=Severity.NOTE if h.SAFE_METHODS.issuperset(names) else None,
                ).at(*locate_option("methods", members[0].bound))


# What a page sends with a method that needs no preflight by itself, and how a message puts it.
_WITH = {"GET": ("authorization", " with Authorization"), "POST": ("content-type", " with JSON")}


def _find_refused(members: Iterable[Served]) -> list[tuple[str, str]]:
    return [found for member in members for found in _iter_refused(member)]


def _iter_refused(member: Served) -> Iterator[tuple[str, str]]:
    """Yield the methods, and how a message names them and their routes. A method is not found where
    the header that it is sent with is refused too."""
    options = member.policy.options
    allowed, headers = options.methods.value, options.allow_headers.value
    if allowed.any or options.origins.value == OriginSet():
        return
    for route, methods in member.routes:
        if is_catch_all(route) and _WRITING.issubset(methods):
            continue  # it passes on whatever comes, or was registered by a framework
        is_left_to_view = "OPTIONS" in route.methods and not member.policy.automatic_options
        for method in sorted({*methods} - allowed.names - _BESIDE - h.FORBIDDEN_METHODS):
            header, how = _WITH.get(method, (None, ""))
            is_blocked = header is None or headers.allows(header)
            if is_blocked and not is_static(route) and not is_left_to_view:
                yield method, f"{name_route(method, route)}{how}"


class UnservedMethod(CheckRule):
    """`methods` lists a method that no route of the policy serves.

    ## Why it matters

    The browser sends the request, and gets a 405. Nothing is broken, but a route with that method
    would be open as soon as it is written.

    ## Example

        CORS(app, origins="https://app.example", methods=["GET", "DELETE"])

        @app.get("/books")
        def books():
            return ["Middlemarch"]

    ## Use instead

        CORS(app, origins="https://app.example", methods=["GET"])

        @app.get("/books")
        def books():
            return ["Middlemarch"]

    ## When to ignore

    Where other parts of the app are not loaded here.
    """

    code = "CORS302"
    title = "an allowed method that no route serves"
    severity = Severity.NOTE

    @classmethod
    def find(cls, context: CheckContext) -> Iterator[Finding]:
        groups = group_by_option(find_served(context), "methods")
        # The hint of CORS301 leaves the others out too.
        corrected = {key_of(option) for option, members in groups if _find_refused(members)}
        for option, located in context.iter_options("methods"):
            unserved = _find_unserved(context, option)
            if unserved and key_of(option) not in corrected:
                rest = sorted(option.value.names - h.FORBIDDEN_METHODS - set(unserved))
                yield cls(
                    f"methods: no route that the policy covers serves {', '.join(unserved)}",
                    format_option_list("methods", option, rest) if rest else "leave methods out",
                ).at(*located)


def _find_unserved(context: CheckContext, option: Option[MethodAllowlist]) -> list[str]:
    """Return the methods that are listed, and no route serves."""
    known = _served_methods(context).get(key_of(option))  # None: it has no routes at all
    if option.layer.kind is LayerKind.DEFAULT or option.raw is None or known is None:
        return []
    # The forbidden ones are CORS303's.
    return sorted(option.value.names - h.FORBIDDEN_METHODS - known - _BESIDE)


@cached_per_check
def _served_methods(context: CheckContext) -> dict[object, set[str]]:
    """Return the methods of the routes for each ``methods`` that was given."""
    found: dict[object, set[str]] = {}
    for route, group, candidate in context.iter_candidates():
        policies = [candidate.policy]
        if candidate.source.kind == "view":  # it would need them, if its decorator left
            policies += (policy for policy, _ in find_undecorated(context, route))
        for policy in policies:
            if isinstance(policy, Policy):
                found.setdefault(key_of(policy.options.methods), set()).update(group.methods)
    return found


# ---- headers -----------------------------------------------------------------------------------


class ForbiddenHeader(CheckRule):
    """`allow_headers` lists a request header that scripts cannot set.

    ## Why it matters

    Browsers set `Origin`, `Cookie`, `Host` and some other request headers themselves, and never
    send a preflight because of them
    ([Fetch](https://fetch.spec.whatwg.org/#forbidden-request-header)). Listing them has no effect.
    Cookies are allowed by `supports_credentials`, not by the name of a header.

    ## Example

        CORS(app, allow_headers=["Content-Type", "Cookie"])

    ## Use instead

        CORS(app, allow_headers=["Content-Type"])

    ## When to ignore

    The entry has no effect; it can stay.
    """

    code = "CORS304"
    title = "a request header that no page can set"
    severity = Severity.NOTE

    @classmethod
    def find(cls, context: CheckContext) -> Iterator[Finding]:
        yield from _find_names(cls, context, _is_forbidden, "browsers do not let pages set")


class ResponseHeader(CheckRule):
    """`allow_headers` lists a header of responses.

    ## Why it matters

    `allow_headers` is about the headers of requests. `Access-Control-Allow-Origin`, `Set-Cookie`
    and the like are headers of responses: pages do not send them, and need no permission to receive
    them. Such lists are often copied.

    ## Example

        CORS(app, allow_headers=["Content-Type", "Access-Control-Allow-Origin"])

    ## Use instead

        CORS(app, allow_headers=["Content-Type"])

    List the headers that scripts should read in `expose_headers`.

    ## When to ignore

    The entry has no effect; it can stay.
    """

    code = "CORS306"
    title = "a response header among the request headers"
    severity = Severity.NOTE

    @classmethod
    def find(cls, context: CheckContext) -> Iterator[Finding]:
        yield from _find_names(cls, context, _is_of_responses, "only servers send")


# RFC 9110, of what people list: headers that mean nothing in a request.
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


def _find_names(
    rule: type[CheckRule], context: CheckContext, is_meant: Callable[[str], bool], what: str
) -> Iterator[Finding]:
    """Yield a finding for each list that has such names; regular expressions are not read."""
    for option, located in context.iter_options("allow_headers"):
        found = sorted(filter(is_meant, option.value.names))
        if found:
            shown = format_list(list(map(format_value, found)), MAX_HEADERS_SHOWN)
            yield rule(f"allow_headers: {what} {shown}", _keep_useful(option)).at(*located)


def _keep_useful(option: Option[Any]) -> str:
    """Return the option without the names of either rule."""
    names = sorted(option.value.names)
    useful = [name for name in names if not (_is_forbidden(name) or _is_of_responses(name))]
    star = ["*"] if option.value.any else []
    return format_option_list("allow_headers", option, [*star, *useful, *option.value.regexes])
