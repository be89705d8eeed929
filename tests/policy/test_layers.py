"""The layers that options come from, and the warnings about each."""

from __future__ import annotations

import pickle
import warnings
from copy import copy, deepcopy
from typing import Any

import pytest

from flask_cors.diagnostics import rules
from flask_cors.diagnostics.finding import Finding
from flask_cors.diagnostics.source_location import SourceLocation
from flask_cors.errors import CORSConfigError, CORSWarning
from flask_cors.policy.layers import (
    DEFAULTS,
    ConfigLayer,
    Layer,
    LayerKind,
    find_unknown_key,
    unknown_keys,
)
from flask_cors.policy.options import CONFIG_KEYS, EXTENSION_OPTIONS, POLICY_OPTIONS, unset
from flask_cors.policy.resolution import resolve, resolve_resources, resolve_view

from .findings import facts
from .layers import ALLOWED, HERE, config_layer, layer, layer_at

Warned = list[warnings.WarningMessage]

IGNORED = pytest.mark.filterwarnings("ignore::flask_cors.errors.CORSWarning")


# ---- reading -----------------------------------------------------------------------------------


def test_a_layer_has_the_options_that_are_set_as_written() -> None:
    given = layer(max_age=5, methods=["put"], origins=unset("*"))
    assert given.raw == {"max_age": 5, "methods": ["put"]}
    assert "max_age" in given
    assert "origins" not in given
    option = given.read("methods")
    assert (option.value.names, option.raw, option.layer) == ({"PUT"}, ["put"], given)


def test_an_option_set_to_its_default_is_set() -> None:
    assert "max_age" in layer(max_age=None)
    assert "origins" in layer(origins="*")


@pytest.mark.parametrize("kind", LayerKind)
def test_the_name_of_a_layer_is_that_of_its_kind_unless_it_has_its_own(kind: LayerKind) -> None:
    assert Layer(kind, HERE, {}, POLICY_OPTIONS).name == kind.value
    assert Layer(kind, HERE, {}, POLICY_OPTIONS, name="this one").name == "this one"


def test_each_kind_of_layer_has_its_own_name() -> None:
    assert len({kind.value for kind in LayerKind}) == len(LayerKind)


def test_an_option_is_read_once_and_causes_one_warning() -> None:
    given = layer(methods=iter(["TRACE"]))
    with pytest.warns(CORSWarning) as caught:
        first = given.read("methods")
    assert given.read("methods") is first
    assert len(caught) == 1
    assert facts(given.findings) == [(rules.ForbiddenMethod, "TRACE")]


def test_an_error_is_raised_each_time_the_option_is_read() -> None:
    given = layer(max_age=iter(["x"]))
    errors: list[CORSConfigError] = []
    for _ in range(2):
        with pytest.raises(CORSConfigError) as caught:
            given.read("max_age")
        errors.append(caught.value)
    assert errors[0].findings == errors[1].findings


def test_the_findings_of_a_layer_have_its_location() -> None:
    given = layer_at(SourceLocation("other.py", 3), max_age="soon", methods="TRACE")
    with pytest.raises(CORSConfigError) as caught:
        given.read("max_age")
    with pytest.warns(CORSWarning) as warned:
        given.read("methods")
    assert (warned[0].filename, warned[0].lineno) == ("other.py", 3)
    for found in (*caught.value.findings, *given.findings):
        assert found.location == SourceLocation("other.py", 3)


def test_a_layer_without_a_location_keeps_its_findings_and_warns_of_none() -> None:
    given = layer_at(None, methods="TRACE", orgins="*")
    given.read("methods")
    assert [type(found) for found in given.findings] == [
        rules.UnknownOption,
        rules.ForbiddenMethod,
    ]


def test_a_warning_that_python_turns_into_an_error_is_raised_except_during_a_request() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(CORSWarning):
            layer(methods="TRACE").read("methods")
        given = layer(methods="TRACE")
        given.is_in_request = True
        assert given.read("methods").value.names == {"TRACE"}
    assert facts(given.findings) == [(rules.ForbiddenMethod, "TRACE")]


def test_a_layer_can_be_copied_and_pickled_before_and_after_it_was_read() -> None:
    given = layer(origins=[ALLOWED], max_age=5)
    for _ in range(2):
        pickled = [pickle.loads(pickle.dumps(given, protocol)) for protocol in (0, 4)]
        for copied in (deepcopy(given), *pickled):
            assert copied.raw == {"origins": [ALLOWED], "max_age": 5}
            assert (copied.kind, copied.location) == (LayerKind.CONSTRUCTOR, HERE)
            option = copied.read("origins")
            assert option.value == given.read("origins").value
            assert option.layer is copied


@IGNORED
def test_a_layer_may_share_the_findings_of_another() -> None:
    findings: list[Finding] = []
    for _ in range(2):
        Layer(LayerKind.RESOURCE, HERE, {"orgins": "*"}, POLICY_OPTIONS, findings=findings)
    assert [type(found) for found in findings] == [rules.UnknownOption]


def test_the_defaults_are_a_layer_without_a_location() -> None:
    assert (DEFAULTS.kind, DEFAULTS.location) == (LayerKind.DEFAULT, None)
    assert set(DEFAULTS.raw) == set(EXTENSION_OPTIONS)


# ---- unknown options ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("orgins", "origins"),
        ("origin", "origins"),
        ("method", "methods"),
        ("allowed_headers", "allow_headers"),
        ("max-age", "max_age"),
        ("supports_credential", "supports_credentials"),
        ("resource", "resources"),
        ("CORS_MAX_AGE", "max_age"),
        # the names of other libraries
        ("whitelist", "origins"),
        ("domains", "origins"),
        ("paths", "resources"),
        ("zzz", None),
        ("", None),
    ],
)
def test_an_unknown_option_causes_a_warning_with_the_nearest_real_name(
    name: str, nearest: str | None
) -> None:
    with pytest.warns(CORSWarning) as caught:
        given = layer(**{name: "*"})
    (found,) = given.findings
    assert type(found) is rules.UnknownOption
    assert (found.option, found.location) == (nearest, HERE)
    assert nearest is None or repr(nearest) in found.hint
    assert repr(name) in found.message
    assert [(w.filename, w.lineno) for w in caught] == [("app.py", 7)]
    assert given.raw == {}


@pytest.mark.parametrize("name", ["headers", "CORS_HEADERS"])
def test_an_option_name_of_very_old_versions_has_its_own_rule(name: str) -> None:
    with pytest.warns(CORSWarning):
        given = layer(**{name: "Content-Type"})
    assert [(type(f), f.option) for f in given.findings] == [(rules.OldOptionName, "allow_headers")]
    assert given.raw == {}


def test_an_unknown_option_that_is_unset_is_ignored() -> None:
    assert layer(orgins=unset("*")).raw == {}


@pytest.mark.parametrize("name", ["resources", "paths"])
def test_each_kind_of_layer_has_its_own_known_options(name: str) -> None:
    with pytest.warns(CORSWarning):
        given = Layer(LayerKind.DECORATOR, HERE, {name: "/a"}, POLICY_OPTIONS)
    assert [(type(f), f.option) for f in given.findings] == [(rules.UnknownOption, None)]


# ---- app.config --------------------------------------------------------------------------------


def test_each_key_of_the_config_sets_its_option() -> None:
    values = {key: name for name, key in enumerate(CONFIG_KEYS)}
    given = ConfigLayer(values, HERE)
    assert given.raw == {option: name for name, option in enumerate(CONFIG_KEYS.values())}
    assert (given.kind, given.location) == (LayerKind.CONFIG, HERE)


@pytest.mark.parametrize("empty", [None, ""])
def test_an_empty_value_in_config_is_unset_except_for_origins_and_resources(empty: object) -> None:
    config = dict.fromkeys(CONFIG_KEYS, empty)
    assert ConfigLayer(config, HERE).raw == {"origins": empty, "resources": empty}


@pytest.mark.parametrize("value", [0, False, " ", [], "0"])
def test_no_other_value_in_config_is_unset(value: object) -> None:
    assert ConfigLayer({"CORS_MAX_AGE": value}, HERE).raw == {"max_age": value}


@pytest.mark.parametrize("empty", [None, "", " ", [""]])
def test_empty_origins_in_the_config_allow_no_origins_with_a_warning(empty: object) -> None:
    given = config_layer(CORS_ORIGINS=empty)
    with pytest.warns(CORSWarning) as caught:
        origins = resolve([given, DEFAULTS]).origins
    assert facts(given.findings) == [(rules.EmptyOrigins, empty)]
    assert [(w.filename, w.lineno) for w in caught] == [("app.py", 7)]
    assert origins.value.allow_origin_for(ALLOWED) is None
    assert origins.layer is given


@pytest.mark.parametrize("empty", [None, ""])
def test_empty_resources_in_the_config_match_no_path_with_a_warning(empty: object) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        given = config_layer(CORS_RESOURCES=empty)
        assert resolve_resources([given, DEFAULTS]) == []
    (found,) = given.findings
    assert facts([found]) == [(rules.EmptyList, empty)]
    assert (found.option, found.location) == ("resources", HERE)
    assert [(w.filename, w.lineno) for w in caught] == [("app.py", 7)]


@pytest.mark.parametrize("empty", [None, ""])
def test_empty_resources_in_the_config_cause_no_warning_if_others_are_set(
    empty: object,
) -> None:
    given = config_layer(CORS_RESOURCES=empty)
    assert len(resolve_resources([layer(resources="/a"), given, DEFAULTS])) == 1
    assert given.findings == []


@pytest.mark.parametrize("empty", [[], {}, ()])
def test_an_empty_list_of_resources_in_the_config_matches_no_path_without_a_warning(
    empty: object,
) -> None:
    assert resolve_resources([config_layer(CORS_RESOURCES=empty), DEFAULTS]) == []


def test_config_is_read_when_the_layer_is_made_and_not_later() -> None:
    config: dict[str, object] = {"CORS_MAX_AGE": 1}
    given = ConfigLayer(config, HERE)
    config["CORS_MAX_AGE"] = 2
    config["CORS_METHODS"] = "GET"
    options = resolve([given, DEFAULTS])
    assert options.max_age.value == "1"
    assert options.methods.layer is DEFAULTS


def test_an_iterator_can_be_read_again() -> None:
    options = {"origins": map(str.strip, [" https://a.example "]), "max_age": 5}
    given = layer(methods=iter(["PUT"]), resources={"/api/*": options, "/*": {}})
    for each in (given, copy(given)):
        assert each.raw["methods"] == ["PUT"]
        ((_, own), (_, none)) = each.read("resources").value
        assert own == {"origins": ["https://a.example"], "max_age": 5}
        assert none == {}


def test_an_iterator_in_config_can_be_read_by_several_layers() -> None:
    config: dict[str, object] = {
        "CORS_ORIGINS": (origin for origin in ["https://a.example"]),
        "CORS_RESOURCES": {"/*": {"methods": iter(["PUT"])}},
        "CORS_MAX_AGE": 5,
        "OTHER": iter("x"),
    }
    for _ in range(2):
        read = ConfigLayer(config, HERE)
        assert read.raw["origins"] == ["https://a.example"]
        assert read.raw["resources"] == {"/*": {"methods": ["PUT"]}}
    assert not isinstance(config["OTHER"], list)


def test_what_is_no_iterator_is_kept_as_written() -> None:
    resources = {"/*": {"methods": ["PUT"]}}
    assert layer(resources=resources).raw["resources"] is resources


def test_a_config_key_that_is_not_a_string_is_ignored() -> None:
    config: dict[Any, object] = {1: "*", None: "*", "CORS_MAX_AGE": 1}
    assert ConfigLayer(config, HERE).raw == {"max_age": 1}
    assert unknown_keys(config) == []


# ---- keys of app.config that are not options ---------------------------------------------------


def warned_of_keys(config: dict[str, object], **options: object) -> list[Finding]:
    """Return the findings in ``config`` with a ``CORS(app, **options)``."""
    given = ConfigLayer(config, HERE)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        resolve_resources([layer(**options), given, DEFAULTS])
    assert [(w.filename, w.lineno) for w in caught] == [("app.py", 7)] * len(given.findings)
    assert all(found.location == HERE for found in given.findings)
    return given.findings


NEAR = [
    ("CORS_ORGINS", "CORS_ORIGINS"),
    ("CORS_METHOD", "CORS_METHODS"),
    ("CORS_ALLOWS_HEADERS", "CORS_ALLOW_HEADERS"),
    ("CORS_SUPPORT_CREDENTIALS", "CORS_SUPPORTS_CREDENTIALS"),
    ("CORS_RESOURCE_", "CORS_RESOURCES"),
]

FOREIGN = [
    # django-cors-headers
    ("CORS_ALLOWED_ORIGINS", "CORS_ORIGINS"),
    ("CORS_ALLOWED_ORIGIN_REGEXES", "CORS_ORIGINS"),
    ("CORS_ORIGIN_WHITELIST", "CORS_ORIGINS"),
    ("CORS_ORIGIN_REGEX_WHITELIST", "CORS_ORIGINS"),
    ("CORS_ALLOW_ALL_ORIGINS", "CORS_ORIGINS"),
    ("CORS_ORIGIN_ALLOW_ALL", "CORS_ORIGINS"),
    ("CORS_ALLOW_CREDENTIALS", "CORS_SUPPORTS_CREDENTIALS"),
    ("CORS_ALLOW_METHODS", "CORS_METHODS"),
    ("CORS_PREFLIGHT_MAX_AGE", "CORS_MAX_AGE"),
    ("CORS_URLS_REGEX", "CORS_RESOURCES"),
    # Starlette, FastAPI
    ("CORS_ALLOW_ORIGINS", "CORS_ORIGINS"),
    ("CORS_ALLOW_ORIGIN_REGEX", "CORS_ORIGINS"),
    # others
    ("CORS_ORIGIN", "CORS_ORIGINS"),
    ("CORS_ALLOW_ORIGIN", "CORS_ORIGINS"),
    ("CORS_ALLOWED_ORIGIN", "CORS_ORIGINS"),
    ("CORS_WHITELIST", "CORS_ORIGINS"),
    ("CORS_ALLOWLIST", "CORS_ORIGINS"),
    ("CORS_ACCESS_CONTROL_ALLOW_ORIGIN", "CORS_ORIGINS"),
    ("CORS_ALLOWED_HOSTS", "CORS_ORIGINS"),
    ("CORS_DOMAINS", "CORS_ORIGINS"),
    ("CORS_ALLOWED_DOMAINS", "CORS_ORIGINS"),
    ("CORS_ALLOW_METHOD", "CORS_METHODS"),
    ("CORS_ALLOWED_METHOD", "CORS_METHODS"),
    ("CORS_ALLOWED_METHODS", "CORS_METHODS"),
    ("CORS_ALLOW_HEADER", "CORS_ALLOW_HEADERS"),
    ("CORS_ALLOWED_HEADERS", "CORS_ALLOW_HEADERS"),
    ("CORS_EXPOSE_HEADER", "CORS_EXPOSE_HEADERS"),
    ("CORS_EXPOSED_HEADERS", "CORS_EXPOSE_HEADERS"),
    ("CORS_CREDENTIALS", "CORS_SUPPORTS_CREDENTIALS"),
    ("CORS_ALLOWED_CREDENTIALS", "CORS_SUPPORTS_CREDENTIALS"),
    ("CORS_MAXAGE", "CORS_MAX_AGE"),
    ("CORS_RESOURCE", "CORS_RESOURCES"),
    ("CORS_PATHS", "CORS_RESOURCES"),
]


@pytest.mark.parametrize(
    ("key", "right", "rule"),
    [
        *((key, right, rules.UnknownOption) for key, right in NEAR),
        *((key, right, rules.ForeignConfigKey) for key, right in FOREIGN),
        ("CORS_HEADERS", "CORS_ALLOW_HEADERS", rules.OldOptionName),
    ],
)
def test_a_config_key_that_resembles_one_of_ours_causes_a_warning_with_the_right_name(
    key: str, right: str, rule: type[Finding]
) -> None:
    (found,) = warned_of_keys({key: "*"})
    assert (type(found), found.option) == (rule, CONFIG_KEYS[right])
    assert repr(key) in found.message
    assert right in found.hint


SET: dict[str, object] = {
    "origins": ALLOWED,
    "methods": "GET",
    "allow_headers": "X-A",
    "expose_headers": "X-A",
    "max_age": 5,
    "supports_credentials": False,
    "resources": ["/a"],
}


@pytest.mark.parametrize(("key", "right"), NEAR + FOREIGN)
def test_an_unknown_key_causes_no_warning_if_its_option_is_an_argument(
    key: str, right: str
) -> None:
    option = CONFIG_KEYS[right]
    assert warned_of_keys({key: "*"}, **{option: SET[option]}) == []


@pytest.mark.parametrize(("key", "right"), NEAR + FOREIGN)
def test_an_unknown_key_causes_no_warning_if_its_option_has_its_own_key(
    key: str, right: str
) -> None:
    assert warned_of_keys({key: "*", right: SET[CONFIG_KEYS[right]]}) == []


@pytest.mark.parametrize(
    "options",
    [
        {"origins": ALLOWED},
        {"resources": {"/a": {"origins": ALLOWED}}},
        {"resources": {"/a": {"origins": ALLOWED}, "/b": {"origins": []}}},
    ],
)
def test_a_foreign_key_for_origins_causes_no_warning_if_every_resource_has_its_own(
    options: dict[str, Any],
) -> None:
    assert warned_of_keys({"CORS_ALLOWED_ORIGINS": [ALLOWED]}, **options) == []


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"supports_credentials": False},
        {"resources": ["/a"]},
        {"resources": {}},
        {"resources": {"/a": {"origins": ALLOWED}, "/b": {}}},
    ],
)
def test_a_foreign_key_for_origins_causes_a_warning_if_a_resource_has_none(
    options: dict[str, Any],
) -> None:
    (found,) = warned_of_keys({"CORS_ALLOWED_ORIGINS": [ALLOWED]}, **options)
    assert type(found) is rules.ForeignConfigKey


def test_each_of_several_foreign_keys_causes_a_warning() -> None:
    config = {"CORS_ALLOWED_ORIGINS": [ALLOWED], "CORS_ALLOW_CREDENTIALS": True}
    assert [found.option for found in warned_of_keys(config)] == [
        "origins",
        "supports_credentials",
    ]


def test_a_foreign_key_causes_a_warning_for_a_decorated_view() -> None:
    given = config_layer(CORS_ALLOWED_ORIGINS=[ALLOWED])
    with pytest.warns(CORSWarning):
        resolve_view([layer(LayerKind.DECORATOR), given, DEFAULTS])
    assert [found.option for found in given.findings] == ["origins"]
    given = config_layer(CORS_ALLOWED_ORIGINS=[ALLOWED])
    resolve_view([layer(LayerKind.DECORATOR, origins=ALLOWED), given, DEFAULTS])
    assert given.findings == []


@pytest.mark.parametrize(
    "key",
    [
        "CORS_PROXY_URL",
        "CORS_ENABLED",
        "CORS_LOG_LEVEL",
        "CORS_CHECK_IGNORE",
        "CORSORIGINS",
        "XCORS_ORIGIN",
        "cors_origins",
        "CORS_",
    ],
)
def test_an_unknown_key_that_resembles_none_of_ours_is_ignored(key: str) -> None:
    assert warned_of_keys({key: "*"}) == []


@pytest.mark.parametrize("key", ["CORS_ORIGIN_ALLOW_ALL", "CORS_ALLOW_ALL_ORIGINS"])
def test_the_hint_for_a_key_that_allows_every_origin_is_the_asterisk(key: str) -> None:
    found = find_unknown_key(key)
    assert found is not None
    assert found.hint == "write CORS_ORIGINS = '*' for every origin"


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (LayerKind.CONSTRUCTOR, "CORS(...)"),
        (LayerKind.INIT_APP, "init_app(...)"),
        (LayerKind.DECORATOR, "cross_origin(...)"),
        (LayerKind.CONFIG, "app.config"),
        (LayerKind.DEFAULT, "default"),
    ],
)
def test_a_layer_is_named_in_messages_as_it_is_written(kind: LayerKind, name: str) -> None:
    assert layer(kind).name == name


def test_the_key_of_suppressions_is_known() -> None:
    assert unknown_keys({"CORS_CHECK_IGNORE": ["CORS203"]}) == []
