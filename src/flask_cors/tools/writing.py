"""Changes of options as lines of source code, and where each is to be written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from flask import Flask

from ..doubts import Doubt
from ..errors import CORSConfigError, Place, shown
from ..policy.options import CONFIG, DEFAULTS, Options, Setting, changed, config_key
from ..policy.policy import Policy
from ..policy.resources import PathPattern, parse_pattern
from .survey import Source, everything_bound


class Edit(NamedTuple):
    """One option, and what to give for it.

    :ivar value: what is tried.
    :ivar written: the same as source code.
    """

    option: str
    value: object
    written: str


class Line(NamedTuple):
    """A line to write.

    :ivar where: ``"at"`` or ``"before"`` the place.
    :ivar place: None where there is none yet.
    """

    code: str
    where: Literal["at", "before"]
    place: Place | None


def policy_with(options: Options, edits: Iterable[Edit]) -> Policy | None:
    """The policy with these edits; None where they make none."""
    try:
        return Policy(changed(options, {edit.option: edit.value for edit in edits}))
    except CORSConfigError:
        return None


# ---- as source code ----------------------------------------------------------------------------


def hear_nothing(_: Doubt) -> None:
    """What is odd about it was said when it was given."""


def list_of(items: Iterable[str]) -> str:
    return f"[{', '.join(items)}]"


def code_of(item: object) -> str:
    """``...`` for what has no name: it stays as it stands."""
    if isinstance(item, str):
        return json.dumps(item) if item.isascii() else ascii(item)
    if isinstance(item, re.Pattern):
        flags = [f"re.{flag.name}" for flag in re.RegexFlag if flag & item.flags & ~re.UNICODE]
        return f"re.compile({', '.join([ascii(item.pattern), *filter(None, ['|'.join(flags)])])})"
    name = getattr(item, "__qualname__", "")
    return name if name.isidentifier() else "..."


def config_line(option: str, code: str) -> str:
    return f'app.config["{config_key(option)}"] = {code}'


def _key(pattern: PathPattern) -> str:
    """A pattern as a key of ``resources``."""
    try:
        is_string = parse_pattern(pattern.source, hear_nothing) == pattern
    except CORSConfigError:  # its flags give it a meaning
        is_string = False
    return code_of(pattern.source if is_string else pattern.regex)


# ---- where to write it -------------------------------------------------------------------------

_CALLS = {
    "CORS(...)": "CORS(..., {})",
    "init_app(...)": "init_app(..., {})",
    "cross_origin(...)": "@cross_origin(..., {})",
}

# Those that reach several policies, the highest first.
_SHARED = ("init_app(...)", "CORS(...)", CONFIG, DEFAULTS.name)


def lines(app: Flask, options: Options, source: Source, edits: Iterable[Edit]) -> Iterator[Line]:
    by_level: dict[str, list[Edit]] = {}
    for edit in edits:
        setting: Setting[Any] = getattr(options, edit.option)
        level = setting.level
        if level == DEFAULTS.name:
            level = _level_of_defaults(options, source)
        by_level.setdefault(level, []).append(edit)
    for level, of_level in list(by_level.items()):
        if level in _SHARED and _breaks_others(app, level, options, source, of_level):
            by_level.setdefault(_own_level(source), []).extend(by_level.pop(level))
    places = {setting.level: setting.place for setting in options}
    for level, of_level in by_level.items():
        place = places.get(level, source.place)
        if level == CONFIG:
            for edit in of_level:
                yield Line(config_line(edit.option, edit.written), "before", place)
        else:
            yield Line(_call(app, options, level, source, of_level), "at", place)


def _own_level(source: Source) -> str:
    """The level that reaches this policy alone."""
    if source.pattern is None:
        return "cross_origin(...)"
    return f"the resource {shown(source.pattern.source)}"


def _level_of_defaults(options: Options, source: Source) -> str:
    """Where to give an option that was not given: next to those that were."""
    own = _own_level(source)
    if source.pattern is None:
        return own
    levels = {setting.level for setting in options}
    return next((level for level in (own, "init_app(...)") if level in levels), "CORS(...)")


def _breaks_others(
    app: Flask, level: str, options: Options, source: Source, edits: Sequence[Edit]
) -> bool:
    """Whether another policy, which the level reaches too, does not bear the edits: credentials
    do not go with every origin."""
    for other in everything_bound(app):
        is_same_call = other.source.place == source.place
        reached: list[Edit] = []
        for edit in edits:
            own: Setting[Any] = getattr(options, edit.option)
            its: Setting[Any] = getattr(other.policy.options, edit.option)
            reaches = is_same_call and its.level in _SHARED[_SHARED.index(level) :]
            if reaches or its is own or level == its.level == CONFIG:
                reached.append(edit)
        if policy_with(other.policy.options, reached) is None:
            return True
    return False


def _call(app: Flask, options: Options, level: str, source: Source, edits: Iterable[Edit]) -> str:
    call = _CALLS.get(level)
    if call is not None:
        return call.format(", ".join(f"{edit.option}={edit.written}" for edit in edits))
    assert source.pattern is not None  # a resource's own options
    own = ", ".join(f'"{edit.option}": {edit.written}' for edit in edits)
    resources = f"{{..., {_key(source.pattern)}: {{..., {own}}}}}"
    if _is_of_config(app, options, level):
        return config_line("resources", resources)
    return f"resources={resources}"


def _is_of_config(app: Flask, options: Options, level: str) -> bool:
    """Whether the options of a resource were given in ``app.config``."""
    resources = app.config.get("CORS_RESOURCES")
    known = resources.values() if isinstance(resources, Mapping) else ()
    given = {name: each.given for name, each in options._asdict().items() if each.level == level}
    return any(
        isinstance(own, Mapping) and all(own.get(name) is value for name, value in given.items())
        for own in known
        if given
    )
