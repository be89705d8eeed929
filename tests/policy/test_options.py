"""The options: their normal forms, and which level of the hierarchy speaks."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from flask_cors.errors import CORSConfigError, CORSWarning, Place
from flask_cors.policy.options import (
    CONFIG_KEYS,
    DEFAULTS,
    EXTENSION_OPTIONS,
    POLICY_OPTIONS,
    Level,
    Options,
    Unset,
    changed,
    check_settled,
    config_level,
    parse_max_age,
    resolve,
    resolve_resources,
    unset,
)
from flask_cors.policy.resources import PathPattern

HERE = Place("app.py", 7, {})
FRIEND = "https://friend.example"

SWITCHES = {
    "supports_credentials": False,
    "send_wildcard": False,
    "vary_header": True,
    "automatic_options": True,
    "allow_private_network": False,
    "intercept_exceptions": True,
    "always_send": True,
}


def given(name: str = "CORS(...)", place: Place | None = HERE, **options: object) -> Level:
    return Level(name, place, options, EXTENSION_OPTIONS)


def resolved(**options: object) -> Options:
    return resolve([given(**options), DEFAULTS])


def mistakes(caught: pytest.ExceptionInfo[CORSConfigError]) -> list[str]:
    return str(caught.value).splitlines()


# ---- names -------------------------------------------------------------------------------------


def test_the_options_are_these() -> None:
    assert set(POLICY_OPTIONS) == {
        "origins",
        "methods",
        "expose_headers",
        "allow_headers",
        "max_age",
        *SWITCHES,
    }
    assert set(EXTENSION_OPTIONS) == {*POLICY_OPTIONS, "resources"}


def test_the_config_keys_are_these() -> None:
    keys = """CORS_ORIGINS CORS_METHODS CORS_ALLOW_HEADERS CORS_EXPOSE_HEADERS
        CORS_SUPPORTS_CREDENTIALS CORS_MAX_AGE CORS_SEND_WILDCARD CORS_AUTOMATIC_OPTIONS
        CORS_VARY_HEADER CORS_RESOURCES CORS_INTERCEPT_EXCEPTIONS CORS_ALWAYS_SEND
        CORS_ALLOW_PRIVATE_NETWORK"""
    assert set(CONFIG_KEYS) == set(keys.split())
    assert all(CONFIG_KEYS[key] == key.removeprefix("CORS_").lower() for key in CONFIG_KEYS)


# ---- defaults ----------------------------------------------------------------------------------


def test_the_defaults_are_these() -> None:
    defaults = resolve([DEFAULTS])
    assert defaults.origins.value.any
    assert defaults.methods.value.listed == "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"
    assert not defaults.methods.value.any
    assert defaults.allow_headers.value.any
    assert defaults.expose_headers.value is None
    assert defaults.max_age.value is None
    assert {name: getattr(defaults, name).value for name in SWITCHES} == SWITCHES
    assert resolve_resources([DEFAULTS]) == [(PathPattern("/*"), defaults)]


def test_a_default_says_that_it_is_one_and_stands_nowhere() -> None:
    setting = resolve([DEFAULTS]).send_wildcard
    assert (setting.value, setting.given, setting.level, setting.place) == (
        False,
        False,
        "default",
        None,
    )


@pytest.mark.parametrize("default", ["*", None, r"/*", True])
def test_what_is_unset_looks_like_its_default_and_is_not_it(default: object) -> None:
    value: object = unset(default)
    assert isinstance(value, Unset)
    assert value.default == default
    assert repr(value) == repr(default)
    assert value != default
    assert "max_age" not in given(max_age=value)
    assert "max_age" in given(max_age=default)


# ---- booleans ----------------------------------------------------------------------------------

TRUE = [True, 1, "true", "True", "TRUE", "1", "yes", "Yes", "on", "ON", " true ", "on\n"]
FALSE = [False, 0, "false", "False", "FALSE", "0", "no", "No", "off", "OFF", " false\t"]
NEITHER = [
    None,
    2,
    -1,
    1.0,
    0.0,
    "",
    " ",
    "maybe",
    "t",
    "f",
    "y",
    "n",
    "truee",
    "2",
    "None",
    b"true",
    [],
    [True],
]


@pytest.mark.parametrize("option", SWITCHES)
@pytest.mark.parametrize(
    ("value", "expected"), [*((v, True) for v in TRUE), *((v, False) for v in FALSE)]
)
def test_a_switch_is_read_as_people_write_it(option: str, value: object, expected: bool) -> None:
    level = given(**{"origins": FRIEND, option: value})
    assert getattr(resolve([level, DEFAULTS]), option).value is expected


@pytest.mark.parametrize("option", SWITCHES)
@pytest.mark.parametrize("value", NEITHER)
def test_any_other_value_of_a_switch_is_a_mistake(option: str, value: object) -> None:
    with pytest.raises(CORSConfigError) as caught:
        resolved(origins=FRIEND, **{option: value})
    assert mistakes(caught) == [
        (
            f"{option}: {value!r} is neither true nor false: "
            f"write True or False, in the environment true or false"
        )
    ]


# ---- max_age -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "header"),
    [
        (None, None),
        (0, "0"),
        (1, "1"),
        (600, "600"),
        (-1, "-1"),
        (0.0, "0"),
        (0.9, "0"),
        (600.0, "600"),
        (600.9, "600"),
        (-1.0, "-1"),
        ("0", "0"),
        ("600", "600"),
        ("-1", "-1"),
        (" 600 ", "600"),
        ("0600", "600"),
        (timedelta(0), "0"),
        (timedelta(minutes=10), "600"),
        (timedelta(days=1, seconds=1), "86401"),
        (timedelta(milliseconds=1999), "1"),
        (timedelta(seconds=-1), "-1"),
        ("9" * 20, "9" * 20),
        (10**20 - 1, str(10**20 - 1)),
    ],
)
def test_max_age_is_whole_seconds(value: object, header: str | None) -> None:
    assert resolved(max_age=value).max_age.value == header


@pytest.mark.parametrize(
    "value",
    [
        True,
        False,
        -2,
        -0.5,
        -1.5,
        -600,
        float("nan"),
        float("inf"),
        float("-inf"),
        "",
        " ",
        "-2",
        "-0",
        "--1",
        "+600",
        "600.0",
        "6e2",
        "600s",
        "0x10",
        "6 00",
        "six",
        "\u0666\u0660\u0660",
        "9" * 21,
        b"600",
        [600],
        timedelta(seconds=-2),
        timedelta(microseconds=-1),
    ],
)
def test_any_other_max_age_is_a_mistake(value: object) -> None:
    with pytest.raises(CORSConfigError) as caught:
        resolved(max_age=value)
    assert mistakes(caught) == [
        (
            f"max_age: {value!a} is not a number of seconds: "
            f"write the seconds, such as 600, a timedelta, or -1 to switch the cache off"
        )
    ]


def test_max_age_is_read_without_a_warning() -> None:
    assert parse_max_age("5", pytest.fail) == "5"


# ---- the hierarchy -----------------------------------------------------------------------------


def test_for_each_option_the_highest_level_that_gives_it_speaks() -> None:
    options = resolve(
        [
            given("the resource '/a'", max_age=1),
            given("init_app(...)", max_age=2, methods="PUT"),
            given("CORS(...)", max_age=3, methods="GET", expose_headers="X-A"),
            config_level(
                {
                    "CORS_MAX_AGE": 4,
                    "CORS_METHODS": "POST",
                    "CORS_EXPOSE_HEADERS": "X-B",
                    "CORS_VARY_HEADER": "no",
                },
                HERE,
            ),
            DEFAULTS,
        ]
    )
    for setting, value, given_value, level in (
        (options.max_age, "1", 1, "the resource '/a'"),
        (options.expose_headers, "X-A", "X-A", "CORS(...)"),
        (options.vary_header, False, "no", "app.config"),
        (options.always_send, True, True, "default"),
    ):
        assert (setting.value, setting.given, setting.level) == (value, given_value, level)
    assert options.methods.value.listed == "PUT"
    assert options.methods.level == "init_app(...)"


@pytest.mark.parametrize(
    ("option", "default"), [("max_age", None), ("origins", "*"), ("vary_header", True)]
)
def test_giving_the_default_differs_from_not_giving_the_option(option: str, default: Any) -> None:
    below = given(max_age=5, origins=FRIEND, vary_header=False)
    levels = [given("init_app(...)", **{option: default}), below, DEFAULTS]
    assert getattr(resolve(levels), option).level == "init_app(...)"
    levels[0] = given("init_app(...)", **{option: unset(default)})
    assert getattr(resolve(levels), option).level == "CORS(...)"


def test_a_level_that_is_silenced_by_a_higher_one_is_not_read() -> None:
    assert resolve([given(max_age=1), given(max_age="wrong"), DEFAULTS]).max_age.value == "1"


def test_a_setting_knows_where_it_was_given() -> None:
    place = Place("other.py", 1, {})
    options = resolve([given(place=place, max_age=1), DEFAULTS])
    assert options.max_age.place is place


def test_each_option_is_read_once_however_many_policies_it_reaches() -> None:
    level = given(origins=iter([FRIEND]), resources={"/a": {"max_age": 1}, "/b": {"max_age": 2}})
    rules = dict(resolve_resources([level, DEFAULTS]))
    for path in ("/a", "/b"):
        assert rules[PathPattern(path)].origins.value.exact == {FRIEND}
    level = given(methods="TRACE", resources={"/a": {"max_age": 1}, "/b": {"max_age": 2}})
    with pytest.warns(CORSWarning) as caught:
        resolve_resources([level, DEFAULTS])
    assert len(caught) == 1
    check_settled([level])  # without a second warning, which would be an error


def test_a_mistake_is_raised_again_each_time_it_is_asked_for() -> None:
    level = given(max_age=iter(["x"]))
    for _ in range(2):
        with pytest.raises(CORSConfigError):
            level.setting("max_age")


# ---- app.config --------------------------------------------------------------------------------


def test_each_key_of_app_config_gives_its_option() -> None:
    level = config_level({key: name for name, key in enumerate(CONFIG_KEYS)}, HERE)
    assert level.values == {option: name for name, option in enumerate(CONFIG_KEYS.values())}
    assert (level.name, level.place) == ("app.config", HERE)


def test_none_in_config_is_unset_but_for_the_origins() -> None:
    level = config_level(dict.fromkeys(CONFIG_KEYS), HERE)
    assert level.values == {"origins": None}


@pytest.mark.parametrize("value", [None, ""])
def test_origins_that_config_leaves_empty_allow_nobody_with_a_warning(value: object) -> None:
    with pytest.warns(CORSWarning, match=f"^CORS108 origins: {value!r} allows nobody") as caught:
        origins = resolve([config_level({"CORS_ORIGINS": value}, HERE), DEFAULTS]).origins
    assert (caught[0].filename, caught[0].lineno) == ("app.py", 7)
    assert origins.value.answer(FRIEND) is None
    assert origins.level == "app.config"


def test_none_in_the_arguments_allows_nobody_with_a_warning() -> None:
    with pytest.warns(CORSWarning, match="^CORS108 origins: None allows nobody"):
        assert resolved(origins=None).origins.value.answer(FRIEND) is None


def test_config_is_read_when_the_level_is_made_and_not_later() -> None:
    config: dict[str, object] = {"CORS_MAX_AGE": 1}
    level = config_level(config, HERE)
    config["CORS_MAX_AGE"] = 2
    config["CORS_METHODS"] = "GET"
    options = resolve([level, DEFAULTS])
    assert options.max_age.value == "1"
    assert options.methods.level == "default"


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("CORS_ORIGIN", "CORS_ORIGINS"),
        ("CORS_ORGINS", "CORS_ORIGINS"),
        ("CORS_METHOD", "CORS_METHODS"),
        ("CORS_ALLOWS_HEADERS", "CORS_ALLOW_HEADERS"),
        ("CORS_SUPPORT_CREDENTIALS", "CORS_SUPPORTS_CREDENTIALS"),
    ],
)
def test_a_misspelt_key_of_config_is_warned_of(key: str, meant: str) -> None:
    with pytest.warns(CORSWarning) as caught:
        level = config_level({key: "*"}, HERE)
    assert [str(warning.message) for warning in caught] == [
        f"CORS701 app.config has {key!r}, which is no option; did you mean {meant!r}?"
    ]
    assert (caught[0].filename, caught[0].lineno) == ("app.py", 7)
    assert level.values == {}


@pytest.mark.parametrize("key", ["CORS_PROXY_URL", "CORSORIGINS", "XCORS_ORIGIN", "cors_origins"])
def test_another_key_of_the_apps_own_is_let_be(key: str) -> None:
    assert config_level({key: "*"}, HERE).values == {}


def test_a_key_of_config_that_is_no_string_is_let_be() -> None:
    config: dict[Any, object] = {1: "*", None: "*", "CORS_MAX_AGE": 1}
    assert config_level(config, HERE).values == {"max_age": 1}


# ---- unknown options ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "rest"),
    [
        ("orgins", "; did you mean 'origins'?"),
        ("origin", "; did you mean 'origins'?"),
        ("method", "; did you mean 'methods'?"),
        ("allowed_headers", "; did you mean 'allow_headers'?"),
        ("max-age", "; did you mean 'max_age'?"),
        ("supports_credential", "; did you mean 'supports_credentials'?"),
        ("resource", "; did you mean 'resources'?"),
        ("zzz", "; leave it out"),
    ],
)
def test_an_unknown_option_is_warned_of_with_the_nearest_real_name(key: str, rest: str) -> None:
    with pytest.warns(CORSWarning) as caught:
        level = given(**{key: "*"})
    assert [str(w.message) for w in caught] == [f"CORS701 CORS(...) has no option {key!r}{rest}"]
    assert (caught[0].filename, caught[0].lineno) == ("app.py", 7)
    assert level.values == {}
    assert key not in level


def test_an_unknown_option_that_is_unset_is_passed_over() -> None:
    assert given(orgins=unset("*")).values == {}


def test_what_is_known_differs_by_level() -> None:
    with pytest.warns(CORSWarning, match="has no option 'resources'; leave it out$"):
        Level("cross_origin(...)", HERE, {"resources": "/a"}, POLICY_OPTIONS)


def test_an_unknown_option_of_a_resource_is_warned_of() -> None:
    with pytest.warns(CORSWarning) as caught:
        resolve_resources([given(resources={"/a*": {"orgins": FRIEND}}), DEFAULTS])
    assert [str(w.message) for w in caught] == [
        "CORS701 the resource '/a*' has no option 'orgins'; did you mean 'origins'?"
    ]
    assert (caught[0].filename, caught[0].lineno) == ("app.py", 7)


def test_an_unknown_option_that_is_no_string_is_warned_of_too() -> None:
    with pytest.warns(CORSWarning, match=r"^CORS701 .* has no option 1; leave it out$"):
        resolve_resources([given(resources={"/a": {1: FRIEND}}), DEFAULTS])


def test_a_level_without_a_place_warns_nobody() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        given(place=None, orgins="*")


# ---- credentials -------------------------------------------------------------------------------

LIST = 'list the origins you trust, such as origins=["https://app.example"]'

ANYONE = [
    ("*", "any origin"),
    ([FRIEND, "*"], "any origin"),
    ("null", "'null', which any site can send from a sandboxed frame"),
    ("https://*.com", "strangers such as https://evil.com"),
    (r"http://[\d.]+", "strangers such as http://203.0.113.7"),
]


@pytest.mark.parametrize(("origins", "lets_in"), ANYONE)
def test_credentials_with_origins_that_anyone_can_take_are_a_mistake(
    origins: object, lets_in: str
) -> None:
    with pytest.raises(CORSConfigError) as caught:
        resolved(origins=origins, supports_credentials=True)
    assert mistakes(caught) == [
        f"origins: {origins!r} with supports_credentials=True lets in {lets_in}: {LIST}"
    ]
    assert caught.value.option == "origins"
    assert caught.value.value == origins
    assert caught.value.mend == LIST


def test_credentials_with_the_default_origins_are_a_mistake() -> None:
    with pytest.raises(CORSConfigError) as caught:
        resolved(supports_credentials="yes")
    assert mistakes(caught) == [
        f"origins: '*' with supports_credentials=True lets in any origin: {LIST}"
    ]


@pytest.mark.parametrize(("origins", "_"), ANYONE)
def test_without_credentials_anyone_may_be_let_in(origins: object, _: str) -> None:
    assert resolved(origins=origins, supports_credentials=False).origins.given == origins


@pytest.mark.parametrize(
    "origins", [FRIEND, [], "https://*.friend.example", r"https://.*\.friend\.example", bool]
)
def test_credentials_are_for_those_who_are_named(origins: object) -> None:
    assert resolved(origins=origins, supports_credentials=True).supports_credentials.value is True


@pytest.mark.parametrize("levels_apart", [0, 1])
def test_credentials_and_origins_may_come_from_different_levels(levels_apart: int) -> None:
    levels = [given(supports_credentials=True), given(origins="*")]
    with pytest.raises(CORSConfigError):
        resolve([*levels[::-1], DEFAULTS] if levels_apart else [*levels, DEFAULTS])
    assert resolve([given(origins=FRIEND), *levels, DEFAULTS]).supports_credentials.value is True


# ---- several mistakes --------------------------------------------------------------------------


def test_several_mistakes_are_told_together() -> None:
    with pytest.raises(CORSConfigError) as caught:
        resolved(
            methods=["A B", "GET"],
            allow_headers="X A",
            max_age="soon",
            vary_header="maybe",
            supports_credentials=True,
        )
    assert [mistake.option for mistake in caught.value.mistakes] == [
        "methods",
        "allow_headers",
        "max_age",
        "vary_header",
        "origins",
    ]


def test_a_mistake_in_the_origins_is_not_told_twice_because_of_credentials() -> None:
    with pytest.raises(CORSConfigError) as caught:
        resolved(origins=["*", 1], supports_credentials=True)
    assert [mistake.problem for mistake in caught.value.mistakes] == ["is not an origin"]
    with pytest.raises(CORSConfigError) as caught:
        resolved(origins="*", supports_credentials="maybe")
    assert [mistake.option for mistake in caught.value.mistakes] == ["supports_credentials"]


# ---- what a level settles by itself ------------------------------------------------------------


def test_check_tells_every_mistake_that_a_level_settles_by_itself() -> None:
    with pytest.raises(CORSConfigError) as caught:
        check_settled([given(origins="*", supports_credentials=True, max_age=-2, resources="/(")])
    assert [mistake.option for mistake in caught.value.mistakes] == [
        "max_age",
        "resources",
        "origins",
    ]


@pytest.mark.parametrize(
    "options",
    [{}, {"supports_credentials": True}, {"origins": "*"}, {"max_age": 1, "resources": "/a"}],
)
def test_check_leaves_the_rest_to_the_app(options: Mapping[str, Any]) -> None:
    check_settled([given(**options)])  # nothing is raised


# ---- resources ---------------------------------------------------------------------------------


def test_a_resource_speaks_before_all_other_levels() -> None:
    level = given(resources={"/a": {"max_age": 1}, "/b": {}}, max_age=2)
    rules = dict(resolve_resources([level, config_level({"CORS_MAX_AGE": 3}, HERE), DEFAULTS]))
    own, shared = rules[PathPattern("/a")].max_age, rules[PathPattern("/b")].max_age
    assert (own.value, own.level, own.place) == ("1", "the resource '/a'", HERE)
    assert (shared.value, shared.level) == ("2", "CORS(...)")


def test_resources_come_from_the_highest_level_that_gives_them() -> None:
    config = config_level({"CORS_RESOURCES": "/c"}, HERE)
    assert [p.source for p, _ in resolve_resources([given(resources="/a"), config, DEFAULTS])] == [
        "/a"
    ]
    assert [p.source for p, _ in resolve_resources([given(), config, DEFAULTS])] == ["/c"]
    assert [p.source for p, _ in resolve_resources([given(), DEFAULTS])] == ["/*"]


def test_rules_stand_in_the_order_they_were_given() -> None:
    rules = resolve_resources([given(resources=["/b", re.compile("/c"), "*"]), DEFAULTS])
    assert [pattern.source for pattern, _ in rules] == ["/b", "/c", "/*"]


def test_resources_without_options_of_their_own_share_them() -> None:
    level = given(resources={"/a": {}, "/b": {"max_age": 1}, "/c": {}})
    rules = resolve_resources([level, DEFAULTS])
    a, b, c = (options for _, options in rules)
    assert a is c
    assert a is not b


@pytest.mark.parametrize("resources", [[], {}])
def test_no_resources_are_no_rules(resources: object) -> None:
    assert resolve_resources([given(resources=resources), DEFAULTS]) == []


def test_mistakes_of_all_resources_are_told_together_and_a_shared_one_once() -> None:
    level = given(
        max_age="soon",
        resources={"/a": {"methods": "A B"}, "/b": {"vary_header": "maybe"}, "/c": {}},
    )
    with pytest.raises(CORSConfigError) as caught:
        resolve_resources([level, DEFAULTS])
    assert [mistake.option for mistake in caught.value.mistakes] == [
        "max_age",
        "methods",
        "vary_header",
    ]


def test_a_mistake_in_config_that_two_resources_share_is_told_once() -> None:
    config = config_level({"CORS_MAX_AGE": "soon"}, HERE)
    with pytest.raises(CORSConfigError) as caught:
        resolve_resources([given(resources=["/a", "/b"]), config, DEFAULTS])
    assert [mistake.option for mistake in caught.value.mistakes] == ["max_age"]


def test_a_mistake_in_the_resources_does_not_hide_those_in_other_options() -> None:
    with pytest.raises(CORSConfigError) as caught:
        resolve_resources([given(resources=1, max_age="soon"), DEFAULTS])
    assert {mistake.option for mistake in caught.value.mistakes} == {"resources", "max_age"}


def test_a_mistake_in_the_resources_of_config_is_told() -> None:
    with pytest.raises(CORSConfigError) as caught:
        resolve_resources([given(), config_level({"CORS_RESOURCES": 1}, HERE), DEFAULTS])
    assert caught.value.option == "resources"


def test_a_resource_may_have_the_credentials_that_the_others_must_not() -> None:
    level = given(resources={"/a": {"origins": FRIEND, "supports_credentials": True}, "/b": {}})
    rules = dict(resolve_resources([level, DEFAULTS]))
    assert rules[PathPattern("/a")].supports_credentials.value is True
    assert rules[PathPattern("/b")].supports_credentials.value is False


def test_credentials_that_reach_an_open_resource_are_a_mistake() -> None:
    level = given(
        supports_credentials=True, resources={"/a": {"origins": FRIEND}, "/b": {"origins": "*"}}
    )
    with pytest.raises(CORSConfigError) as caught:
        resolve_resources([level, DEFAULTS])
    assert mistakes(caught) == [
        f"origins: '*' with supports_credentials=True lets in any origin: {LIST}"
    ]
    closed = given(supports_credentials=True, resources={"/a": {"origins": FRIEND}})
    assert len(resolve_resources([closed, DEFAULTS])) == 1


def test_a_level_checks_what_no_resource_uses() -> None:
    level = given(origins="nonsense://*", resources={"/a": {"origins": FRIEND}})
    with pytest.raises(CORSConfigError, match="is no pattern"):
        resolve_resources([level, DEFAULTS])


def test_options_are_frozen() -> None:
    options = resolve([DEFAULTS])
    with pytest.raises(AttributeError):
        options.max_age = options.max_age  # type: ignore[misc]
    with pytest.raises(AttributeError):
        options.max_age.value = "1"  # type: ignore[misc]


@pytest.mark.parametrize("seconds", [10**20, 10**5000, 1e20], ids=["int", "long int", "float"])
def test_more_seconds_than_anyone_can_mean_are_a_mistake(seconds: float) -> None:
    with pytest.raises(CORSConfigError, match="not a number of seconds"):
        resolved(max_age=seconds)


OPEN: dict[str, Any] = {"origins": "*", "supports_credentials": True}
OWN_ORIGINS = {"/a": {"origins": "https://a.example"}}


@pytest.mark.parametrize(
    "levels",
    [
        [{"origins": "https://a.example"}, OPEN],
        [{"supports_credentials": False}, OPEN],
        [{**OPEN, "resources": OWN_ORIGINS}],
        [OPEN, {"resources": OWN_ORIGINS}],
        [{"resources": OWN_ORIGINS}, {**OPEN, "resources": "/a"}],
    ],
)
def test_credentials_that_something_may_yet_keep_from_anyone_are_not_settled(
    levels: list[dict[str, Any]],
) -> None:
    check_settled([given(**options) for options in levels])  # nothing is raised


@pytest.mark.parametrize(
    "levels",
    [
        [OPEN],
        [{"origins": "*"}, {"supports_credentials": True}],
        [{**OPEN, "resources": "/a"}, {"resources": OWN_ORIGINS}],
    ],
)
def test_credentials_that_nothing_keeps_from_anyone_are_settled(
    levels: list[dict[str, Any]],
) -> None:
    with pytest.raises(CORSConfigError, match="lets in any origin"):
        check_settled([given(**options) for options in levels])


def test_wrong_resources_do_not_hide_the_other_mistakes() -> None:
    levels = [
        given(resources="[", send_wildcard="q"),
        config_level({"CORS_MAX_AGE": "x", "CORS_METHODS": "A B"}, HERE),
        DEFAULTS,
    ]
    with pytest.raises(CORSConfigError) as caught:
        resolve_resources(levels)
    assert {mistake.option for mistake in caught.value.mistakes} == {
        "resources",
        "send_wildcard",
        "max_age",
        "methods",
    }


# ---- changed -----------------------------------------------------------------------------------


def test_what_is_changed_is_as_one_more_level_would_give_it_and_the_rest_stays() -> None:
    before = resolved(origins=FRIEND, max_age=5)
    after = changed(before, {"methods": ["put"], "supports_credentials": "yes"})
    assert after.methods.value.names == {"PUT"}
    assert after.supports_credentials.value is True
    assert (after.methods.level, after.methods.place) == ("changed", None)
    assert after == before._replace(
        methods=after.methods, supports_credentials=after.supports_credentials
    )
    assert not before.supports_credentials.value


def test_nothing_changed_is_the_same() -> None:
    before = resolved(origins=FRIEND)
    assert changed(before, {}) == before


@pytest.mark.parametrize(
    ("options", "values"),
    [
        ({}, {"supports_credentials": True}),
        ({"origins": FRIEND, "supports_credentials": True}, {"origins": ["*"]}),
        ({"origins": FRIEND}, {"origins": "null", "supports_credentials": True}),
    ],
)
def test_no_change_gives_credentials_to_everybody(
    options: dict[str, Any], values: dict[str, Any]
) -> None:
    with pytest.raises(CORSConfigError, match="with supports_credentials=True lets in"):
        changed(resolved(**options), values)


def test_all_mistakes_of_a_change_are_told() -> None:
    with pytest.raises(CORSConfigError) as caught:
        changed(resolved(), {"max_age": "long", "origins": 7, "supports_credentials": True})
    assert [mistake.option for mistake in caught.value.mistakes] == ["max_age", "origins"]


def test_a_change_warns_of_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not changed(resolved(), {"origins": None}).origins.value.any
