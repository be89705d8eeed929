"""The rules of a plan by the path: which of them have to be tried for a request.

A path is looked up as a whole, then by its beginnings up to a slash, the longest first. That gives
a *shape*: the rules to try, in order, without what the lookup has settled. Most views of an app
have few shapes. The rules of one differ in their policies alone, which are looked up by a *slot* of
the shape and the key that was found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import NamedTuple

from .edge_rules import EdgeRule
from .path_conditions import ANY_PATH, PathCondition
from .trailing_slashes import toggle_slash

# Fewer rules are tried as fast one after the other, and are easier to read.
MIN_RULES = 24

# How many times as many rules as there are the shapes may hold, if they are few for the views.
MAX_GROWTH = 2

# The paths that each proxy can look up as they are.
_is_plain = re.compile(r"/[\w.~/-]*", re.ASCII).fullmatch
_match_beginning = re.compile(r"/(?:[\w.~-]+/)*", re.ASCII).match


class ShapeRule(NamedTuple):
    """A rule of a shape.

    :ivar slot: what the policy is looked up by, with the key; None where it is the rule's own.
    """

    rule: EdgeRule
    slot: int | None = None


Shape = tuple[ShapeRule, ...]


@dataclass
class RuleIndex:
    """The rules by the path.

    :ivar shapes: the first is that of all paths that are not found.
    :ivar exact: the numbers of the shapes of whole paths.
    :ivar beginnings: those of beginnings, by the number of their segments.
    :ivar policies: the numbers of policies, by the slot and the key. That of a whole path begins
        with ``=``.
    """

    shapes: list[Shape]
    exact: dict[str, int] = field(default_factory=dict)
    beginnings: dict[int, dict[str, int]] = field(default_factory=dict)
    policies: dict[tuple[int, str], int] = field(default_factory=dict)


def build_index(rules: Sequence[EdgeRule]) -> RuleIndex:
    """Return the index of rules of which the first that matches decides."""
    if len(rules) >= MIN_RULES:
        for has_beginnings in (True, False):
            index = _Indexer(rules, has_beginnings).index()
            if sum(map(len, index.shapes)) <= MAX_GROWTH * len(rules):
                return index
    return RuleIndex([tuple(map(ShapeRule, rules))])


class _Indexer:
    """
    :param has_beginnings: whether paths are looked up by their beginnings, too.
    """

    def __init__(self, rules: Sequence[EdgeRule], has_beginnings: bool) -> None:
        self._rules = rules
        # The indices of the rules, by what their paths are and by what they begin with.
        self._by_path: dict[str, list[int]] = {}
        self._by_beginning: dict[str, list[int]] = {"/": []}
        for number, rule in enumerate(rules):
            paths, beginning = _scope_of(rule)
            for path in paths:
                self._by_path.setdefault(path, []).append(number)
            if beginning is not None:
                key = beginning if has_beginnings else "/"
                self._by_beginning.setdefault(key, []).append(number)
        # By the segments of a beginning, None for whole paths, and the shape without policies: the
        # policies of its slots, by the key.
        self._found: dict[tuple[int | None, Shape], dict[str, tuple[int, ...]]] = {}

    def index(self) -> RuleIndex:
        for path in self._by_path:
            self._add(None, path, self._rules_at(path))
        for beginning in self._by_beginning:
            if beginning != "/":
                self._add(_segments(beginning), beginning, self._rules_below(beginning))
        index = RuleIndex([tuple(map(ShapeRule, self._rules_below("/")))])
        for (segments, shape), keys in self._found.items():
            shapes = index.exact if segments is None else index.beginnings.setdefault(segments, {})
            shapes.update(dict.fromkeys(keys, len(index.shapes)))
            prefix = "=" if segments is None else ""
            its_own = {f"{prefix}{key}": policies for key, policies in keys.items()}
            index.shapes.append(tuple(_with_policies(shape, its_own, index.policies)))
        return index

    def _add(self, segments: int | None, key: str, rules: Iterable[EdgeRule]) -> None:
        slots: dict[int, int] = {}
        shape = tuple(
            ShapeRule(
                replace(rule, policy=None),
                None if rule.policy is None else slots.setdefault(rule.policy, len(slots)),
            )
            for rule in rules
        )
        self._found.setdefault((segments, shape), {})[key] = tuple(slots)

    def _below(self, path: str) -> Iterator[int]:
        """Yield the indices of the rules for what some beginning of a path begins."""
        for slash in re.finditer("/", path):
            yield from self._by_beginning.get(path[: slash.end()], ())

    def _rules_at(self, path: str) -> Iterator[EdgeRule]:
        """Yield the rules that match a path, by what is left of them."""
        for number in sorted({*self._by_path[path], *self._below(path)}):
            rule = self._rules[number]
            if all(is_met(each, path) for each in rule.conditions):
                yield replace(rule, conditions=(ANY_PATH,))
                if rule.ignores_method:
                    return

    def _rules_below(self, beginning: str) -> Iterator[EdgeRule]:
        """Yield the rules that may match a path that begins so."""
        for number in sorted(self._below(beginning)):
            rule = self._rules[number]
            conditions = tuple(
                _behind(each, beginning)
                for each in rule.conditions
                if not _is_implied(each, beginning)
            )
            if not conditions or conditions[-1].toggles_slash:
                conditions += (ANY_PATH,)
            yield replace(rule, conditions=conditions)
            if conditions == (ANY_PATH,) and rule.ignores_method:
                return


def _scope_of(rule: EdgeRule) -> tuple[list[str], str | None]:
    """Return single paths that a rule may match, and what all others begin with; None if there are
    no others."""
    narrowest = min(
        (each for each in rule.conditions if not each.toggles_slash),
        key=lambda each: (each.beginning is not None, -len(each.beginning or "")),
    )
    paths = [path for path in narrowest.literals if _is_plain(path)]
    others = [path for path in (*narrowest.literals, narrowest.beginning) if path not in paths]
    beginnings = [_beginning_of(path) for path in others if path is not None]
    return paths, min(beginnings, key=len, default=None)


def _beginning_of(path: str) -> str:
    match = _match_beginning(path)
    return match[0] if match else "/"


def _segments(beginning: str) -> int:
    return beginning.count("/") - 1


def is_met(condition: PathCondition, path: str) -> bool:
    """Return whether a path meets a condition."""
    if condition.toggles_slash:
        path = toggle_slash(path) or "//"
    return _compile(condition.regex).match(path.encode()) is not None


@cache
def _compile(regex: str) -> re.Pattern[bytes]:
    return re.compile(regex.replace(r"\z", r"\Z").encode())


def _is_implied(condition: PathCondition, beginning: str) -> bool:
    """Return whether each path that begins so meets a condition."""
    begins = condition.beginning is not None and beginning.startswith(condition.beginning)
    return begins and condition.rest == "" and not condition.toggles_slash


def _behind(condition: PathCondition, beginning: str) -> PathCondition:
    """Return a condition for paths that begin so, the same for as many beginnings as possible."""
    is_known = condition.beginning == beginning and condition.rest is not None
    if not is_known or condition.toggles_slash or beginning == "/":
        return condition
    regex = rf"(?:/[^/]*){{{_segments(beginning)}}}/{condition.rest}"
    return PathCondition(regex, has_regex=condition.has_regex)


def _with_policies(
    shape: Shape, keys: dict[str, tuple[int, ...]], policies: dict[tuple[int, str], int]
) -> Iterator[ShapeRule]:
    """Yield the rules with the policies that all keys have; others are added to ``policies``."""
    for rule, slot in shape:
        if slot is None:
            yield ShapeRule(rule)
            continue
        by_key = {key: its_own[slot] for key, its_own in keys.items()}
        if len(set(by_key.values())) == 1:
            yield ShapeRule(replace(rule, policy=next(iter(by_key.values()))))
        else:
            policies.update({(slot, key): policy for key, policy in by_key.items()})
            yield ShapeRule(rule, slot)
