"""Checks: bindings. What decorators and extensions hold for, beside each other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from ...doubts import Severity
from ...errors import CORSConfigError, Place, shown
from ...policy.options import Options
from ...policy.origins import OriginSet
from ...policy.policy import Policy
from ..paths import samples
from ..survey import Candidate, Route
from ..text import listed
from .base import Check
from .finding import Finding, Where
from .patterns.backtracking import answering
from .patterns.examples import one_each
from .subject import Subject, where_of_option

_MOST = 3

# How the level of a decorator's own arguments is called.
_DECORATOR = "cross_origin(...)"


def _decorated(subject: Subject) -> Iterator[tuple[Route, Candidate]]:
    for route in subject.survey.routes:
        for share in route.shares:
            for candidate in share.candidates:
                if candidate.source.kind == "view":
                    yield route, candidate


def _where(place: Place) -> Where:
    return Where("@cross_origin", place.file, place.line)


class NoPolicy(Check):
    """The arguments of `@cross_origin` and `app.config` together make no policy: credentials, for
    example, with the origins left at everybody. Some of it is known only when the view meets its
    app, so nothing stopped the app from starting. Each request to the view raises, the
    preflights too: nothing is ever opened by mistake, and nothing works. The message says which
    option it is, and what to write."""

    code = "CORS601"
    title = "a decorated view whose options make no policy"
    severity = Severity.ERROR

    def find(self, subject: Subject) -> Iterator[Finding]:
        found: dict[Place, tuple[CORSConfigError, list[str]]] = {}
        for route, candidate in _decorated(subject):
            error = candidate.policy
            if isinstance(error, CORSConfigError):
                found.setdefault(candidate.source.place, (error, []))[1].append(route.path)
        for place, (error, paths) in found.items():
            why = "; ".join(f"{m.option}: {shown(m.value)} {m.problem}" for m in error.mistakes)
            said = f"each request to {_all(paths)} raises: {why}"
            yield self.finding(said, _where(place), error.mend)


def _all(paths: list[str]) -> str:
    return listed(list(dict.fromkeys(paths)), _MOST)


class MoreOpen(Check):
    """A view with `@cross_origin` has its own policy, and the one that `CORS(app)` has for its path
    does not count. A bare `@cross_origin()` reads `app.config` and the defaults, not the arguments
    of `CORS(app, …)`: it lets everybody in where the app lets in a few. It was tried: an origin
    that the rule for the path refuses is allowed here, or gets credentials that the rule does not
    give. Give the decorator the origins that the view is for. A note where it says so in so many
    words, for then it was probably meant."""

    code = "CORS602"
    title = "a decorated view that is more open than the app"

    def find(self, subject: Subject) -> Iterator[Finding]:
        opened: dict[Place, tuple[_More, str, list[str]]] = {}
        for route, more, path in _more_open(subject):
            opened.setdefault(more.place, (more, path, []))[2].append(route.path)
        for place, (more, path, paths) in opened.items():
            yield self.finding(
                f"@cross_origin of {_all(paths)} {more.said} at {path}",
                _where(place),
                "exempt it here if it is meant, else leave @cross_origin out"
                if more.is_written
                else 'write @cross_origin(origins=["https://app.example"]) with the origins that '
                "the view is for, or leave @cross_origin out",
                Severity.NOTE if more.is_written else Severity.WARNING,
            )


class _More(NamedTuple):
    """How a decorated view is more open than another policy.

    :ivar is_written: whether what opens it was given to the decorator.
    """

    said: str
    is_written: bool
    place: Place


def _more_open(subject: Subject) -> Iterator[tuple[Route, _More, str]]:
    """The routes whose views are more open than a path of theirs would be without decorator."""
    compared: dict[tuple[int, int], _More | None] = {}
    for route, candidate in _decorated(subject):
        policy = candidate.policy
        if not isinstance(policy, Policy):
            continue
        for other, path in _without_decorator(subject, route):
            pair = id(policy), id(other)
            if pair not in compared:
                compared[pair] = _more(policy.options, other.options, candidate.source.place)
            more = compared[pair]
            if more is not None:
                yield route, more, path
                break


def _without_decorator(subject: Subject, route: Route) -> Iterator[tuple[Policy, str]]:
    """The policies that the paths of a route have but for ``@cross_origin``, and such a path."""
    seen: set[int] = set()
    for path in samples(route.rule):
        for _, rules in subject.binding.rules_of(route.endpoint):
            policy = rules.match(path)
            if policy is not None:
                if id(policy) not in seen:
                    seen.add(id(policy))
                    yield policy, path
                break


# Origins of nobody that an app knows.
_STRANGERS = ("https://stranger.example", "http://stranger.example", "http://localhost:3000")


def _more(own: Options, other: Options, place: Place) -> _More | None:
    """How a policy is more open than another; None where it is not."""
    allowed, known = own.origins.value, other.origins.value
    gives = own.supports_credentials.value and not other.supports_credentials.value
    for origin in dict.fromkeys(chain(_STRANGERS, one_each(allowed), one_each(known))):
        if not _allows(allowed, origin):
            continue
        if not known.predicates and not _allows(known, origin):
            is_written = own.origins.level == _DECORATOR
            return _More(f"lets in {origin}, which CORS would refuse", is_written, place)
        if gives:
            is_written = own.supports_credentials.level == _DECORATOR
            return _More(f"lets {origin} send credentials, which CORS would not", is_written, place)
    return None


def _allows(origins: OriginSet, origin: str) -> bool:
    """Whether an origin is allowed; what might not answer is not asked, nor are callables."""
    return isinstance(answering(origins)._replace(predicates=()).answer(origin), str)


class PrivateNetwork(Check):
    """A page of the public web that asks for an address of a private network, a router's or a
    printer's, has its preflight say so in older Chromium, and this policy answers that it may.
    Every allowed origin can then reach the app from outside by way of its visitors' browsers.
    Newer browsers ask the visitor instead, and do not look at the answer. It is meant for devices
    that a page of their maker's talks to; everywhere else, leave it out."""

    code = "CORS607"
    title = "private network access allowed"

    def find(self, subject: Subject) -> Iterator[Finding]:
        for setting, bound in subject.settings("allow_private_network"):
            if setting.value:
                said = (
                    "allow_private_network: pages of the public web may reach the app "
                    "where it is served in a private network"
                )
                where = where_of_option("allow_private_network", setting, bound)
                yield self.finding(said, where, "leave it out, unless the app is such a device's")


CHECKS: tuple[type[Check], ...] = (NoPolicy, MoreOpen, PrivateNetwork)
