"""The simulated browser and the policy agree: a page reads exactly what the policy allows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from flask_cors.browser import CHROMIUM, FIREFOX, STANDARD, Browser, Request, Response
from flask_cors.browser.quirks import Quirks
from flask_cors.browser.safelist import normalize_method
from flask_cors.policy.layers import DEFAULTS, Layer, LayerKind
from flask_cors.policy.options import POLICY_OPTIONS
from flask_cors.policy.policy import DecisionReason, Policy
from flask_cors.policy.resolution import resolve

from .model import METHOD, NAMES, ORIGIN
from .strategies import SENT, Rule, rules, times

URL = "https://api.test/books"

pages = st.sampled_from(SENT)
methods = st.sampled_from(["GET", "post", "HEAD", "PUT", "delete", "PATCH", "patch", "X-OWN"])
lines = st.lists(
    st.sampled_from(
        [
            *(("X-A", "1"), ("x-b", "2"), ("x-c", "3"), ("X-1", "4"), ("Authorization", "x")),
            *(("Content-Type", "text/plain"), ("Content-Type", "application/json")),
            *(("Accept", "a/b"), ("Range", "bytes=0-"), ("Cookie", "a=b"), ("*", "star")),
        ]
    ),
    max_size=4,
)
browsers = st.sampled_from([STANDARD, CHROMIUM, FIREFOX])


class Server:
    """Responds by a policy, and records whether it allowed every request."""

    def __init__(self, rule: Rule) -> None:
        layer = Layer(LayerKind.CONSTRUCTOR, None, rule.given, POLICY_OPTIONS)
        self.policy = Policy(resolve([layer, DEFAULTS]))
        self.allows_all = True

    def __call__(self, request: Request) -> Response:
        origin, method = request.get(ORIGIN), request.get(METHOD)
        assert origin is not None
        if method is None:
            decision = self.policy.decide(origin)
        else:
            decision = self.policy.decide_preflight(origin, method, request.get(NAMES))
        self.allows_all &= decision.reason in (DecisionReason.ALLOWED, DecisionReason.NO_ORIGIN)
        return Response(200, decision.headers)


@times(4)
@given(rules(), pages, methods, lines, st.booleans(), browsers)
def test_the_simulated_browser_reads_exactly_what_the_policy_allows(
    rule: Rule,
    origin: str,
    method: str,
    headers: list[tuple[str, str]],
    with_credentials: bool,
    quirks: Quirks,
) -> None:
    server = Server(rule)
    outcome = Browser(server, quirks).fetch(
        URL,
        origin=origin,
        method=method,
        headers=headers,
        credentials="include" if with_credentials else "same-origin",
    )
    is_readable = server.policy.options.supports_credentials.value or not with_credentials
    assert outcome.allowed == (server.allows_all and is_readable), (str(outcome), rule)
    if outcome.allowed:
        assert outcome.exchanges[-1].request.method == normalize_method(method)
        assert server.policy.decide(origin).allows_origin


# ---- any server --------------------------------------------------------------------------------

names = st.sampled_from(
    [
        *("Access-Control-Allow-Origin", "Access-Control-Allow-Credentials"),
        *("Access-Control-Allow-Methods", "Access-Control-Allow-Headers", "Location"),
        *("Access-Control-Expose-Headers", "Access-Control-Max-Age", "Set-Cookie", "X-A"),
        "Cross-Origin-Resource-Policy",
    ]
)
values = st.one_of(
    st.sampled_from(["*", "true", "https://app.example", "PUT, x-a", "/", "//b.test", "60", ""]),
    st.text(st.characters(max_codepoint=255), max_size=20),
)
response_lists = st.lists(
    st.builds(
        Response,
        st.sampled_from([200, 204, 301, 302, 303, 304, 307, 308, 401, 407, 500]),
        st.lists(st.tuples(names, values), max_size=6).map(tuple),
    ),
    min_size=1,
    max_size=4,
)


@times(4)
@given(
    response_lists,
    methods,
    lines,
    st.sampled_from(["omit", "same-origin", "include"]),
    st.sampled_from(["cors", "same-origin", "no-cors"]),
    st.sampled_from(["follow", "error", "manual"]),
    browsers,
)
def test_any_response_of_a_server_leads_to_an_outcome_with_its_exchanges(
    responses, method, headers, credentials, mode, redirect, quirks
) -> None:
    count = 0

    def transport(request: Request) -> Response:
        nonlocal count
        count += 1
        return responses[count % len(responses)]

    outcome = Browser(transport, quirks).fetch(
        URL,
        origin="https://app.example",
        method="GET" if mode == "no-cors" else method,
        headers=headers,
        credentials=credentials,
        mode=mode,
        redirect=redirect,
    )
    assert outcome.allowed == (outcome.type != "error")
    assert outcome.allowed or (outcome.status, outcome.headers, outcome.body) == (0, (), b"")
    assert (outcome.reason is None) == (outcome.parameter is None)
    assert count == len(outcome.exchanges) <= 42  # 21 requests, and a preflight for each
    assert all(line.isprintable() for line in str(outcome).splitlines())
    assert not {"set-cookie", "set-cookie2"} & {name for name, _ in outcome.headers}
