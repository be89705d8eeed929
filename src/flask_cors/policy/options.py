"""The options: their names, defaults and normal forms, and which level of the hierarchy speaks.

A :class:`Level` holds what was given in one place: a resource's own options, the keyword
arguments of ``init_app``, those of the constructor, ``app.config``, the defaults. For each option
the highest level that gives it decides; :func:`resolve` says so in an :class:`Options`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Generic, NamedTuple, TypeVar, cast

from ..doubts import Doubt, LiteralStar, OldName, UnknownOption, Warn
from ..errors import CORSConfigError, Mistake, Place, shown
from ..headers import ALL_METHODS, comma_list
from .allowlist import (
    HeaderAllowlist,
    MethodAllowlist,
    parse_allow_headers,
    parse_expose_headers,
    parse_methods,
)
from .origins import OriginSet, parse_origins
from .resources import EVERY_PATH, PathPattern, parse_resources

T = TypeVar("T")


class Unset:
    """The value of a parameter that was not given. Looks like the default in an editor, and is
    not it: only for what is unset does the next level of the hierarchy speak."""

    def __init__(self, default: object) -> None:
        self.default = default

    def __repr__(self) -> str:
        return repr(self.default)


def unset(default: T) -> T:
    """An :class:`Unset`, under the type of what it stands for."""
    return cast(T, Unset(default))


@dataclass(frozen=True, slots=True)
class Setting(Generic[T]):
    """One resolved option: its normal form, what was given for it, on which level and where."""

    value: T
    given: object
    level: str
    place: Place | None


class Options(NamedTuple):
    """The resolved options of one policy."""

    origins: Setting[OriginSet]
    methods: Setting[MethodAllowlist]
    expose_headers: Setting[str | None]
    allow_headers: Setting[HeaderAllowlist]
    supports_credentials: Setting[bool]
    max_age: Setting[str | None]
    send_wildcard: Setting[bool]
    vary_header: Setting[bool]
    automatic_options: Setting[bool]
    allow_private_network: Setting[bool]
    intercept_exceptions: Setting[bool]
    always_send: Setting[bool]


# ---- normal forms ------------------------------------------------------------------------------

_BOOLEANS = {
    **dict.fromkeys(("true", "1", "yes", "on"), True),
    **dict.fromkeys(("false", "0", "no", "off"), False),
}


def _boolean(option: str) -> Callable[[object, Warn], bool]:
    def parse_boolean(value: object, _: Warn) -> bool:
        if isinstance(value, int) and value in (0, 1):  # a bool is an int
            return bool(value)
        read = _BOOLEANS.get(value.strip().lower()) if isinstance(value, str) else None
        if read is None:
            mend = "write True or False, in the environment true or false"
            raise CORSConfigError([Mistake(option, value, "is neither true nor false", mend)])
        return read

    return parse_boolean


def parse_max_age(value: object, _: Warn) -> str | None:
    """``Access-Control-Max-Age``, or None: whole seconds, 0 not to cache, -1 to switch a cache
    off."""
    if value is None:
        return None
    seconds: float | None = None
    if isinstance(value, timedelta):
        seconds = value.total_seconds()
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        seconds = value
    elif isinstance(value, str) and re.fullmatch(r"\s*(-1|[0-9]{1,20})\s*", value):
        seconds = int(value)
    # NaN is not equal to, above or below anything.
    if seconds is not None and (seconds == -1 or 0 <= seconds < 10**20):
        return str(int(seconds))
    mend = "write the seconds, such as 600, a timedelta, or -1 to switch the cache off"
    raise CORSConfigError([Mistake("max_age", value, "is not a number of seconds", mend)])


class _Option(NamedTuple):
    default: object
    parse: Callable[[object, Warn], object]


def _switch(name: str, default: bool) -> _Option:
    return _Option(default, _boolean(name))


_OPTIONS: dict[str, _Option] = {
    "origins": _Option("*", parse_origins),
    "methods": _Option(ALL_METHODS, parse_methods),
    "expose_headers": _Option(None, parse_expose_headers),
    "allow_headers": _Option("*", parse_allow_headers),
    "supports_credentials": _switch("supports_credentials", False),
    "max_age": _Option(None, parse_max_age),
    "send_wildcard": _switch("send_wildcard", False),
    "vary_header": _switch("vary_header", True),
    "automatic_options": _switch("automatic_options", True),
    "allow_private_network": _switch("allow_private_network", False),
    "intercept_exceptions": _switch("intercept_exceptions", True),
    "always_send": _switch("always_send", True),
    "resources": _Option(EVERY_PATH, parse_resources),
}

POLICY_OPTIONS = tuple(name for name in _OPTIONS if name != "resources")
EXTENSION_OPTIONS = tuple(_OPTIONS)
CONFIG = "app.config"


def config_key(option: str) -> str:
    """The key of ``app.config`` that an option is read from."""
    return f"CORS_{option.upper()}"


CONFIG_KEYS = {config_key(name): name for name in _OPTIONS}
EXEMPTIONS = "CORS_CHECK_IGNORE"  # read by `flask cors check` alone
_KNOWN_KEYS = {*CONFIG_KEYS, EXEMPTIONS}


# ---- hierarchy ---------------------------------------------------------------------------------


# What an option was called by versions that nobody should run any more, and many examples show.
OLD_NAMES = {"headers": "allow_headers"}


class Level:
    """What was given in one place. Each option is read once, however many policies it reaches:
    an iterable may be a generator, and a warning is said once.

    :ivar doubts: what was warned of; those of the resources that it gives are among them.
    """

    def __init__(
        self,
        name: str,
        place: Place | None,
        values: Mapping[str, object],
        known: Iterable[str],
        doubts: list[Doubt] | None = None,
    ) -> None:
        self.name = name
        self.place = place
        self.doubts: list[Doubt] = [] if doubts is None else doubts
        known = tuple(known)
        given = {key: value for key, value in values.items() if not isinstance(value, Unset)}
        self.values = {key: value for key, value in given.items() if key in known}
        self._read: dict[str, Setting[Any] | CORSConfigError] = {}
        for key in given:
            if key not in known:
                self.warn(_unknown(f"{name} has no option {key!r}", key, known))

    def __contains__(self, option: str) -> bool:
        return option in self.values

    def setting(self, option: str) -> Setting[Any]:
        """The option in its normal form.

        :raises CORSConfigError: for a value that has none.
        """
        read = self._read.get(option)
        if read is None:
            given = self.values[option]
            try:
                value = _OPTIONS[option].parse(given, self.warn)
                read = Setting(value, given, self.name, self.place)
            except CORSConfigError as error:
                read = error.with_traceback(None)
            self._read[option] = read
        if isinstance(read, CORSConfigError):
            raise read
        return read

    def warn(self, doubt: Doubt) -> None:
        """Say what is doubtful, and keep it."""
        self.doubts.append(doubt)
        if self.place is not None:
            self.place.warn(doubt)


def _unknown(said: str, key: object, known: Iterable[str]) -> Doubt:
    name = str(key)
    if name in OLD_NAMES:
        return OldName(said, f"its name is {OLD_NAMES[name]!r}")
    near = difflib.get_close_matches(name, known)
    return UnknownOption(said, f"did you mean {near[0]!r}?" if near else "leave it out")


DEFAULTS = Level(
    "default", None, {name: option.default for name, option in _OPTIONS.items()}, _OPTIONS
)


def config_values(config: Mapping[str, object]) -> dict[str, object]:
    """The options that ``app.config`` gives. None means unset, but not for the origins: an unset
    variable must not open the API."""
    return {
        option: config[key]
        for key, option in CONFIG_KEYS.items()
        if key in config and (config[key] is not None or option == "origins")
    }


def config_level(config: Mapping[str, object], place: Place) -> Level:
    """The ``CORS_*`` keys of ``app.config``, read now."""
    level = Level(CONFIG, place, config_values(config), _OPTIONS)
    for key in unknown_keys(config):
        said = f"app.config has {key!r}, which is no option"
        old = OLD_NAMES.get(key.removeprefix("CORS_").lower())
        near = difflib.get_close_matches(key, CONFIG_KEYS, cutoff=0.9)
        if old is not None:
            level.warn(OldName(said, f"its name is {config_key(old)!r}"))
        elif near:  # an app may have keys of its own, which are named like ours and not nearly so
            level.warn(UnknownOption(said, f"did you mean {near[0]!r}?"))
    return level


def unknown_keys(config: Mapping[str, object]) -> list[str]:
    """The ``CORS_*`` keys that are no option."""
    keys = map(str, config)
    return [key for key in keys if key.startswith("CORS_") and key not in _KNOWN_KEYS]


class _Mistakes(list[Mistake]):
    """Mistakes of several options, reported together."""

    def catch(self, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except CORSConfigError as error:
            self.extend(error.mistakes)
            return None

    def raise_any(self) -> None:
        if self:
            raise CORSConfigError(self)


def _speaking(levels: Sequence[Level], option: str) -> Setting[Any]:
    """The setting of the highest level that gives the option."""
    return next(level for level in levels if option in level).setting(option)


def _check_credentials(
    origins: Setting[OriginSet] | None, credentials: Setting[bool] | None, mistakes: _Mistakes
) -> None:
    """Credentials for origins that anyone can take would let any site act as its visitors.
    None is a setting that is a mistake already."""
    if origins is None or credentials is None or not credentials.value:
        return
    open_to = origins.value.open_to()
    if open_to is not None:
        problem = f"with supports_credentials=True lets in {open_to}"
        mend = 'list the origins you trust, such as origins=["https://app.example"]'
        mistakes.append(Mistake("origins", origins.given, problem, mend))


def _read_all(levels: Sequence[Level]) -> _Mistakes:
    """The mistakes in all that the levels give, whether or not it speaks in the end."""
    mistakes = _Mistakes()
    for level in levels:
        for option in level.values:
            mistakes.catch(partial(level.setting, option))
    return mistakes


def check_settled(levels: Sequence[Level]) -> None:
    """Report what the levels settle by themselves, before the app and its config are known.

    :raises CORSConfigError: naming every mistake.
    """
    mistakes = _read_all(levels)
    given = {key: value for level in reversed(levels) for key, value in level.values.items()}
    # Resources may have origins of their own.
    if given.keys() >= {"origins", "supports_credentials"} and not isinstance(
        given.get("resources"), Mapping
    ):
        origins, credentials = (
            mistakes.catch(partial(_speaking, levels, option))
            for option in ("origins", "supports_credentials")
        )
        _check_credentials(origins, credentials, mistakes)
    mistakes.raise_any()


def resolve(levels: Sequence[Level]) -> Options:
    """What the levels say together, the highest first; :data:`DEFAULTS` comes last.

    :raises CORSConfigError: naming every mistake.
    """
    mistakes = _Mistakes()
    settings: dict[str, Any] = {}
    for option in POLICY_OPTIONS:
        settings[option] = mistakes.catch(partial(_speaking, levels, option))
    _check_credentials(settings["origins"], settings["supports_credentials"], mistakes)
    mistakes.raise_any()
    options = Options(**settings)
    if options.supports_credentials.value and "*" in comma_list(options.expose_headers.value or ""):
        # Fetch 4.1, main fetch, step 14.1: the wildcard is for requests without credentials.
        said = "expose_headers: '*' is the name of a header where supports_credentials=True"
        speaking = next(level for level in levels if "expose_headers" in level)
        speaking.warn(LiteralStar(said, "list the headers that scripts are to read"))
    return options


def changed(options: Options, values: Mapping[str, object]) -> Options:
    """These options with others in place of some, as one more level above would give them.

    :raises CORSConfigError: naming every mistake.
    """
    mistakes = _Mistakes()
    level = Level("changed", None, values, POLICY_OPTIONS)
    settings: dict[str, Any] = options._asdict()
    for option in values:
        settings[option] = mistakes.catch(partial(level.setting, option))
    _check_credentials(settings["origins"], settings["supports_credentials"], mistakes)
    mistakes.raise_any()
    return Options(**settings)


def resolve_resources(levels: Sequence[Level]) -> list[tuple[PathPattern, Options]]:
    """The resources that the levels give, each with its options. Resources without options of
    their own share one :class:`Options`.

    :raises CORSConfigError: naming every mistake, those of all resources together.
    """
    mistakes = _read_all([level for level in levels if level.name != CONFIG])
    resources = mistakes.catch(partial(_speaking, levels, "resources"))
    if resources is None:  # what else is wrong is told all the same
        mistakes.catch(partial(resolve, levels))
        raise CORSConfigError(mistakes)
    giver = next(level for level in levels if "resources" in level)
    rules: list[tuple[PathPattern, Options]] = []
    shared: Options | None = None
    for pattern, own in resources.value:
        if own:
            name = f"the resource {shown(pattern.source)}"
            level = Level(name, resources.place, own, POLICY_OPTIONS, giver.doubts)
            options = mistakes.catch(partial(resolve, [level, *levels]))
        else:
            shared = options = shared or mistakes.catch(partial(resolve, levels))
        if options is not None:
            rules.append((pattern, options))
    mistakes.raise_any()
    return rules
