"""Rules: exposed headers. What an app sends, and scripts cannot read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ....browser import Response
from ....diagnostics.finding import Finding, Severity
from ....policy.policy import Policy
from ....protocol import headers as h
from ...shared.functions import Function
from ...shared.inventory import BoundPolicy, Route
from ...shared.option_code import format_option_list
from ..code_names import parts_of, strings_in
from ..context import CheckContext, CheckRule, group_by_option, locate_option
from ..policy_routes import find_served, is_static, list_some, name_route
from ..sample_requests import find_allowed_origin, make_request, make_sample_requests
from ..tracing import Send, trace_requests

# What scripts read: pages of a list, the names of downloads, rate limits, sessions of the Model
# Context Protocol.
_READ_BY_SCRIPTS = re.compile(
    r"x-total(-\w+)?|x-pagination|link|content-disposition|(x-)?ratelimit(-[\w-]+)?|mcp-session-id",
    re.IGNORECASE,
)
# The arguments by which Flask's send_file sends the name of a download.
_OF_DOWNLOADS = frozenset({"as_attachment", "download_name"})


class _Unreadable(NamedTuple):
    """The names of the headers that a response has and scripts cannot read."""

    bound: BoundPolicy
    request: str
    names: list[str]

    @property
    def policy(self) -> Policy:
        return self.bound.policy


class UnreadableHeader(CheckRule):
    """A response has a header that is meant for scripts, and `expose_headers` does not list it.

    ## Why it matters

    A script reads a header of a cross-origin response only if `Access-Control-Expose-Headers` lists
    it, apart from a few such as `Content-Type`
    ([Fetch](https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name)). Of any other it
    gets `null`, and no error says why. The rule looks for `X-Total-Count` and `Link` for the pages
    of a list, rate limits, `Mcp-Session-Id`, and the name of a download in `Content-Disposition`.

    ## Example

        CORS(app, origins="https://app.example")

        @app.get("/books")
        def books():
            return ["Middlemarch"], {"X-Total-Count": "1"}

    ## Use instead

        CORS(app, origins="https://app.example", expose_headers=["X-Total-Count"])

        @app.get("/books")
        def books():
            return ["Middlemarch"], {"X-Total-Count": "1"}

    ## When to ignore

    Where the frontend does not read the header: it is a note.

    Views without converters whose code names such a header are called, with GET. Of other views,
    and of those that redirect to a login, the code alone is known.
    """

    code = "CORS310"
    title = "a response header that scripts cannot read"
    severity = Severity.NOTE

    @classmethod
    def find(cls, context: CheckContext) -> Iterator[Finding]:
        found = [each for each in _find_unreadable(context) if each.names]
        for option, members in group_by_option(found, "expose_headers"):
            by_name = {name.lower(): name for each in members for name in each.names}
            names = sorted(by_name.values())
            requests = list_some(each.request for each in members)
            exposed = [*h.comma_list(option.value or ""), *names]
            yield cls(
                f"expose_headers: scripts cannot read {list_some(names)} of {requests}",
                format_option_list("expose_headers", option, exposed),
            ).at(*locate_option("expose_headers", members[0].bound))


def _find_unreadable(context: CheckContext) -> Iterator[_Unreadable]:
    samples = make_sample_requests(context)  # before the views are replaced
    served = find_served(context)
    bound_by_policy = {id(each.policy): each.bound for each in served}
    views = context.app.view_functions
    named_by = {name: _find_named_headers(view) for name, view in views.items()}
    with trace_requests(context.app, context.calls) as send:
        for sample in samples:  # what functions around the views send
            response = send(sample.request(context.app)).response
            bound = bound_by_policy.get(id(sample.policy))
            if response is not None and bound is not None:
                names = _read_unreadable(sample.policy, response)
                yield _Unreadable(bound, name_route(sample.method, sample.route), names)
        for bound, route in ((each.bound, route) for each in served for route, _ in each.routes):
            named = named_by[route.endpoint]
            if named and not is_static(route):
                names = _try_view(context, bound.policy, route, named, send)
                yield _Unreadable(bound, name_route(route.methods[0], route), names)


def _try_view(
    context: CheckContext, policy: Policy, route: Route, named: list[str], send: Send
) -> list[str]:
    """Return what a view sends; what its code names, if it cannot be called."""
    origin = find_allowed_origin(policy)
    if origin is None:
        return []
    if "GET" in route.methods and "<" not in route.path and not route.host:
        request = make_request(context.app, "GET", route.path, {"Origin": origin})
        trace = send(request, route.endpoint)
        if trace.response is not None and trace.shows_view:
            return _read_unreadable(policy, trace.response)
    exposed = policy.options.expose_headers.value
    return [name for name in named if not _exposes(policy, exposed, name)]


def _find_named_headers(view: Function) -> list[str]:
    """Return the headers that the code of a view writes out as strings."""
    strings = {text for part in parts_of(view) for text in strings_in(part.__code__)}
    names = {text for text in strings if _READ_BY_SCRIPTS.fullmatch(text) and text != "link"}
    return sorted(names | ({"Content-Disposition"} if strings & _OF_DOWNLOADS else set()))


def _read_unreadable(policy: Policy, response: Response) -> list[str]:
    """Return the headers of a response that scripts on an allowed origin cannot read."""
    exposed = response.get(h.EXPOSE_HEADERS)
    return [
        name
        for name, value in response.headers
        if _READ_BY_SCRIPTS.fullmatch(name)
        and not _exposes(policy, exposed, name)
        and not value.startswith("inline")  # what is shown in the page needs no name
    ]


def _exposes(policy: Policy, exposed: str | None, name: str) -> bool:
    names = {each.lower() for each in h.comma_list(exposed or "")}
    is_for_all = "*" in names and not policy.options.supports_credentials.value
    return is_for_all or name.lower() in names
