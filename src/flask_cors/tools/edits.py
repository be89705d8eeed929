"""Small changes of a configuration, tried in turn until one lets a request pass.

The app itself is asked, with the change in place, and is left as it was. Views for unsafe methods
are not called: what they would have done is taken to be an empty 200.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from functools import wraps
from itertools import combinations
from typing import Any, NamedTuple

from flask import Flask

from ..context import current_request
from ..errors import CORSConfigError, Place, shown
from ..headers import ALL_METHODS, comma_list
from ..hooks import bind, put_in_front
from ..policy.options import CONFIG, DEFAULTS, Options, Setting, changed, resolve
from ..policy.policy import Policy
from ..policy.resources import parse_pattern
from .arguments import Asked, CannotTell
from .in_process import InProcess
from .survey import Source
from .verdict import fetched


class Edit(NamedTuple):
    """One option, and what to give for it.

    :ivar value: what is tried.
    :ivar written: the same as source code.
    """

    option: str
    value: object
    written: str


class Line(NamedTuple):
    """A line to write, and where: None where there is no place yet."""

    code: str
    place: Place | None


class Refused(NamedTuple):
    """What a policy refuses of a request."""

    origin: bool
    method: str | None
    headers: tuple[str, ...]
    credentials: bool


# ---- the list ----------------------------------------------------------------------------------


def change(
    app: Flask, asked: Asked, policy: Policy, source: Source, refused: Refused
) -> list[Line] | None:
    """The lines to write so that the request passes; None where no edit makes it pass."""
    options = policy.options
    candidates = list(_candidates(options, asked.origin, refused))
    for count in range(1, len(candidates) + 1):
        for edits in combinations(candidates, count):
            values = {edit.option: edit.value for edit in edits}
            try:
                edited = Policy(changed(options, values))
            except CORSConfigError:
                continue
            with _acting_as(policy, edited):
                if _passes(app, asked):
                    return list(_lines(options, source, edits))
    return None


def _candidates(options: Options, origin: str, refused: Refused) -> Iterator[Edit]:
    """The fixed list: of these the fewest that do."""
    if refused.origin:
        yield _added(options.origins, "origins", origin)
    if refused.method is not None:
        yield _added(options.methods, "methods", refused.method)
    if refused.headers:
        yield _added(options.allow_headers, "allow_headers", *refused.headers)
    if refused.credentials:
        yield Edit("supports_credentials", True, "True")
        if options.origins.value.open_to() is not None:
            # Credentials take origins that not anyone can take.
            exact = sorted(options.origins.value.exact - {"null", origin})
            yield Edit("origins", [*exact, origin], _list([*exact, origin]))
    if not options.automatic_options.value:
        yield Edit("automatic_options", True, "True")
    if not options.intercept_exceptions.value:
        yield Edit("intercept_exceptions", True, "True")


def _added(setting: Setting[Any], option: str, *new: str) -> Edit:
    items = list(_ITEMS[option](setting.value))
    return Edit(option, [*items, *new], _list([*_as_given(setting.given, items), *new]))


# The items of an option, from its normal form: what was given may have been an iterator.
_ITEMS: dict[str, Callable[[Any], Iterable[object]]] = {
    "origins": lambda value: [
        *sorted(value.exact),
        *sorted(value.wildcards),
        *(regex.pattern for regex in value.regexes),
        *(predicate.function for predicate in value.predicates),
    ],
    "methods": lambda value: sorted(value.names),
    "allow_headers": lambda value: [*sorted(value.names), *value.regexes],
}

_MOST = 8  # items that a line repeats


def _as_given(given: object, items: list[object]) -> list[object]:
    """The items in the order and the spelling in which they were given."""
    if isinstance(given, str):
        return list(comma_list(given))
    return list(given) if isinstance(given, (list, tuple)) else items


def _list(items: list[object]) -> str:
    *known, new = items
    if len(known) > _MOST:
        return f"[..., {_source(new)}]"
    return f"[{', '.join(map(_source, items))}]"


def _source(item: object) -> str:
    if isinstance(item, str):
        return json.dumps(item)
    if isinstance(item, re.Pattern):
        return f"re.compile({item.pattern!r})"
    return str(getattr(item, "__qualname__", "..."))


# ---- where to write it -------------------------------------------------------------------------

_CALLS = {
    "CORS(...)": "CORS(..., {})",
    "init_app(...)": "init_app(..., {})",
    "cross_origin(...)": "@cross_origin(..., {})",
}


def _lines(options: Options, source: Source, edits: Iterable[Edit]) -> Iterator[Line]:
    by_level: dict[str, list[Edit]] = {}
    places: dict[str, Place | None] = {}
    for edit in edits:
        setting: Setting[Any] = getattr(options, edit.option)
        level = setting.level
        if level == DEFAULTS.name:
            level = _level_of_defaults(options, source)
            places.setdefault(level, source.place)
        else:
            places[level] = setting.place
        by_level.setdefault(level, []).append(edit)
    for level, of_level in by_level.items():
        if level == CONFIG:
            for edit in of_level:
                code = f'app.config["CORS_{edit.option.upper()}"] = {edit.written}'
                yield Line(code, places[level])
        else:
            yield Line(_call(level, source, of_level), places[level])


def _level_of_defaults(options: Options, source: Source) -> str:
    """Where to give an option that was not given: next to those that were."""
    if source.kind == "view":
        return "cross_origin(...)"
    levels = {setting.level for setting in options}
    own = "" if source.pattern is None else f"the resource {shown(source.pattern.source)}"
    return next((level for level in (own, "init_app(...)") if level in levels), "CORS(...)")


def _call(level: str, source: Source, edits: Iterable[Edit]) -> str:
    call = _CALLS.get(level)
    if call is not None:
        return call.format(", ".join(f"{edit.option}={edit.written}" for edit in edits))
    assert source.pattern is not None  # a resource's own options
    own = ", ".join(f'"{edit.option}": {edit.written}' for edit in edits)
    return f"resources={{..., {json.dumps(source.pattern.source)}: {{..., {own}}}}}"


# ---- a path that no rule covers ----------------------------------------------------------------


def cover(app: Flask, asked: Asked, pattern: str) -> list[Line] | None:
    """The line to write so that a path that no rule covers is covered and the request passes;
    None where it does not pass."""
    values: dict[str, object] = {"origins": [asked.origin]}
    if asked.method not in ALL_METHODS:
        values["methods"] = [*ALL_METHODS, asked.method]
    if asked.credentials == "include":
        values["supports_credentials"] = True
    written = {
        "resources": json.dumps(pattern),
        **{name: _list(v) if isinstance(v, list) else repr(v) for name, v in values.items()},
    }
    policy = Policy(changed(resolve([DEFAULTS]), values))
    with _with_rule(app, pattern, policy):
        if not _passes(app, asked):
            return None
    given = ", ".join(f"{name}={value}" for name, value in written.items())
    return [Line(f"CORS(app, {given})", None)]


# ---- trying ------------------------------------------------------------------------------------


def _passes(app: Flask, asked: Asked) -> bool:
    with _quiet(), _without_effects(app):
        try:
            return fetched(asked, InProcess(app, asked.url)).allowed
        except CannotTell:
            return False


@contextmanager
def _acting_as(policy: Policy, other: Policy) -> Generator[None]:
    """Have a policy decide as another: whoever holds it, holds the same object."""
    before = dict(vars(policy))
    vars(policy).update(vars(other))
    try:
        yield
    finally:
        vars(policy).update(before)


@contextmanager
def _with_rule(app: Flask, pattern: str, policy: Policy) -> Generator[None]:
    """With one rule more. What is attached to an app that had no CORS stays, and does nothing
    without a rule."""
    binding = bind(app)
    put_in_front(binding)
    before = binding.rules, binding.answers_preflights
    binding.rules = binding.rules.extended([(parse_pattern(pattern, lambda _: None), policy)])
    binding.answers_preflights = True
    binding.forget_views()
    try:
        yield
    finally:
        binding.rules, binding.answers_preflights = before
        binding.forget_views()


# https://www.rfc-editor.org/rfc/rfc9110#section-9.2.1
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@contextmanager
def _without_effects(app: Flask) -> Generator[None]:
    views = app.view_functions
    app.view_functions = {endpoint: _harmless(app, view) for endpoint, view in views.items()}
    try:
        yield
    finally:
        app.view_functions = views


def _harmless(app: Flask, view: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(view)  # the mark of @cross_origin with it
    def call(*args: Any, **kwargs: Any) -> Any:
        if current_request().method in _SAFE:
            return app.ensure_sync(view)(*args, **kwargs)
        return ""

    return call


@contextmanager
def _quiet() -> Generator[None]:
    """Without log lines, for they would tell of requests that nobody made."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)
