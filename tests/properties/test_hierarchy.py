"""The place of an option and the order of a list do not matter."""

from __future__ import annotations

import json
import os
from typing import Any
from unittest.mock import patch

import pytest
from flask import Blueprint, Flask
from hypothesis import given
from hypothesis import strategies as st

from flask_cors import CORS, cross_origin

from . import model
from .apps import bare_app
from .model import Request, call
from .strategies import SENT, WRITTEN, lists_of, rules, sent, times

pytestmark = pytest.mark.filterwarnings("ignore::flask_cors.errors.CORSWarning")

PATHS = ("/plain", "/refused", "/broken", "/missing", "/moved", "/a/b", "/a")


def make_requests(path: str) -> list[Request]:
    pages = [((model.ORIGIN, origin),) for origin in (*SENT[:4], "null", "HTTPS://APP.example")]
    preflights = [
        (*pages[0], (model.METHOD, method), (model.NAMES, names), (model.PRIVATE, "true"))
        for method, names in (("PUT", "x-a, x-b,x-c"), ("X-OWN", "X-9"), ("patch", ""))
    ]
    return [
        *(Request(path, "GET", lines) for lines in ((), *pages)),
        *(Request(path, "OPTIONS", lines) for lines in preflights),
    ]


def decisions(app: Flask, paths: tuple[str, ...] = ("/plain", "/broken")) -> list[object]:
    """Return the status and the CORS headers of the responses to all requests."""
    responses = [call(app, request) for path in paths for request in make_requests(path)]
    return [(response.status, response.cors) for response in responses]


# ---- the same options in another place ---------------------------------------------------------


def by_keyword(options: dict[str, Any]) -> Flask:
    app = bare_app()
    CORS(app, **options)
    return app


def by_init_app(options: dict[str, Any]) -> Flask:
    app = bare_app()
    CORS().init_app(app, **options)
    return app


def by_config(options: dict[str, Any]) -> Flask:
    app = bare_app()
    app.config.update({f"CORS_{name.upper()}": value for name, value in options.items()})
    CORS(app)
    return app


def by_resource(options: dict[str, Any]) -> Flask:
    app = bare_app()
    CORS(app, resources={"/*": options})
    return app


def by_resource_in_config(options: dict[str, Any]) -> Flask:
    app = bare_app()
    app.config["CORS_RESOURCES"] = {"*": options}
    CORS(app)
    return app


def from_environment(app: Flask, variables: dict[str, str]) -> Flask:
    names = {f"FLASK_CORS_{name.upper()}": text for name, text in variables.items()}
    with patch.dict(os.environ, names):
        app.config.from_prefixed_env()
    CORS(app)
    return app


@times(0.5)
@given(rules())
def test_an_option_has_the_same_effect_in_every_layer(rule) -> None:
    # None is a value to a keyword, and unset in config.
    options = {name: value for name, value in rule.given.items() if value is not None}
    expected = decisions(by_keyword(options))
    for configure in (by_init_app, by_config, by_resource, by_resource_in_config):
        assert decisions(configure(options)) == expected, configure.__name__


@times(0.5)
@given(rules())
def test_a_decorator_decides_as_the_app_would_for_its_view(rule) -> None:
    app = bare_app()
    app.view_functions["_view"] = cross_origin(**rule.given)(app.view_functions["_view"])
    actual = [each for each in decisions(app) if each[0] != 405]
    whole = [each for each in decisions(by_keyword(rule.given)) if each[0] != 405]
    assert [cors for _, cors in actual] == [cors for _, cors in whole]


comma_lists = st.lists(st.sampled_from([item for item in WRITTEN if item.kind != "finite"]),
                       min_size=1, max_size=4, unique_by=repr)  # fmt: skip


def as_text(value: object) -> st.SearchStrategy[str]:
    """Return the ways to write a value in the environment."""
    if isinstance(value, bool):
        true, false = ("true", "True", "1", "yes", "ON"), ("false", "False", "0", "no", "Off")
        return st.sampled_from(true if value else false)
    if isinstance(value, list) and value and value != ["null"]:  # that is None to JSON
        joined = ", ".join(value)
        if not any(mark in joined for mark in ("\\", "^", "(", "|", ".*")):
            return st.sampled_from([json.dumps(value), joined, joined.replace(", ", ",")])
    if isinstance(value, str):
        return st.sampled_from([json.dumps(value), value])
    return st.just(json.dumps(value))


@st.composite
def written(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, str]]:
    """Make options that the environment can hold, as values and as text."""
    rule = draw(rules())
    options = {name: value for name, value in rule.options.items() if value is not None}
    options.pop("supports_credentials")
    options["allow_headers"] = draw(st.sampled_from(["*", [], "X-A", ["X-A", r"x-[cd].*"]]))
    options["expose_headers"] = draw(st.sampled_from(["*", ["X-A", "X-B"]]))
    texts: dict[str, str] = {}
    if draw(st.booleans()):
        options["origins"] = [item.option for item in draw(comma_lists)]
        if options["origins"] != ["null"]:
            texts["origins"] = draw(st.sampled_from([",", ", ", " ,"])).join(options["origins"])
    else:
        options["origins"] = [item.option for item in draw(lists_of(WRITTEN))]
    if draw(st.booleans()):
        options["resources"] = draw(st.sampled_from([["/plain"], ["/plain", "/b*"], "/br*", "*"]))
    for name in sorted(options.keys() - texts.keys()):
        texts[name] = draw(as_text(options[name]))
    return options, texts


@given(written())
def test_environment_variables_have_the_effect_of_their_values(both) -> None:
    options, texts = both
    assert decisions(from_environment(bare_app(), texts)) == decisions(by_keyword(options))


# Two values for each option, the first two that lead to different responses.
VALUES: dict[str, tuple[Any, ...]] = {
    "origins": ("https://app.example", ["https://other.example"], "https://*.app.example"),
    "methods": ("PUT", ["X-OWN", "PUT"], "*"),
    "allow_headers": ("x-a", ["x-b", "x-c"], "*"),
    "expose_headers": ("x-a", ["x-b"], "*"),
    "supports_credentials": (True, False),
    "max_age": (1, 2, -1),
    "send_wildcard": (True, False),
    "vary_header": (True, False),
    "automatic_options": (True, False),
    "allow_private_network": (True, False),
    "intercept_exceptions": (True, False),
    "always_send": (True, False),
}
a_level = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from(values) for name, values in VALUES.items()}
)


@times(0.7)
@given(a_level, a_level, a_level, a_level)
def test_the_highest_layer_with_an_option_decides(resource, init, constructor, config):
    config.setdefault("origins", "https://app.example")
    app = bare_app()
    app.config.update({f"CORS_{name.upper()}": value for name, value in config.items()})
    CORS(**constructor).init_app(app, resources={"/*": resource}, **init)
    assert decisions(app) == decisions(by_keyword({**config, **constructor, **init, **resource}))


# ---- order -------------------------------------------------------------------------------------


@st.composite
def shuffled(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """Make the options of a policy, and the same with every list in another order."""
    options = draw(rules()).given
    lists = {name: value for name, value in options.items() if isinstance(value, list)}
    return options, options | {name: draw(st.permutations(lists[name])) for name in lists}


@given(shuffled())
def test_the_order_of_a_list_changes_nothing(both) -> None:
    one, other = both
    assert decisions(by_keyword(one)) == decisions(by_keyword(other))


# Patterns of which no two of one rank match one path.
RANKED = ("/*", "/a/*", "/a/b", "/pl*", "/plain", "/br.*n$", "/m[io].*", r"/a/b\b", "/(re|x)f")
UNRELATED = (
    "/zz/*",
    "/nowhere",
    r"/plain/x.+[a-z]",
    r"/[A-Z]+/",
    r"^/aa",
    "/A/*",
    "/Plain",
    r"/q?zz",
)
resource_rules = st.dictionaries(
    st.sampled_from(RANKED), sent.map(lambda origin: {"origins": origin}), max_size=6
)


@st.composite
def reordered(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """Make resources, and the same in another order among others that match none of the paths."""
    related = draw(resource_rules)
    unrelated = draw(st.lists(st.sampled_from(UNRELATED), max_size=4, unique=True))
    more = [*related.items(), *((pattern, {"origins": "*"}) for pattern in unrelated)]
    return related, dict(draw(st.permutations(more)))


@times(0.5)
@given(reordered())
def test_neither_order_nor_unrelated_resources_change_the_policy_of_a_path(both) -> None:
    one, other = both
    assert decisions(by_keyword({"resources": one}), PATHS) == decisions(
        by_keyword({"resources": other}), PATHS
    )


@given(st.permutations(["/api/*", "/api/v1/*", "/other/*"]), st.booleans())
def test_a_blueprint_changes_no_response_outside_its_paths(order, has_blueprint) -> None:
    def build(with_blueprint: bool) -> Flask:
        app = bare_app()
        if with_blueprint:
            blueprint = Blueprint("unrelated", "unrelated", url_prefix="/unrelated")
            CORS(blueprint, origins="*")
            app.register_blueprint(blueprint)
        CORS(app, resources=[*order, "/pl*"], origins=[SENT[0], SENT[1]])
        return app

    assert decisions(build(has_blueprint), PATHS) == decisions(build(False), PATHS)
