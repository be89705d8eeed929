"""Small changes of a configuration, tried in turn until one lets a request pass."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import combinations
from typing import Any, NamedTuple

from flask import Flask

from ..browser import Request
from ..browser.safelist import normalize_method
from ..errors import CORSConfigError, Place
from ..headers import comma_list
from ..policy.options import (
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
from .arguments import Asked
from .in_process import Handled
from .survey import Source
from .trial import acting_as, passes, with_rule
from .writing import Edit, Line, code_of, hear_nothing, lines, list_of, policy_with


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
        edited = policy_with(options, edits)
        if edits and edited is not None:
            with acting_as(policy, edited):
                if passes(app, asked, handled):
                    return list(lines(app, options, source, edits))
    return None


def _choices(candidates: Iterable[Edit]) -> Iterator[tuple[Edit, ...]]:
    """Some of the edits: none, each, each two of them, and so on."""
    candidates = list(candidates)
    for count in range(len(candidates) + 1):
        yield from combinations(candidates, count)


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
    known = ["..."] if len(given) > _MOST else list(map(code_of, given))
    return Edit(option, [*items, *new], list_of([*known, *map(code_of, new)]))


def _closed(setting: Setting[OriginSet], origin: str) -> Edit:
    """Credentials take origins that not anyone can take: those that are, and ``origin``."""
    given = _as_given(setting.given, list(_ITEMS["origins"](setting.value)))
    kept = [item for item in given if parse_origins(item, hear_nothing).open_to() is None]
    if not isinstance(parse_origins(kept, hear_nothing).match(origin), str):
        kept.append(origin)
    return Edit("origins", kept, list_of(list(map(code_of, kept))))


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


# ---- a path that no rule covers ----------------------------------------------------------------


def cover(
    app: Flask,
    asked: Asked,
    rule: str,
    path: str,
    needs: Iterable[str],
    handled: Mapping[Request, Handled],
) -> list[Line] | None:
    """The line to write so that the paths of a URL rule, which no rule of CORS covers, are covered
    and the request passes; None where it does not pass.

    :param path: the one of them that was asked for.
    :param needs: what makes a preflight necessary.
    """
    arguments: dict[str, object] = {"origins": [asked.origin]}
    if asked.credentials == "include":
        arguments["supports_credentials"] = True
    given = Level("CORS(...)", None, arguments, POLICY_OPTIONS)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # they point at no line of the app yet
            config = config_level(app.config, Place("", 0, {}))
        options = resolve([given, config, DEFAULTS])
    except CORSConfigError:
        return None
    resource = _resource(rule, path)
    pattern = parse_pattern(resource, hear_nothing)
    for edits in _choices(_candidates(options, asked.origin, _refused(options, asked, needs))):
        values = {edit.option: edit.value for edit in edits}
        with with_rule(app, pattern, Policy(changed(options, values))):
            if passes(app, asked, handled):
                # A string is cut at the commas before a slash.
                code = code_of(resource)
                written = {
                    "resources": f"[{code}]" if "," in resource else code,
                    **{name: _written(value) for name, value in arguments.items()},
                    **{edit.option: edit.written for edit in edits},
                }
                call = ", ".join(f"{name}={value}" for name, value in written.items())
                return [Line(f"CORS(app, {call})", "at", None)]
    return None


def _written(value: object) -> str:
    return list_of(map(code_of, value)) if isinstance(value, list) else repr(value)


def _refused(options: Options, asked: Asked, needs: Iterable[str]) -> Refused:
    """What the config refuses of the preflight."""
    method, needs = normalize_method(asked.method), list(needs)
    is_refused = bool(needs) and options.methods.value.answer(method) is None
    headers = options.allow_headers.value
    names = (name for name in needs if name != method and not headers.allows(name))
    return Refused(False, method if is_refused else None, tuple(names), False)


# "<variable>", "<converter:variable>", "<converter(arguments):variable>".
_CONVERTER = re.compile(r"<(?:(\w+)(?:\(.*?\))?:)?\w+>")


def _resource(rule: str, path: str) -> str:
    """What to give for ``resources``, so that the paths of a URL rule are covered and no others:
    of one that begins with a converter, the path alone."""
    parts = [path] if rule.startswith("/<") else _CONVERTER.split(rule)
    literals, converters = parts[::2], parts[1::2]
    if literals[1:] == [""] and _is_literal(f"{literals[0]}*"):
        return f"{literals[0]}*"
    if not converters and _is_literal(path) and not path.endswith("/*"):
        return path
    expression = re.escape(literals[0])
    for converter, literal in zip(converters, literals[1:], strict=True):
        expression += (".+" if converter == "path" else "[^/]+") + re.escape(literal)
    return f"{expression}$"


def _is_literal(text: str) -> bool:
    """Whether no expression is read into ``text``, whose last ``*`` may stand for all below."""
    try:
        return parse_pattern(text, hear_nothing) == PathPattern(text)
    except CORSConfigError:
        return False
