"""The URL rules of an app in the order in which Werkzeug tries them, and what it does with them
beside matching their regexes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from typing import NamedTuple

from flask import Flask
from werkzeug.routing import BaseConverter, Rule
from werkzeug.routing.converters import NumberConverter, UUIDConverter
from werkzeug.routing.matcher import State

from ...policy.path_patterns import PathPattern
from ..shared.rule_paths import Match, Paths, path_of, pieces_of


class EndSlash(Enum):
    """The slash at the end of a path, compared with that of its URL rule."""

    AS_WRITTEN = "as written"
    REMOVED = "removed"
    ADDED = "added"


class Route(NamedTuple):
    """The paths of a URL rule that end in one way.

    :ivar redirects: whether Werkzeug redirects them to the path with a slash.
    """

    rule: Rule
    end_slash: EndSlash
    redirects: bool

    def with_end(self, regex: str) -> str:
        """Return the regex of these paths.

        :param regex: of the paths of the rule.
        """
        if self.end_slash is EndSlash.REMOVED:
            return regex.removesuffix("/")
        return f"{regex}/" if self.end_slash is EndSlash.ADDED else regex

    @property
    def leads_elsewhere(self) -> bool:
        return self.redirects or self.rule.redirect_to is not None

    @property
    def methods(self) -> tuple[str, ...] | None:
        """The methods in order; None for all."""
        return None if self.rule.methods is None else tuple(sorted(self.rule.methods))

    @property
    def takes_options(self) -> bool:
        return self.methods is None or "OPTIONS" in self.methods


def iter_routes(app: Flask) -> Iterator[Route]:
    """Yield the routes that hold for any host, in the order in which Werkzeug tries them. It has no
    public name for that."""
    app.url_map.update()
    state = app.url_map._matcher._root.static.get("")
    if state is not None:
        yield from _visit(state)


def _visit(state: State, is_final: bool = False) -> Iterator[Route]:
    """As :meth:`werkzeug.routing.matcher.StateMachineMatcher.match` does.

    :param is_final: whether a converter that takes slashes came before: it takes the last one, too.
    """
    for rule in state.rules:
        yield Route(rule, EndSlash.AS_WRITTEN, redirects=False)
    for rule in state.static[""].rules if "" in state.static else ():
        if path_of(rule) != "/":
            yield Route(rule, EndSlash.REMOVED, rule.strict_slashes is not False)
    for below in state.static.values():
        yield from _visit(below, is_final)
    for part, below in state.dynamic:
        yield from _visit(below, is_final or part.final)
    for rule in state.rules:
        if not rule.strict_slashes and not is_final:
            yield Route(rule, EndSlash.ADDED, redirects=False)


def may_share_path(one: Rule, other: Rule, paths_of: Callable[[Rule], Paths]) -> bool:
    """Return whether there may be a path of both."""
    beginnings = [path_of(rule).partition("<")[0].rstrip("/") for rule in (one, other)]
    shorter = min(map(len, beginnings))
    if beginnings[0][:shorter] != beginnings[1][:shorter]:  # most rules, so this comes first
        return False
    for static, dynamic in ((one, other), (other, one)):
        if "<" not in static.rule:
            bare = path_of(static).rstrip("/")
            match = paths_of(dynamic).match
            return any(match(PathPattern(path)) is not Match.NONE for path in (bare, f"{bare}/"))
    return paths_of(one).may_share(paths_of(other))


def may_be_below(rule: Rule, prefix: str) -> bool:
    """Return whether there may be a path of the rule that begins with a blueprint's prefix."""
    # A blueprint scope joins slashes, whatever the app does.
    paths = (re.sub("/{2,}", "/", path) for path in (rule.rule, prefix))
    beginning, above = (path.partition("<")[0] for path in paths)
    if "<" not in rule.rule or ("<" not in prefix and len(beginning) > len(above)):
        ends = "" if "<" in prefix else "/"
        return f"{beginning}/".startswith(above + ends)
    shorter = min(len(beginning), len(above))
    return beginning[:shorter] == above[:shorter]


def may_refuse(converter: BaseConverter) -> bool:
    """Return whether a converter may refuse what its regex matches."""
    method = type(converter).to_python
    if isinstance(converter, NumberConverter) and method is NumberConverter.to_python:
        limits = converter.min, converter.max
        return bool(converter.fixed_digits) or limits != (None, None)
    return method not in (BaseConverter.to_python, UUIDConverter.to_python)


def redirects_to_defaults(rule: Rule) -> bool:
    """Return whether Werkzeug may redirect a path of the rule to another rule of the endpoint,
    which has the values of the path as its defaults."""
    return any(
        other is not rule and other.provides_defaults_for(rule) and _may_have(rule, other.defaults)
        for other in rule.map.iter_rules(rule.endpoint)
    )


def _may_have(rule: Rule, values: Mapping[str, object] | None) -> bool:
    """Return whether a path of the rule may have all of these values."""
    return all(
        name not in rule._converters or _may_yield(rule._converters[name], value)
        for name, value in (values or {}).items()
    )


def _may_yield(converter: BaseConverter, value: object) -> bool:
    if type(converter).to_python is BaseConverter.to_python:
        return isinstance(value, str) and re.fullmatch(converter.regex, value) is not None
    # None of Werkzeug's own converters yields None.
    return value is not None or type(converter).__module__ != BaseConverter.__module__


def iter_deep_views(app: Flask) -> Iterator[str]:
    """Yield what the paths begin with of views whose converters take slashes."""
    for rule in app.url_map.iter_rules():
        converters = [each for each in pieces_of(rule) if not isinstance(each, str)]
        if not all(each.part_isolating for each in converters):
            yield path_of(rule).partition("<")[0]
