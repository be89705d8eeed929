"""The URL rules of an app in the order in which Werkzeug tries them, and what decides on them
beside their expressions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from enum import Enum
from typing import NamedTuple

from flask import Flask
from werkzeug.routing import BaseConverter, Rule
from werkzeug.routing.converters import NumberConverter, UUIDConverter
from werkzeug.routing.matcher import State

from ...policy.resources import PathPattern
from ..paths import Match, Paths, path_of, pieces_of


class Ending(Enum):
    """How a path ends."""

    ITS_OWN = ""
    LESS = "without the slash that its rule ends with"
    MORE = "with a slash more than its rule"


class Route(NamedTuple):
    """A URL rule, and which of its paths are meant.

    :ivar redirects: whether Werkzeug sends them to the path with a slash.
    """

    rule: Rule
    ending: Ending
    redirects: bool

    def ended(self, expression: str | None) -> str:
        """The expression of all paths of the rule, with this ending."""
        whole = expression or ""
        if self.ending is Ending.LESS:
            return whole.removesuffix("/")
        return whole + "/" if self.ending is Ending.MORE else whole


def routes(app: Flask) -> Iterator[Route]:
    """The URL rules that hold for any host, in the order in which Werkzeug tries them. It has no
    public name for that."""
    app.url_map.update()
    state = app.url_map._matcher._root.static.get("")
    if state is not None:
        yield from _visited(state)


def _visited(state: State, is_final: bool = False) -> Iterator[Route]:
    """As :meth:`werkzeug.routing.matcher.StateMachineMatcher.match` goes.

    :param is_final: whether a converter that takes slashes came before: it takes the last one, too.
    """
    for rule in state.rules:
        yield Route(rule, Ending.ITS_OWN, redirects=False)
    for rule in state.static[""].rules if "" in state.static else ():
        if path_of(rule) != "/":
            yield Route(rule, Ending.LESS, rule.strict_slashes is not False)
    for below in state.static.values():
        yield from _visited(below, is_final)
    for part, below in state.dynamic:
        yield from _visited(below, is_final or part.final)
    for rule in state.rules:
        if not rule.strict_slashes and not is_final:
            yield Route(rule, Ending.MORE, redirects=False)


def may_share(one: Rule, other: Rule, paths_of: Callable[[Rule], Paths]) -> bool:
    """Whether there may be a path of both."""
    beginnings = [path_of(rule).partition("<")[0].rstrip("/") for rule in (one, other)]
    shorter = min(map(len, beginnings))
    if beginnings[0][:shorter] != beginnings[1][:shorter]:  # most rules, and soon told
        return False
    for static, dynamic in ((one, other), (other, one)):
        if "<" not in static.rule:
            bare = path_of(static).rstrip("/")
            takes = paths_of(dynamic).match
            return any(takes(PathPattern(path)) is not Match.NONE for path in (bare, f"{bare}/"))
    return paths_of(one).may_share(paths_of(other))


def may_lie_below(rule: Rule, prefix: str) -> bool:
    """Whether there may be a path of the rule that begins with a blueprint's prefix."""
    # An area joins slashes, whatever the app does.
    paths = (re.sub("/{2,}", "/", path) for path in (rule.rule, prefix))
    beginning, above = (path.partition("<")[0] for path in paths)
    if "<" not in rule.rule or ("<" not in prefix and len(beginning) > len(above)):
        ends = "" if "<" in prefix else "/"
        return f"{beginning}/".startswith(above + ends)
    shorter = min(len(beginning), len(above))
    return beginning[:shorter] == above[:shorter]


def refuses(converter: BaseConverter) -> bool:
    """Whether a converter may refuse what its expression takes."""
    method = type(converter).to_python
    if isinstance(converter, NumberConverter) and method is NumberConverter.to_python:
        limits = converter.min, converter.max
        return bool(converter.fixed_digits) or limits != (None, None)
    return method not in (BaseConverter.to_python, UUIDConverter.to_python)


def is_redirected(rule: Rule) -> bool:
    """Whether Werkzeug may send a path of the rule to one that has the values by default."""
    rules = rule.map.iter_rules(rule.endpoint)
    return any(
        other is not rule and other.provides_defaults_for(rule) and _may_be_met(other, rule)
        for other in rules
    )


def _may_be_met(other: Rule, rule: Rule) -> bool:
    """Whether a path of the rule may have the values: no converter of Werkzeug's yields None."""
    own = [piece for piece in pieces_of(rule) if isinstance(piece, BaseConverter)]
    are_known = all(type(piece).__module__ == BaseConverter.__module__ for piece in own)
    return not (are_known and None in (other.defaults or {}).values())
