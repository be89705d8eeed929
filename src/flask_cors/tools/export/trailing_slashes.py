"""Paths that have another policy with the slash at their end removed or added.

A view may serve both spellings, so the app gives neither a policy where an exact resource, or a
regex that ends in ``$`` or ``\\Z``, keeps them apart (:mod:`flask_cors.policy.path_spellings`).
A proxy looks at the other spelling as well: a path that a resource matches gets its policy only if
what decides on the other spelling has an equal one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from ...policy.path_patterns import PathPattern
from ...policy.policy import Policy, are_equal
from ..shared.rule_paths import literal_beginning
from .path_conditions import PathCondition, exact_path


def toggle_slash(path: str) -> str:
    """Return ``path`` with the slash at its end removed or added; "" for the root."""
    return path[:-1] if path.endswith("/") else f"{path}/"


class Candidate(NamedTuple):
    """A resource that may decide on a path.

    :ivar scope: the condition that its blueprint covers the path; none for the app.
    :ivar condition: that it matches the path.
    :ivar covers: the same as ``scope``. A slash at the end makes no difference to it.
    """

    pattern: PathPattern
    policy: Policy
    scope: tuple[PathCondition, ...]
    condition: PathCondition
    covers: Callable[[str], bool]

    @property
    def ignores_slash(self) -> bool:
        """Whether it matches a path if and only if it matches the other spelling."""
        return self.pattern.regex is None and not self.pattern.is_exact

    def matches(self, path: str) -> bool:
        source, regex = self.pattern
        if regex is not None:
            matched = regex.match(path) is not None
        elif source.endswith("/*"):
            matched = f"{path}/".startswith(source[:-1])
        else:
            matched = path == source
        return matched and self.covers(path)

    def may_share(self, other: Candidate) -> bool:
        """Return whether it may match a path whose other spelling ``other`` matches: both begin as
        the longer spelling does."""
        one, two = (literal_beginning(each.pattern) or "" for each in (self, other))
        return one.startswith(two) or two.startswith(one)


class Decision(NamedTuple):
    """What is decided if all of the conditions are met: a policy, or None for no policy."""

    conditions: tuple[PathCondition, ...]
    policy: Policy | None


Chain = Sequence[Candidate]


def decide_in_order(own: Chain) -> Iterator[Decision]:
    """Yield the decisions on paths that no view serves."""
    for candidate in own:
        yield Decision((*candidate.scope, candidate.condition), candidate.policy)


def decide_by_both(
    own: Chain, others: Sequence[Chain], has_view: Callable[[str], bool]
) -> Iterator[Decision]:
    """Yield the decisions, in order, on paths of which a view may serve both spellings.

    :param own: the resources that decide on a path, in order.
    :param others: further chains that may decide on its other spelling, which may be routed
        elsewhere.
    :param has_view: returns whether a view serves a path. The paths of a regex are not looked up.
    """
    by_candidate = [list(_compare(own, index, others)) for index, _ in enumerate(own)]
    is_compared = any(by_candidate)
    for path in _literal_paths([own, *others], is_compared):
        first = _first(own, path)
        if first is None:
            continue
        if has_view(path) and _differs(first, [own, *others], toggle_slash(path)):
            yield Decision((exact_path(path),), None)
        elif is_compared and not first.pattern.is_exact:
            yield Decision((exact_path(path),), first.policy)
    for decision, compared in zip(decide_in_order(own), by_candidate, strict=True):
        for conditions, policy in compared:
            yield Decision((*conditions, *decision.conditions), policy)
        yield decision


def _literal_paths(chains: Sequence[Chain], is_compared: bool) -> Iterator[str]:
    """Yield the paths on which an exact resource decides, in either spelling; and the root, which
    has no other. The decision on them is known now."""
    exact = [each.pattern.source for chain in chains for each in chain if each.pattern.is_exact]
    paths = dict.fromkeys(path for each in exact for path in (each, toggle_slash(each)))
    paths.pop("", None)
    yield from paths
    if is_compared and "/" not in paths:
        yield "/"


def _first(chain: Chain, path: str) -> Candidate | None:
    return next((each for each in chain if each.matches(path)), None)


def _differs(decides: Candidate, chains: Sequence[Chain], other: str) -> bool:
    """Return whether another spelling may have another policy."""
    for chain in chains if other else ():
        first = _first(chain, other)
        if first is None or are_equal(first.policy, decides.policy):
            continue
        if any(each.pattern.is_whole and each.matches(other) for each in chain):
            return True
    return False


def _compare(own: Chain, index: int, others: Sequence[Chain]) -> Iterator[Decision]:
    """Yield the decisions if the candidate of ``own`` at ``index`` is the first to match a path, by
    what is the first to match its other spelling."""
    candidate = own[index]
    if candidate.pattern.is_exact:
        return
    for chain in others:
        # No rule tells which of them is the first: each with another policy counts.
        for number, each in enumerate(chain):
            if not are_equal(each.policy, candidate.policy):
                yield from _refuse(candidate, each, chain[number + 1 :])
    decisions: list[Decision] = []
    for number, each in enumerate(own):
        if candidate.ignores_slash and number >= index:
            break  # it matches the other spelling as well
        if each.pattern.is_exact or (each.ignores_slash and number < index):
            continue
        if not candidate.may_share(each):
            continue
        if not are_equal(each.policy, candidate.policy):
            decisions += _refuse(candidate, each, own[number + 1 :])
            if each.pattern.is_whole:
                continue
        decisions.append(Decision((each.condition.with_slash_toggled(),), candidate.policy))
    while decisions and decisions[-1].policy is not None:  # as the candidate decides itself
        decisions.pop()
    yield from decisions


def _refuse(candidate: Candidate, first: Candidate, later: Chain) -> Iterator[Decision]:
    """Yield where ``first`` is the first to match the other spelling, with another policy."""
    if first.pattern.is_exact or not candidate.may_share(first):
        return
    other = (*first.scope, first.condition.with_slash_toggled())
    if first.pattern.is_whole:
        yield Decision(other, None)
        return
    for each in later:
        if each.pattern.is_whole and not each.pattern.is_exact and first.may_share(each):
            yield Decision((*other, each.condition.with_slash_toggled()), None)
