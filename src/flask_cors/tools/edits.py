"""Small changes of a configuration, tried in turn until one lets a request pass.

The app itself is asked, with the change in place, and is left as it was. Views for unsafe methods
are not called: they do again what they did when the request was really made; where it never came
to that, what they would have done is taken to be an empty 200.
"""

from __future__ import annotations

import json
import logging
import re
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from itertools import combinations
from typing import Any, NamedTuple

from flask import Flask
from werkzeug.wrappers import Response as Answer

from ..browser import Request, Response
from ..browser.safelist import normalize_method
from ..context import current_request
from ..errors import CORSConfigError, Place, shown
from ..headers import comma_list
from ..hooks import bind, put_in_front
from ..policy.options import (
    CONFIG,
    DEFAULTS,
    POLICY_OPTIONS,
    Level,
    Options,
    Setting,
    changed,
    config_level,
    resolve,
)
from ..policy.origins import OriginSet, parse_origins
from ..policy.policy import Policy
from ..policy.resources import PathPattern, parse_pattern
from ..report import cors_refused
from .arguments import Asked, CannotTell
from .in_process import Handled, InProcess
from .survey import Source, everything_bound
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
    app: Flask,
    asked: Asked,
    policy: Policy,
    source: Source,
    refused: Refused,
    handled: Mapping[Request, Handled],
) -> list[Line] | None:
    """The lines to write so that the request passes; None where no edit makes it pass.

    :param handled: what the app did when the request was really made.
    """
    options = policy.options
    for edits in _choices(_candidates(options, asked.origin, refused)):
        edited = _edited(options, edits)
        if edits and edited is not None:
            with _acting_as(policy, edited):
                if _passes(app, asked, handled):
                    return list(_lines(app, options, source, edits))
    return None


def _choices(candidates: Iterable[Edit]) -> Iterator[tuple[Edit, ...]]:
    """Some of the edits: none, each, each two of them, and so on."""
    candidates = list(candidates)
    for count in range(len(candidates) + 1):
        yield from combinations(candidates, count)


def _values(edits: Iterable[Edit]) -> dict[str, object]:
    return {edit.option: edit.value for edit in edits}


def _edited(options: Options, edits: Iterable[Edit]) -> Policy | None:
    """The policy with these edits; None where they make none."""
    try:
        return Policy(changed(options, _values(edits)))
    except CORSConfigError:
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
            yield _closed(options.origins, origin)
    if not options.automatic_options.value:
        yield Edit("automatic_options", True, "True")
    if not options.intercept_exceptions.value:
        yield Edit("intercept_exceptions", True, "True")


def _added(setting: Setting[Any], option: str, *new: str) -> Edit:
    items = list(_ITEMS[option](setting.value))
    given = _as_given(setting.given, items)
    known = ["..."] if len(given) > _MOST else list(map(_source, given))
    return Edit(option, [*items, *new], _list([*known, *map(_source, new)]))


def _closed(setting: Setting[OriginSet], origin: str) -> Edit:
    """Credentials take origins that not anyone can take: those that are, and ``origin``."""
    given = _as_given(setting.given, list(_ITEMS["origins"](setting.value)))
    kept = [item for item in given if parse_origins(item, _hear_nothing).open_to() is None]
    if not isinstance(parse_origins(kept, _hear_nothing).match(origin), str):
        kept.append(origin)
    return Edit("origins", kept, _list(list(map(_source, kept))))


# The items of an option, from its normal form: what was given may have been an iterator.
_ITEMS: dict[str, Callable[[Any], Iterable[object]]] = {
    "origins": lambda value: [
        *(["*"] if value.any else []),
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


def _hear_nothing(_: str) -> None:
    """What is odd about it was said when it was given."""


# ---- as source code ----------------------------------------------------------------------------


def _list(items: Iterable[str]) -> str:
    return f"[{', '.join(items)}]"


def _source(item: object) -> str:
    """``...`` for what has no name: it stays as it stands."""
    if isinstance(item, str):
        return json.dumps(item) if item.isascii() else ascii(item)
    if isinstance(item, re.Pattern):
        flags = [f"re.{flag.name}" for flag in re.RegexFlag if flag & item.flags & ~re.UNICODE]
        return f"re.compile({', '.join([ascii(item.pattern), *filter(None, ['|'.join(flags)])])})"
    name = getattr(item, "__qualname__", "")
    return name if name.isidentifier() else "..."


def _key(pattern: PathPattern) -> str:
    """A pattern as a key of ``resources``."""
    try:
        is_string = parse_pattern(pattern.source, _hear_nothing) == pattern
    except CORSConfigError:  # its flags give it a meaning
        is_string = False
    return _source(pattern.source if is_string else pattern.regex)


# ---- where to write it -------------------------------------------------------------------------

_CALLS = {
    "CORS(...)": "CORS(..., {})",
    "init_app(...)": "init_app(..., {})",
    "cross_origin(...)": "@cross_origin(..., {})",
}

# Those that reach several policies, the highest first.
_SHARED = ("init_app(...)", "CORS(...)", CONFIG, DEFAULTS.name)


def _lines(app: Flask, options: Options, source: Source, edits: Iterable[Edit]) -> Iterator[Line]:
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
                yield Line(f'app.config["CORS_{edit.option.upper()}"] = {edit.written}', place)
        else:
            yield Line(_call(app, options, level, source, of_level), place)


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
        if _edited(other.policy.options, reached) is None:
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
        return f'app.config["CORS_RESOURCES"] = {resources}'
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


# ---- a path that no rule covers ----------------------------------------------------------------


def cover(
    app: Flask,
    asked: Asked,
    path: str,
    is_below: bool,
    needs: Iterable[str],
    handled: Mapping[Request, Handled],
) -> list[Line] | None:
    """The line to write so that a path that no rule covers is covered and the request passes;
    None where it does not pass.

    :param is_below: whether all paths that begin like ``path`` are to be covered with it.
    :param needs: what makes a preflight necessary.
    """
    values: dict[str, object] = {"origins": [asked.origin]}
    if asked.credentials == "include":
        values["supports_credentials"] = True
    given = Level("CORS(...)", None, values, POLICY_OPTIONS)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # they point at no line of the app yet
            config = config_level(app.config, Place("", 0, {}))
        options = resolve([given, config, DEFAULTS])
    except CORSConfigError:
        return None
    resource = _resource(path, is_below)
    pattern = parse_pattern(resource, _hear_nothing)
    for edits in _choices(_candidates(options, asked.origin, _refused(options, asked, needs))):
        with _with_rule(app, pattern, Policy(changed(options, _values(edits)))):
            if _passes(app, asked, handled):
                # A string is cut at the commas before a slash.
                resources = _source(resource)
                written = {
                    "resources": f"[{resources}]" if "," in resource else resources,
                    **{name: _written(value) for name, value in values.items()},
                    **{edit.option: edit.written for edit in edits},
                }
                arguments = ", ".join(f"{name}={value}" for name, value in written.items())
                return [Line(f"CORS(app, {arguments})", None)]
    return None


def _written(value: object) -> str:
    return _list(map(_source, value)) if isinstance(value, list) else repr(value)


def _refused(options: Options, asked: Asked, needs: Iterable[str]) -> Refused:
    """What the config refuses of the preflight."""
    method, needs = normalize_method(asked.method), list(needs)
    is_refused = bool(needs) and options.methods.value.answer(method) is None
    headers = options.allow_headers.value
    names = (name for name in needs if name != method and not headers.allows(name))
    return Refused(False, method if is_refused else None, tuple(names), False)


def _resource(path: str, is_below: bool) -> str:
    """What to give for ``resources``. A path that reads like a pattern is escaped."""
    try:
        is_literal = parse_pattern(path, _hear_nothing) == PathPattern(path)
    except CORSConfigError:
        is_literal = False
    if is_literal and not path.endswith("/*"):
        return f"{path}*" if is_below else path
    return re.escape(path) + ("" if is_below else "$")


# ---- trying ------------------------------------------------------------------------------------


def _passes(app: Flask, asked: Asked, handled: Mapping[Request, Handled]) -> bool:
    server = InProcess(app, asked.url)
    done = {(request.method, request.url): known for request, known in handled.items()}

    def once_more(request: Request) -> Response:
        with _without_effects(app, done.get((request.method, request.url))):
            return server(request)

    with _quiet(app):
        try:
            return fetched(asked, once_more).allowed
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
def _with_rule(app: Flask, pattern: PathPattern, policy: Policy) -> Generator[None]:
    """With one rule more. What is attached to an app that had no CORS stays, and does nothing
    without a rule."""
    binding = bind(app)
    put_in_front(binding)
    before = binding.rules, binding.answers_preflights
    binding.rules = binding.rules.extended([(pattern, policy)])
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
def _without_effects(app: Flask, done: Handled | None) -> Generator[None]:
    views = app.view_functions
    app.view_functions = {endpoint: _harmless(app, view, done) for endpoint, view in views.items()}
    try:
        yield
    finally:
        app.view_functions = views


def _harmless(app: Flask, view: Callable[..., Any], done: Handled | None) -> Callable[..., Any]:
    @wraps(view)  # the mark of @cross_origin with it
    def call(*args: Any, **kwargs: Any) -> Any:
        if current_request().method in _SAFE:
            return app.ensure_sync(view)(*args, **kwargs)
        return "" if done is None else _again(app, done)

    return call


def _again(app: Flask, done: Handled) -> Answer:
    """What a view did: the status, where it sends the browser, and what it says of CORS itself."""
    if done.error is not None:
        raise done.error
    ours = () if done.decision is None else done.decision.headers
    answer = app.response_class(status=done.response.status)
    for name, value in done.response.headers:
        if _is_telling(name) and (name, value) not in ours:
            answer.headers.add(name, value)
    return answer


def _is_telling(name: str) -> bool:
    return name.lower() == "location" or name.lower().startswith("access-control-")


@contextmanager
def _quiet(app: Flask) -> Generator[None]:
    """Without log lines, signals and hints, for they would tell of requests that nobody made."""
    before, binding = logging.root.manager.disable, bind(app)
    hinted = set(binding.hinted)
    logging.disable(logging.CRITICAL)
    try:
        with cors_refused.muted():
            yield
    finally:
        logging.disable(before)
        binding.hinted = hinted
