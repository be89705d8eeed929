"""Generated apps: the rules of a plan agree with their routes."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple

import pytest
from flask import Blueprint, Flask
from hypothesis import assume, given
from hypothesis import strategies as st

from flask_cors import CORS, cross_origin
from flask_cors.tools.export.obstacles import ExportError
from flask_cors.tools.export.plan import build_plan
from tests.tools.export.edge_differences import DIFFERENCES, is_one_of
from tests.tools.export.edge_requests import Sent
from tests.versions import DUPLICATE_RULE_ERRORS

from .edges import of_app, of_plan

APP = "https://app.example"

RULES = [
    *("/", "/a", "/a/", "/a/b", "/a/b/", "/a/<name>", "/a/<int:n>", "/a/<name>/", "/a-<x>"),
    *("/<x>", "/<x>/b", "/<path:all>", "/<float:f>/b", "/a/<path:rest>", "/a/<any(b,c):x>"),
    *("/a/<x>/<int:n>", "/a//b", "/a//<x>", "/<path:all>/b", "/a/<path:rest>/c", "/p/<path:x>.y"),
]
PATHS = [
    *("/", "/a", "/a/", "/a/b", "/a/b/", "/a/c", "/a/7", "/a/7/", "/a/b/c", "/a/b/7", "/a/c/"),
    *("/b", "/1.5/b", "/a-1", "/c/b", "/a//b", "//a", "/p", "/p/", "/p/a", "/p/a/b", "/p/q"),
    *("/p/q/a", "/p//a", "/a/b/c/", "/b/b", "/b/b/", "/a/b//c", "/p/x.y", "/p/x.y/", "/p/q/c/c/"),
]
METHODS = ["GET", "PUT", "OPTIONS", "DELETE"]


class Routed(NamedTuple):
    """A view.

    :ivar blueprint: the number of the one that it belongs to; None for the app.
    """

    rule: str
    methods: list[str]
    is_decorated: bool
    is_strict: bool
    blueprint: int | None


class Bound(NamedTuple):
    """The CORS of a blueprint or of the app: its resources, None for no CORS at all."""

    resources: list[str] | None


PATTERNS = [
    *("/*", ".*", "/a/*", "/a", "/p/a/*", r"/p/\w+$", r"/a/[^/]+", "/p/q/*", "/a/b", "/a/b/"),
    *("/a/b/?$", r"/a/.+/\Z", ".*$", "/p/q/$", r"/p/q/\w*$", "/[^p].*[^/]$"),
]
routes = st.lists(
    st.builds(
        Routed,
        st.sampled_from(RULES),
        st.lists(st.sampled_from(["GET", "PUT", "DELETE"]), min_size=1, unique=True),
        st.booleans(),
        st.booleans(),
        st.sampled_from([None, 0, 1, 2]),
    ),
    min_size=1,
    max_size=7,
)
bound = st.builds(
    Bound, st.one_of(st.none(), st.lists(st.sampled_from(PATTERNS), min_size=1, unique=True))
)
PREFIXES = ["/p", "/p/q", None]


def made(views: list[Routed], whole: Bound, each: list[Bound]) -> Flask:
    app = Flask(__name__, static_folder=None)
    blueprints = [
        Blueprint(f"b{number}", __name__, url_prefix=prefix)
        for number, prefix in enumerate(PREFIXES)
    ]
    for number, view in enumerate(views):
        function: Any = lambda **_: ""  # noqa: E731
        if view.is_decorated:
            function = cross_origin(origins=f"https://{number}.example")(function)
        options: dict[str, Any] = {"methods": view.methods, "strict_slashes": view.is_strict}

        def add(to: Any, arguments: Any = (view.rule, f"v{number}", function), options=options):
            with suppress(*DUPLICATE_RULE_ERRORS):
                to.add_url_rule(*arguments, **options)

        if view.blueprint is None:
            add(app)
        else:
            blueprints[view.blueprint].record(add)
    for number, (blueprint, of_it) in enumerate(zip(blueprints, each, strict=True)):
        if of_it.resources is not None:
            CORS(blueprint, resources=of_it.resources, origins=f"https://b{number}.example")
        app.register_blueprint(blueprint)
    if whole.resources is not None:
        CORS(app, resources=whole.resources, origins=APP)
    return app


@pytest.fixture(autouse=True, scope="module")
def _quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


paths = st.lists(st.sampled_from(PATHS), min_size=1, max_size=3, unique=True)


@given(routes, bound, st.lists(bound, min_size=3, max_size=3), paths)
def test_the_policy_of_each_route_is_the_one_that_the_app_takes(
    views: list[Routed], whole: Bound, each: list[Bound], paths: list[str]
) -> None:
    app = made(views, whole, each)
    try:
        edge = build_plan(app)
    except ExportError:
        assume(False)
    for path in paths:
        for method in METHODS:
            headers = (("Origin", APP), ("Access-Control-Request-Method", method))
            for sent in (Sent(method, path, ()), Sent("OPTIONS", path, headers)):
                by_app, by_edge = of_app(app, sent), of_plan(edge, sent)
                assert by_app == by_edge or is_one_of(DIFFERENCES, app, sent, by_app, by_edge), sent
