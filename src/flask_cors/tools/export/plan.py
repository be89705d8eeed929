"""What an edge has to do in place of an app, in no proxy's words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from flask import Flask

from ...errors import shown
from ...policy.policy import Policy
from ...policy.resources import MAX_PATH as MAX_PATH
from .answers import EdgePolicy, edge_policy
from .obstacles import CannotExport, CannotSay, Obstacle
from .path_tests import EVERY, PathTest
from .regexes import Engine as Engine
from .regexes import escaped
from .routing import Claim, Router


@dataclass(frozen=True)
class EdgeRule:
    """If all of it holds, it decides.

    :ivar tests: of the path: all of them.
    :ivar methods: the methods, of a preflight the one that it asks for, in upper case; None for
        every method.
    :ivar preflights_only: whether it holds for preflights alone.
    :ivar policy: the number of the policy; None: the response says nothing of CORS.
    """

    tests: tuple[PathTest, ...]
    methods: tuple[str, ...] | None
    preflights_only: bool
    policy: int | None


@dataclass(frozen=True)
class Plan:
    """What the edge has to do.

    :ivar root: what stands in front of each path of the app, without a slash at its end: its
        ``APPLICATION_ROOT``.
    :ivar policies: each once.
    :ivar rules: in the order in which they are asked: the first that matches decides. Where none
        does, the response says nothing of CORS. They are asked of the path as the app sees it,
        unescaped, without ``root``; of no path that is longer than :data:`MAX_PATH` or in doubt.
    """

    root: str
    policies: tuple[EdgePolicy, ...]
    rules: tuple[EdgeRule, ...]

    @property
    def is_everywhere(self) -> bool:
        """Whether one policy decides on every path."""
        return len(self.rules) == 1 and self.rules[0].tests == (EVERY,)

    @property
    def is_of_any_path(self) -> bool:
        """Whether that is so in front of the root, too, so that no path needs to be looked at."""
        return self.is_everywhere and not self.root

    @property
    def has_expressions(self) -> bool:
        """Whether a rule reads the path by an expression of the app's."""
        return any(test.is_expression for rule in self.rules for test in rule.tests)


def plan(app: Flask, engine: Engine = Engine.RE2) -> Plan:
    """The plan of ``app``.

    :param engine: what reads expressions at the edge.
    :raises CannotExport: naming each rule that no edge can follow.
    """
    router = Router(app, engine)
    claims = list(router.claims())
    obstacles = list(router.obstacles)
    compiled: dict[int, EdgePolicy] = {}
    for key, (name, policy) in router.named.items():
        compiled[key] = edge_policy(policy, engine, partial(_note, obstacles, name))
    root = str(app.config["APPLICATION_ROOT"] or "").strip("/")
    try:
        escaped(root)
    except CannotSay as error:
        obstacles.append(Obstacle(f"APPLICATION_ROOT {shown(root)}", f"it {error}"))
    if obstacles:
        raise CannotExport(obstacles)
    numbers: dict[EdgePolicy, int] = {}
    rules = tuple(_rule(claim, compiled, numbers) for claim in claims)
    return Plan(f"/{root}" if root else "", tuple(numbers), rules)


def _note(obstacles: list[Obstacle], name: str, why: str) -> None:
    obstacles.append(Obstacle(name, why))


def _rule(
    claim: Claim, compiled: dict[int, EdgePolicy], numbers: dict[EdgePolicy, int]
) -> EdgeRule:
    number = None
    if isinstance(claim.policy, Policy):
        number = numbers.setdefault(compiled[id(claim.policy)], len(numbers))
    return EdgeRule(claim.tests, claim.methods, claim.preflights_only, number)
