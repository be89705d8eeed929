"""The resolution of layers to options."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from flask_cors.diagnostics import rules
from flask_cors.diagnostics.finding import Finding
from flask_cors.errors import CORSConfigError, CORSWarning
from flask_cors.policy.layers import DEFAULTS, Layer, LayerKind
from flask_cors.policy.options import unset
from flask_cors.policy.path_patterns import PathPattern
from flask_cors.policy.resolution import (
    changed,
    check_settled,
    resolve,
    resolve_resources,
    resolve_view,
)

from .findings import Facts, facts
from .layers import ALLOWED, HERE, config_layer, layer, resolved


def errors_in(call: Callable[[], object]) -> list[Finding]:
    with pytest.raises(CORSConfigError) as caught:
        call()
    return list(caught.value.findings)


def options_of(findings: Sequence[Finding]) -> list[str | None]:
    return [found.option for found in findings]


# ---- the deciding layer --------------------------------------------------------------------------


def test_an_option_comes_from_the_highest_layer_in_which_it_is_set() -> None:
    resource = layer(LayerKind.RESOURCE, max_age=1)
    init_app = layer(LayerKind.INIT_APP, max_age=2, methods="PUT")
    constructor = layer(max_age=3, methods="GET", expose_headers="X-A")
    config = config_layer(
        CORS_MAX_AGE=4, CORS_METHODS="POST", CORS_EXPOSE_HEADERS="X-B", CORS_VARY_HEADER="no"
    )
    options = resolve([resource, init_app, constructor, config, DEFAULTS])
    for option, value, raw, decides in (
        (options.max_age, "1", 1, resource),
        (options.expose_headers, "X-A", "X-A", constructor),
        (options.vary_header, False, "no", config),
        (options.always_send, True, True, DEFAULTS),
    ):
        assert (option.value, option.raw, option.layer) == (value, raw, decides)
    assert options.methods.value.listed == "PUT"
    assert options.methods.layer is init_app


@pytest.mark.parametrize(
    ("option", "default"), [("max_age", None), ("origins", "*"), ("vary_header", True)]
)
def test_an_option_set_to_its_default_overrides_lower_layers(option: str, default: object) -> None:
    below = layer(max_age=5, origins=ALLOWED, vary_header=False)
    above = layer(LayerKind.INIT_APP, **{option: default})
    assert getattr(resolve([above, below, DEFAULTS]), option).layer is above
    above = layer(LayerKind.INIT_APP, **{option: unset(default)})
    assert getattr(resolve([above, below, DEFAULTS]), option).layer is below


def test_an_option_set_in_a_higher_layer_is_not_read_in_a_lower_one() -> None:
    assert resolve([layer(max_age=1), layer(max_age="wrong"), DEFAULTS]).max_age.value == "1"


def test_each_option_is_read_once_even_if_several_policies_use_it() -> None:
    given = layer(origins=iter([ALLOWED]), resources={"/a": {"max_age": 1}, "/b": {"max_age": 2}})
    resources = dict(resolve_resources([given, DEFAULTS]))
    for path in ("/a", "/b"):
        assert resources[PathPattern(path)].origins.value.exact == {ALLOWED}
    given = layer(methods="TRACE", resources={"/a": {"max_age": 1}, "/b": {"max_age": 2}})
    with pytest.warns(CORSWarning) as caught:
        resolve_resources([given, DEFAULTS])
    assert len(caught) == 1
    check_settled([given])  # a second warning would be an error


def test_none_as_origins_allows_no_origins_with_a_warning() -> None:
    given = layer(origins=None)
    with pytest.warns(CORSWarning):
        origins = resolve([given, DEFAULTS]).origins.value
    assert origins.allow_origin_for(ALLOWED) is None
    assert facts(given.findings) == [(rules.EmptyOrigins, None)]


# ---- credentials -------------------------------------------------------------------------------

UNTRUSTED: list[tuple[object, str | None]] = [
    ("*", None),
    ([ALLOWED, ".*"], None),
    ("null", "null"),
    (r"null|https://app\.example", "null"),
    ("https://*.com", "https://evil.com"),
    (r"http://[\d.]+", "http://203.0.113.7"),
]


@pytest.mark.filterwarnings("ignore:CORS119 ")
@pytest.mark.parametrize(("origins", "accepted"), UNTRUSTED)
def test_credentials_for_untrusted_origins_are_an_error(
    origins: object, accepted: str | None
) -> None:
    (found,) = errors_in(lambda: resolved(origins=origins, supports_credentials=True))
    assert isinstance(found, rules.UntrustedCredentials)
    assert (found.option, found.value, found.location) == ("origins", origins, HERE)
    assert found.origin == accepted
    assert accepted is None or accepted in found.message


def test_credentials_with_the_default_origins_are_an_error() -> None:
    (found,) = errors_in(lambda: resolved(supports_credentials="yes"))
    assert facts([found]) == [(rules.UntrustedCredentials, "*")]
    assert found.location is None


def test_untrusted_origins_in_the_config_are_an_error_with_credentials() -> None:
    config = config_layer(CORS_ORIGINS="null")
    (found,) = errors_in(lambda: resolve([layer(supports_credentials=True), config, DEFAULTS]))
    assert facts([found]) == [(rules.UntrustedCredentials, "null")]


@pytest.mark.filterwarnings("ignore:CORS119 ")
@pytest.mark.parametrize(("origins", "_"), UNTRUSTED)
def test_without_credentials_any_origin_may_be_allowed(origins: object, _: object) -> None:
    assert resolved(origins=origins, supports_credentials=False).origins.raw == origins


@pytest.mark.parametrize(
    "origins",
    [ALLOWED, [], "https://*.app.example", r"https://([a-z0-9-]+\.)*app\.example", bool],
)
def test_credentials_are_accepted_with_trusted_origins(origins: object) -> None:
    assert resolved(origins=origins, supports_credentials=True).supports_credentials.value is True


@pytest.mark.parametrize("higher", ["origins", "credentials"])
def test_credentials_and_origins_may_come_from_different_layers(higher: str) -> None:
    layers = [layer(supports_credentials=True), layer(origins="*")]
    ordered = layers if higher == "credentials" else layers[::-1]
    assert facts(errors_in(lambda: resolve([*ordered, DEFAULTS]))) == [
        (rules.UntrustedCredentials, "*")
    ]
    assert resolve([layer(origins=ALLOWED), *layers, DEFAULTS]).supports_credentials.value is True


@pytest.mark.parametrize("exposed", ["*", "X-A, *", ["*", "X-A"]])
def test_every_header_exposed_with_credentials_causes_a_warning(exposed: object) -> None:
    given = layer(origins=ALLOWED, supports_credentials=True, expose_headers=exposed)
    with pytest.warns(CORSWarning):
        resolve([given, DEFAULTS])
    (found,) = given.findings
    assert facts([found]) == [(rules.WildcardExposeWithCredentials, exposed)]
    assert (found.option, found.location) == ("expose_headers", HERE)


@pytest.mark.parametrize(
    "options",
    [
        {"expose_headers": "*"},
        {"expose_headers": "X-*", "supports_credentials": True},
        {"expose_headers": None, "supports_credentials": True},
    ],
)
def test_exposed_headers_cause_no_warning_otherwise(options: dict[str, Any]) -> None:
    resolved(origins=ALLOWED, **options)


# ---- lookalikes --------------------------------------------------------------------------------


def test_a_regex_that_accepts_a_lookalike_causes_a_warning_at_the_layer_of_the_origins() -> None:
    given = layer(origins=[r"https://a\.example", re.compile(r"https://.*app\.example"), ALLOWED])
    with pytest.warns(CORSWarning) as caught:
        resolve([given, DEFAULTS])
    (found,) = given.findings
    assert facts([found]) == [(rules.LookalikeOrigin, r"https://.*app\.example")]
    assert (found.option, found.location) == ("origins", HERE)
    assert r"'https://.*app\\.example' allows https://evilapp.example" in found.message
    assert [(w.filename, w.lineno) for w in caught] == [("app.py", 7)]


@pytest.mark.filterwarnings("ignore:CORS1")
@pytest.mark.parametrize(
    ("regex", "suggested"),
    [
        (r"https://.*example\.com", "'https://*.example.com' for its subdomains"),
        (r"http://.*example\.com", "'http://*.example.com' for its subdomains"),
        (r"https?://.*example\.com", "'https://*.example.com' for its subdomains"),
        (r"https://(127\.0\.0\.1|.*a\.example)", "'https://*.a.example' for its subdomains"),
        (re.compile("https://app.*"), "out the end of the host"),
    ],
)
def test_the_hint_for_a_regex_that_accepts_a_lookalike_is_a_pattern_if_it_names_a_host(
    regex: str, suggested: str
) -> None:
    given = layer(origins=regex)
    resolve([given, DEFAULTS])
    (found,) = given.findings
    assert found.hint == f"write {suggested}, or list each origin"


# ---- several findings --------------------------------------------------------------------------


def test_all_errors_are_reported_together() -> None:
    found = errors_in(
        lambda: resolved(
            methods=["A B", "GET"],
            allow_headers="X A",
            max_age="soon",
            vary_header="maybe",
            supports_credentials=True,
        )
    )
    assert facts(found) == [
        (rules.InvalidMethod, "A B"),
        (rules.InvalidHeaderName, "X A"),
        (rules.InvalidMaxAge, "soon"),
        (rules.InvalidBoolean, "maybe"),
        (rules.UntrustedCredentials, "*"),
    ]


@pytest.mark.parametrize(
    ("options", "found"),
    [
        (
            {"origins": ["*", 1], "supports_credentials": True},
            [(rules.InvalidOrigin, 1)],
        ),
        (
            {"origins": "*", "supports_credentials": "maybe"},
            [(rules.InvalidBoolean, "maybe")],
        ),
    ],
)
def test_credentials_are_not_checked_where_they_or_the_origins_are_invalid(
    options: dict[str, Any], found: Facts
) -> None:
    assert facts(errors_in(lambda: resolved(**options))) == found


# ---- checks before the app is known --------------------------------------------------------------


def test_every_error_that_the_layers_decide_alone_is_raised_before_the_app_is_known() -> None:
    given = layer(origins="*", supports_credentials=True, max_age=-2, resources="/(")
    assert facts(errors_in(lambda: check_settled([given]))) == [
        (rules.InvalidMaxAge, -2),
        (rules.InvalidRegex, "/("),
        (rules.UntrustedCredentials, "*"),
    ]


@pytest.mark.parametrize(
    "options",
    [{}, {"supports_credentials": True}, {"origins": "*"}, {"max_age": 1, "resources": "/a"}],
)
def test_options_that_the_config_may_change_are_not_checked_before_the_app_is_known(
    options: Mapping[str, Any],
) -> None:
    check_settled([layer(**options)])


OPEN: dict[str, Any] = {"origins": "*", "supports_credentials": True}
OWN_ORIGINS = {"/a": {"origins": "https://a.example"}}


@pytest.mark.parametrize(
    "given",
    [
        [{"origins": "https://a.example"}, OPEN],
        [{"supports_credentials": False}, OPEN],
        [{**OPEN, "resources": OWN_ORIGINS}],
        [OPEN, {"resources": OWN_ORIGINS}],
        [{"resources": OWN_ORIGINS}, {**OPEN, "resources": "/a"}],
    ],
)
def test_credentials_for_any_origin_are_accepted_early_if_another_layer_changes_them(
    given: list[dict[str, Any]],
) -> None:
    check_settled([layer(**options) for options in given])


@pytest.mark.parametrize(
    "given",
    [
        [OPEN],
        [{"origins": "*"}, {"supports_credentials": True}],
        [{**OPEN, "resources": "/a"}, {"resources": OWN_ORIGINS}],
    ],
)
def test_credentials_for_any_origin_are_refused_early_if_no_layer_changes_them(
    given: list[dict[str, Any]],
) -> None:
    layers = [layer(**options) for options in given]
    assert facts(errors_in(lambda: check_settled(layers))) == [(rules.UntrustedCredentials, "*")]


# ---- resources ---------------------------------------------------------------------------------


def test_the_options_of_a_resource_come_before_all_other_layers() -> None:
    given = layer(resources={"/a": {"max_age": 1}, "/b": {}}, max_age=2)
    resources = dict(resolve_resources([given, config_layer(CORS_MAX_AGE=3), DEFAULTS]))
    own, shared = resources[PathPattern("/a")].max_age, resources[PathPattern("/b")].max_age
    assert (own.value, own.layer.kind, own.layer.location) == ("1", LayerKind.RESOURCE, HERE)
    assert "'/a'" in own.layer.name
    assert (shared.value, shared.layer) == ("2", given)


def test_resources_come_from_the_highest_layer_in_which_they_are_set() -> None:
    def sources(*layers: Layer) -> list[str]:
        return [pattern.source for pattern, _ in resolve_resources([*layers, DEFAULTS])]

    config = config_layer(CORS_RESOURCES="/c")
    assert sources(layer(resources="/a"), config) == ["/a"]
    assert sources(layer(), config) == ["/c"]
    assert sources(layer()) == ["/*"]


def test_resources_keep_the_order_of_their_declaration() -> None:
    resources = resolve_resources([layer(resources=["/b", re.compile("/c"), "*"]), DEFAULTS])
    assert [pattern.source for pattern, _ in resources] == ["/b", "/c", "/*"]


def test_resources_without_their_own_options_share_one_object() -> None:
    given = layer(resources={"/a": {}, "/b": {"max_age": 1}, "/c": {}})
    a, b, c = (options for _, options in resolve_resources([given, DEFAULTS]))
    assert a is c
    assert a is not b


@pytest.mark.parametrize("resources", [[], {}])
def test_an_empty_list_of_resources_has_no_policies(resources: object) -> None:
    assert resolve_resources([layer(resources=resources), DEFAULTS]) == []


def test_errors_of_all_resources_are_raised_together_and_shared_ones_once() -> None:
    given = layer(
        max_age="soon",
        resources={"/a": {"methods": "A B"}, "/b": {"vary_header": "maybe"}, "/c": {}},
    )
    found = errors_in(lambda: resolve_resources([given, DEFAULTS]))
    assert options_of(found) == ["max_age", "methods", "vary_header"]
    assert all(each.location == HERE for each in found)


def test_an_error_in_config_that_two_resources_share_is_reported_once() -> None:
    layers = [layer(resources=["/a", "/b"]), config_layer(CORS_MAX_AGE="soon"), DEFAULTS]
    assert options_of(errors_in(lambda: resolve_resources(layers))) == ["max_age"]


def test_an_error_in_the_resources_does_not_hide_those_in_other_options() -> None:
    layers = [
        layer(resources="[", send_wildcard="q"),
        config_layer(CORS_MAX_AGE="x", CORS_METHODS="A B"),
        DEFAULTS,
    ]
    found = options_of(errors_in(lambda: resolve_resources(layers)))
    assert sorted(map(str, found)) == ["max_age", "methods", "resources", "send_wildcard"]


@pytest.mark.parametrize(
    "check", [check_settled, lambda layers: resolve_resources([*layers, DEFAULTS])]
)
def test_an_invalid_pattern_does_not_hide_what_is_invalid_in_the_options_of_resources(
    check: Callable[[list[Layer]], object],
) -> None:
    resources = {"/[": {"vary_header": "q"}, "/a": {"max_age": "x"}, "/b": {}, "/c": 5}
    found = errors_in(lambda: check([layer(resources=resources)]))
    assert sorted(map(str, options_of(found))) == ["max_age", *["resources"] * 2, "vary_header"]
    assert all(each.location == HERE for each in found)


@pytest.mark.parametrize(
    "layer_of", [layer, lambda resources: config_layer(CORS_RESOURCES=resources)]
)
def test_an_invalid_pattern_does_not_hide_credentials_for_any_origin(
    layer_of: Callable[..., Layer],
) -> None:
    given = layer_of(resources={"/[": {}, "/a": {"supports_credentials": True}})
    found = errors_in(lambda: resolve_resources([given, DEFAULTS]))
    assert facts(found) == [(rules.InvalidRegex, "/["), (rules.UntrustedCredentials, "*")]
    trusted = {"/[": {"origins": ALLOWED}}
    layers = [layer(supports_credentials=True, resources=trusted), DEFAULTS]
    assert facts(errors_in(lambda: resolve_resources(layers))) == [(rules.InvalidRegex, "/[")]


def test_an_error_in_the_resources_of_config_is_reported() -> None:
    layers = [layer(), config_layer(CORS_RESOURCES=1), DEFAULTS]
    (found,) = errors_in(lambda: resolve_resources(layers))
    assert (found.option, found.value, found.location) == ("resources", 1, HERE)


def test_a_single_resource_may_have_credentials() -> None:
    given = layer(resources={"/a": {"origins": ALLOWED, "supports_credentials": True}, "/b": {}})
    resources = dict(resolve_resources([given, DEFAULTS]))
    assert resources[PathPattern("/a")].supports_credentials.value is True
    assert resources[PathPattern("/b")].supports_credentials.value is False


def test_credentials_for_a_resource_that_allows_any_origin_are_an_error() -> None:
    given = layer(
        supports_credentials=True, resources={"/a": {"origins": ALLOWED}, "/b": {"origins": "*"}}
    )
    (found,) = errors_in(lambda: resolve_resources([given, DEFAULTS]))
    assert facts([found]) == [(rules.UntrustedCredentials, "*")]
    assert found.location == HERE
    closed = layer(supports_credentials=True, resources={"/a": {"origins": ALLOWED}})
    assert len(resolve_resources([closed, DEFAULTS])) == 1


def test_an_option_that_no_resource_uses_is_checked() -> None:
    given = layer(origins="nonsense://*.*", resources={"/a": {"origins": ALLOWED}})
    assert facts(errors_in(lambda: resolve_resources([given, DEFAULTS]))) == [
        (rules.InvalidOriginPattern, "nonsense://*.*")
    ]


def test_an_unknown_option_of_a_resource_causes_a_warning_at_the_layer_of_the_resources() -> None:
    given = layer(resources={"/a": {"orgins": ALLOWED}})
    with pytest.warns(CORSWarning) as caught:
        resolve_resources([given, DEFAULTS])
    (found,) = given.findings
    assert (type(found), found.option) == (rules.UnknownOption, "origins")
    assert [(w.filename, w.lineno) for w in caught] == [("app.py", 7)]
    assert "'/a'" in found.message


def test_an_unknown_option_is_found_at_its_resource_even_if_the_pattern_is_invalid() -> None:
    given = layer(resources={"/(a": {"orgins": ALLOWED}})
    with pytest.warns(CORSWarning):
        assert [
            type(found) for found in errors_in(lambda: resolve_resources([given, DEFAULTS]))
        ] == [rules.InvalidRegex]
    (found,) = given.findings
    assert type(found) is rules.UnknownOption
    assert "'/(a'" in found.message


def test_an_unknown_option_that_is_not_a_string_causes_a_warning() -> None:
    given = layer(resources={"/a": {1: ALLOWED}})
    with pytest.warns(CORSWarning):
        resolve_resources([given, DEFAULTS])
    assert [(type(f), f.option) for f in given.findings] == [(rules.UnknownOption, None)]


def test_a_resource_cannot_have_resources() -> None:
    given = layer(resources={"/a": {"resources": "/b"}})
    with pytest.warns(CORSWarning):
        resolve_resources([given, DEFAULTS])
    assert [type(found) for found in given.findings] == [rules.UnknownOption]


# ---- decorated views ---------------------------------------------------------------------------


def test_a_decorated_view_reads_its_arguments_config_and_the_defaults() -> None:
    decorator = layer(LayerKind.DECORATOR, max_age=5)
    options = resolve_view([decorator, config_layer(CORS_ORIGINS=ALLOWED), DEFAULTS])
    assert options.max_age.layer is decorator
    assert options.origins.value.exact == {ALLOWED}


def test_a_decorated_view_with_credentials_and_the_default_origins_is_an_error() -> None:
    decorator = layer(LayerKind.DECORATOR, supports_credentials=True)
    check_settled([decorator])
    layers = [decorator, config_layer(), DEFAULTS]
    assert facts(errors_in(lambda: resolve_view(layers))) == [(rules.UntrustedCredentials, "*")]
    trusted = config_layer(CORS_ORIGINS=ALLOWED)
    assert resolve_view([decorator, trusted, DEFAULTS]).supports_credentials.value is True


# ---- changed options -----------------------------------------------------------------------------


def test_a_change_has_the_effect_of_a_layer_above_the_others() -> None:
    before = resolved(origins=ALLOWED, max_age=5)
    after = changed(before, {"methods": ["put"], "supports_credentials": "yes"})
    assert after.methods.value.names == {"PUT"}
    assert after.supports_credentials.value is True
    assert (after.methods.layer.kind, after.methods.layer.location) == (LayerKind.CHANGE, None)
    assert after == before._replace(
        methods=after.methods, supports_credentials=after.supports_credentials
    )
    assert not before.supports_credentials.value


def test_options_without_a_change_are_the_same() -> None:
    before = resolved(origins=ALLOWED)
    assert changed(before, {}) == before


@pytest.mark.parametrize(
    ("options", "values"),
    [
        ({}, {"supports_credentials": True}),
        ({"origins": ALLOWED, "supports_credentials": True}, {"origins": ["*"]}),
        ({"origins": ALLOWED}, {"origins": "null", "supports_credentials": True}),
    ],
)
def test_a_change_that_gives_credentials_to_untrusted_origins_is_an_error(
    options: dict[str, Any], values: dict[str, Any]
) -> None:
    before = resolved(**options)
    (found,) = errors_in(lambda: changed(before, values))
    assert type(found) is rules.UntrustedCredentials


def test_all_errors_of_a_change_are_reported_together() -> None:
    values = {"max_age": "long", "origins": 7, "supports_credentials": True}
    assert options_of(errors_in(lambda: changed(resolved(), values))) == ["max_age", "origins"]


def test_a_change_does_not_warn() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not changed(resolved(), {"origins": None}).origins.value.any
