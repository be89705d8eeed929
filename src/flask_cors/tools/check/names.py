"""Checks: names. Options and keys of ``app.config`` that do nothing, or came too late."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence

from ... import doubts as d
from ...doubts import Severity
from ...errors import CORSConfigError, shown
from ...policy.options import (
    CONFIG,
    DEFAULTS,
    EXTENSION_OPTIONS,
    OLD_NAMES,
    POLICY_OPTIONS,
    Level,
    config_key,
    config_values,
    unknown_keys,
)
from .base import Check, Told
from .finding import Finding, Where
from .subject import Subject, where_of_option


def _of_calls(found: Iterable[Finding]) -> Iterator[Finding]:
    """What was told of the options of a call. The keys of ``app.config`` are looked at as they
    are now: nothing may have read them, and each is told of once, not with each decorated view."""
    return (finding for finding in found if finding.where.name != CONFIG)


def _keys(subject: Subject) -> Iterator[tuple[str, str | None, str, Where]]:
    """Each key that is no option, the option whose old name it is, and what to say of it where."""
    for key in unknown_keys(subject.app.config):
        said = f"app.config has {shown(key)}, which is no option"
        old = OLD_NAMES.get(key.removeprefix("CORS_").lower())
        yield key, old, said, _where(key, next(_readers(subject), []))


class UnknownName(Told):
    kind = d.UnknownOption

    def find(self, subject: Subject) -> Iterator[Finding]:
        yield from _of_calls(super().find(subject))
        for key, old, said, where in _keys(subject):
            # At run time only what is nearly right is told of: an app may have keys of its own,
            # and so may its other extensions.
            # Without what all keys begin with, by which any is like any other.
            name = key.removeprefix("CORS_").lower()
            near = difflib.get_close_matches(name, EXTENSION_OPTIONS, 1)
            if old is None and near:
                yield self.finding(said, where, f"did you mean {config_key(near[0])!r}?")
            elif old is None:
                fix = f"leave it out, or exempt {self.code} if something else reads it"
                yield self.finding(said, where, fix, Severity.NOTE)


class OldName(Told):
    kind = d.OldName

    def find(self, subject: Subject) -> Iterator[Finding]:
        yield from _of_calls(super().find(subject))
        for _, old, said, where in _keys(subject):
            if old is not None:
                yield self.finding(said, where, f"its name is {config_key(old)!r}")


class TooLate(Check):
    """`CORS(app)` reads `app.config` once, when it is called, and a blueprint's `CORS` when the
    blueprint is registered; a decorated view, when the first request comes. A key that is set or
    changed afterwards is not seen: the app answers as if it were not there, and by default that is
    every origin. Configure the app first, then bind CORS to it."""

    code = "CORS703"
    title = "a key set after CORS has read the config"
    severity = Severity.ERROR

    def find(self, subject: Subject) -> Iterator[Finding]:
        said: set[str] = set()
        # Without a place, so that nothing is warned of again.
        now = _level_now(subject)
        for levels in _readers(subject):
            then = levels[-1]
            for option in _heard(levels):
                key = config_key(option)
                if key in said or _is_same(option, then, now):
                    continue
                said.add(key)
                message = (
                    f"app.config[{key!r}] is {_given(option, now)} now, and was "
                    f"{_given(option, then)} when {_reader(levels)} read it, which is what counts"
                )
                yield self.finding(message, _where(key, levels), _FIX)
        for key, where in _changed_in_place(subject):
            message = f"app.config[{key!r}] was changed in place after it was read"
            yield self.finding(message, where, _FIX)


_FIX = "set it before CORS(app), init_app(app) or register_blueprint(...) is called"


def _readers(subject: Subject) -> Iterator[list[Level]]:
    """Each reading of ``app.config``: what was given above it, and itself at the end."""
    subject.binding.get_ready()
    for *levels, _ in subject.binding.given():  # below app.config are the defaults alone
        yield levels


def _where(key: str, levels: Sequence[Level]) -> Where:
    name = f"{key} of app.config"
    place = levels[-1].place if levels else None
    return Where(name) if place is None else Where(name, place.file, place.line)


def _reader(levels: Sequence[Level]) -> str:
    return levels[-2].name


def _heard(levels: Sequence[Level]) -> Iterator[str]:
    """The options for which nothing above ``app.config`` speaks."""
    *above, _ = levels
    is_view = above[-1].name == "cross_origin(...)"
    for option in POLICY_OPTIONS if is_view else EXTENSION_OPTIONS:
        if any(option in level for level in above):
            continue
        if is_view or not _is_given_by_resources(option, levels):
            yield option


def _is_given_by_resources(option: str, levels: Sequence[Level]) -> bool:
    """Whether each resource has the option itself."""
    giver = next((level for level in levels if "resources" in level), None)
    if giver is None:
        return False
    resources: list[tuple[object, dict[str, object]]] = giver.setting("resources").value
    return all(option in own for _, own in resources)


def _level_now(subject: Subject) -> Level:
    """``app.config`` as it is now, without saying what is doubtful about it."""
    return Level(CONFIG, None, config_values(subject.app.config), EXTENSION_OPTIONS)


def _changed_in_place(subject: Subject) -> Iterator[tuple[str, Where]]:
    """The keys whose value is the object that was read, and comes to something else now."""
    now = _level_now(subject)
    for option in POLICY_OPTIONS:
        for setting, bound in subject.settings(option):
            is_read = setting.level == CONFIG and now.values.get(option) is setting.given
            # An iterator says something else the second time.
            is_list = isinstance(setting.given, (list, set))
            if is_read and is_list and _value(option, now) != setting.value:
                yield config_key(option), where_of_option(option, setting, bound)


def _is_same(option: str, then: Level, now: Level) -> bool:
    # As given first: what an option comes to takes long to tell for thousands of origins.
    given = [level.values.get(option, level) for level in (then, now)]
    return given[0] == given[1] or _value(option, then) == _value(option, now)


def _value(option: str, level: Level) -> object:
    """What an option comes to; of a value that is a mistake, the mistake."""
    try:
        return (level if option in level else DEFAULTS).setting(option).value
    except CORSConfigError as error:
        return str(error)


def _given(option: str, level: Level) -> str:
    return shown(level.values[option]) if option in level else "unset"


CHECKS: tuple[type[Check], ...] = (UnknownName, OldName, TooLate)
