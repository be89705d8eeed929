"""A shared cache that honours Vary never changes the verdict of a browser on a response.

A view's response depends on its path alone here, so that any difference between a kept response
and a fresh one is this package's doing. GET and HEAD of one URL have one policy.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from . import model
from .apps import PATHS, an_app
from .model import Cache, Request, call, verdict
from .strategies import (
    ANY,
    EXACT,
    PATTERNS,
    SENT,
    Rule,
    any_origin,
    headers,
    requests,
    rules,
    sent,
    times,
)

pytestmark = pytest.mark.filterwarnings("ignore::flask_cors.errors.CORSWarning")

# Few of each, so that kept responses are used. Clients other than browsers may fill the cache too.
origins = st.one_of(st.sampled_from(SENT[:6]), sent, any_origin)
a_path = st.sampled_from(PATHS)
policies = st.one_of(st.none(), rules(vary_header=True))


def comes_from_a_page(request: Request) -> bool:
    return request.get(model.ORIGIN) in SENT


def a_cache_changes_nothing(
    app: Flask,
    sent_requests: list[Request],
    methods: Iterable[str],
    revalidated: Collection[int] = (),
) -> None:
    cache = Cache(methods)
    for number, request in enumerate(sent_requests):
        fresh = call(app, request)
        if comes_from_a_page(request):
            seen = verdict(fresh, request)
            for stored in cache.matching(request):
                assert verdict(stored.response, request) == seen, (stored, request, fresh)
        if number in revalidated and request.method == "GET":
            conditional = request._replace(headers=(*request.headers, ("If-None-Match", '"1"')))
            response = call(app, conditional)
            if response.status == 304:
                cache.refresh(request, response)
        cache.keep(request, fresh)


def sequences(methods: list[str], lines) -> st.SearchStrategy[list[Request]]:
    """Make requests for two paths, mostly for one."""

    def on(paths: list[str]) -> st.SearchStrategy[list[Request]]:
        path = st.sampled_from([paths[0], *paths])
        return st.lists(requests(path, st.sampled_from(methods), lines), min_size=2, max_size=7)

    return st.lists(a_path, min_size=1, max_size=2).flatmap(on)


actual = headers(origins)


@times(2)
@given(
    policies,
    policies,
    policies,
    sequences(["GET", "GET", "HEAD"], actual),
    st.sets(st.integers(0, 6)),
)
def test_a_cache_of_get_and_head_changes_no_verdict(
    app_rule, bp_rule, view_rule, sent_requests, revalidated
) -> None:
    a_cache_changes_nothing(
        an_app(app_rule, bp_rule, view_rule), sent_requests, ("GET", "HEAD"), revalidated
    )


# Each kind of list that the contract's table has a row for.
ROWS = st.sampled_from(
    [[EXACT[0]], list(EXACT[:2]), [PATTERNS[0]], [ANY[0]], [EXACT[0], ANY[0]], []]
)


@given(
    st.builds(
        lambda items, wildcard, always: Rule(
            items, {"send_wildcard": wildcard, "always_send": always}
        ),
        ROWS,
        st.booleans(),
        st.booleans(),
    ),
    a_path,
    st.sampled_from(["app_rule", "bp_rule", "view_rule"]),
)
def test_every_row_of_the_table_has_the_vary_that_it_needs(rule, path, place) -> None:
    """With every pair of origins, and without one, in both orders."""
    app = an_app(**{place: rule})
    lines = [(), *(((model.ORIGIN, origin),) for origin in SENT)]
    sent_requests = [Request(path, "GET", line) for line in lines]
    a_cache_changes_nothing(app, [*sent_requests, *sent_requests], ("GET",))


# RFC 9110 9.3.7: responses to OPTIONS are not cacheable. Some CDNs can be configured to keep them.

preflights = st.tuples(headers(origins, private_network=None), sent).map(
    lambda drawn: drawn[0] if dict(drawn[0]).get(model.ORIGIN) else (
        (model.ORIGIN, drawn[1]), *drawn[0])
)  # fmt: skip


def is_preflight(request: Request) -> bool:
    return None not in (request.get(model.ORIGIN), request.get(model.METHOD))


@times(2)
@given(policies, policies, policies, sequences(["OPTIONS"], preflights))
def test_a_cache_of_preflights_changes_no_verdict(
    app_rule, bp_rule, view_rule, sent_requests
) -> None:
    sent_requests = [request for request in sent_requests if is_preflight(request)]
    a_cache_changes_nothing(an_app(app_rule, bp_rule, view_rule), sent_requests, ("OPTIONS",))
