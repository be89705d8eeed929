"""Which routes get which policy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ...policy.options import Setting
from ...policy.policy import Policy
from ...policy.resources import ResourceMap
from ..paths import sample
from ..survey import Bound, Candidate, Route, Share
from ..text import listed, one_line
from .subject import Subject, key_of

_MOST = 5  # routes that a message names


@dataclass
class Served:
    """A policy, and the methods of the routes that it decides on."""

    bound: Bound
    routes: list[tuple[Route, tuple[str, ...]]] = field(default_factory=list)

    @property
    def policy(self) -> Policy:
        return self.bound.policy


def served(subject: Subject) -> list[Served]:
    """Each policy that decides on a route with a view. Of one with converters a path is looked
    at."""
    by_policy: dict[int, Served] = {}
    for route in subject.survey.routes:
        if route.endpoint not in subject.app.view_functions:
            continue
        for share in route.shares:
            found = decider(share, sample(route.rule))
            if found is not None and isinstance(found.policy, Policy):
                one = by_policy.setdefault(
                    id(found.policy), Served(Bound(found.source, found.policy))
                )
                one.routes.append((route, share.methods))
    return list(by_policy.values())


def by_setting(found: Iterable[Served], option: str) -> Iterator[tuple[Setting[Any], list[Served]]]:
    """The same by the setting that they have of an option."""
    groups: dict[object, tuple[Setting[Any], list[Served]]] = {}
    for one in found:
        setting: Setting[Any] = getattr(one.policy.options, option)
        groups.setdefault(key_of(setting), (setting, []))[1].append(one)
    yield from groups.values()


def decider(share: Share, path: str | None) -> Candidate | None:
    """What decides at ``path``; where no path is known, what decides at every one."""
    return next((each for each in share.candidates if _decides(each, path)), None)


def _decides(candidate: Candidate, path: str | None) -> bool:
    pattern = candidate.source.pattern
    if candidate.is_certain or path is None or pattern is None:
        return candidate.is_certain
    return ResourceMap([(pattern, pattern)]).match(path) is not None


def is_static(route: Route) -> bool:
    """Whether it serves the files of an app or a blueprint."""
    return route.endpoint.rpartition(".")[2] == "static"


def scopes(route: Route) -> Iterator[str | None]:
    """What Flask runs functions before and after it by: None, and the names of its blueprints, from
    the outside in."""
    yield None
    names = route.endpoint.split(".")[:-1]
    yield from (".".join(names[:end]) for end in range(1, len(names) + 1))


def named(method: str, route: Route) -> str:
    """A route in a message."""
    return f"{method} {one_line(route.path)}"


def some_of(routes: Iterable[str]) -> str:
    """Routes in a message: the first, and how many more there are."""
    return listed(list(dict.fromkeys(routes)), _MOST)
