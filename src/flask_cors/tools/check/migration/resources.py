"""Differences: which rule of the resources a path falls under, and which CORS decides."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import ClassVar, NamedTuple

from ....binding import Call
from ....errors import shown
from ....policy.policy import Policy
from ....policy.resources import ResourceMap, beyond_doubt
from .difference import Difference, Found, allows, is_allowed
from .probes import beginnings, telling_origins
from .seen import Asked, Seen, given_resources
from .six import Headers, SixRules


class _Matched(NamedTuple):
    """What a path stands for by the rules of one CORS, before and now."""

    call: Call
    path: str
    old: Policy | None
    new: Policy | None


class _OfRules(Difference):
    """A difference in which rule of one CORS matches a path."""

    fix: ClassVar[str]

    def find(self, seen: Seen) -> Iterator[Found]:
        for call, rules in _calls(seen):
            now = ResourceMap(call.rules)
            for path in self.paths(seen, call):
                matched = _Matched(call, path, rules.match(path), beyond_doubt(now.match, path))
                if matched.old is not matched.new and self.is_it(matched):
                    yield from self._told(seen, matched)

    @abstractmethod
    def paths(self, seen: Seen, call: Call) -> Iterator[str]:
        """The paths that a CORS is asked about."""

    @abstractmethod
    def is_it(self, matched: _Matched) -> bool:
        """Whether it is this difference that gives a path another rule."""

    def _told(self, seen: Seen, matched: _Matched) -> Iterator[Found]:
        call, path, *policies = matched
        for origin in telling_origins(*policies):
            before, now = (_said(seen, call, policy, origin) for policy in policies)
            if before != now:
                fix, subject = self.fix, shown(origin)
                yield Found(subject, path, allows(before), _briefly(before, now), fix, call.place)
                return


class BelowPrefix(_OfRules):
    heading = "`/api/*`"
    fix = "nothing to do where whole segments were meant; else re.compile(...) for a prefix"

    def paths(self, seen: Seen, call: Call) -> Iterator[str]:
        return _scope(seen, call)

    def is_it(self, matched: _Matched) -> bool:
        return matched.old is not None and not _still_matches(matched, matched.old)


class ClosestRule(_OfRules):
    heading = "Which rule wins"
    fix = "make the rule that is meant the one with the longest literal prefix"

    def paths(self, seen: Seen, call: Call) -> Iterator[str]:
        return _scope(seen, call)

    def is_it(self, matched: _Matched) -> bool:
        return matched.old is not None and _still_matches(matched, matched.old)


class DecodedTwice(_OfRules):
    heading = "Decoding a path"
    fix = "nothing to do: rules are for the path that Flask routes"

    def paths(self, seen: Seen, call: Call) -> Iterator[str]:
        for begin in beginnings(call):
            encoded = f"/%{ord(begin[1]):02x}{begin[2:]}"
            yield from _served(seen, call, [encoded, f"{encoded}1"])

    def is_it(self, matched: _Matched) -> bool:
        return matched.old is not None


class DotSegments(_OfRules):
    heading = "Dot segments and very long paths"
    fix = "nothing to do: browsers remove them, but not behind an encoded slash"

    def paths(self, seen: Seen, call: Call) -> Iterator[str]:
        for begin in beginnings(call):
            below = begin.rstrip("/")
            yield from _served(seen, call, [f"{below}/../1"])

    def is_it(self, matched: _Matched) -> bool:
        return matched.old is not None and matched.new is None


class CommasInResources(_OfRules):
    heading = "Lists with commas"
    fix = "nothing to do: it is read as a list"

    def paths(self, seen: Seen, call: Call) -> Iterator[str]:
        given = given_resources(call)
        return _scope(seen, call) if isinstance(given, str) and "," in given else iter(())

    def is_it(self, matched: _Matched) -> bool:
        return matched.old is None


class SeveralCalls(Difference):
    heading = "One resource in two `CORS`"

    def find(self, seen: Seen) -> Iterator[Found]:
        names = {call.blueprint for call in seen.binding.calls}
        for calls in ([call for call, _ in seen.calls_of(name)] for name in sorted(names)):
            if len(calls) < 2:
                continue
            each = [(call, ResourceMap(call.rules)) for call in reversed(calls)]
            everything = ResourceMap(rule for call in calls for rule in call.rules)
            for path in _scope(seen, calls[0]):
                matched = [(call, rules.match(path)) for call, rules in each]
                asked = [(call, policy) for call, policy in matched if policy is not None]
                if len(asked) > 1:
                    yield from self._at(seen, path, asked, everything.match(path))

    def _at(
        self, seen: Seen, path: str, asked: list[tuple[Call, Policy]], decides: Policy | None
    ) -> Iterator[Found]:
        for origin in telling_origins(*(policy for _, policy in asked)):
            said = (_said(seen, call, policy, origin) for call, policy in asked)
            before: Headers = next(filter(None, said), {})
            now = _said(seen, asked[0][0], decides, origin)
            if before != now:
                fix = "put the origins of one resource into one list, in one CORS"
                subject, place = shown(origin), asked[0][0].place
                yield Found(subject, path, allows(before), _briefly(before, now), fix, place)
                return


class BlueprintRefuses(Difference):
    heading = "A blueprint that refuses"

    def find(self, seen: Seen) -> Iterator[Found]:
        for endpoint, path in seen.by_path:
            levels = list(seen.binding.rules_of(endpoint))
            found = [(name, rules.match(path)) for name, rules in levels]
            matched = [(name, policy) for name, policy in found if policy is not None]
            if len(matched) < 2:
                continue
            (name, inner), *outer = matched
            for origin in telling_origins(*(policy for _, policy in outer)):
                inner_says = seen.twin(inner, True).actual(origin)
                before = next(
                    filter(None, (seen.twin(each, bool(of)).actual(origin) for of, each in outer)),
                    {},
                )
                if before and not inner_says and not _is_allowed_by(inner, origin):
                    yield Found(
                        shown(origin),
                        path,
                        f"{allows(before)}, by the outer CORS",
                        f"refused, by that of the blueprint {name}",
                        "name in the blueprint's list every origin that may use it",
                        seen.place(inner),
                    )
                    break


class BlueprintErrors(Difference):
    heading = "`CORS(blueprint)`: the config, 404 and 405"

    def find(self, seen: Seen) -> Iterator[Found]:
        for name, bound in seen.binding.blueprints.items():
            prefix = bound.area.prefix
            path = f"/{prefix}/no-such-path"
            policy = bound.rules.match(path)
            if not prefix or "<" in prefix or policy is None or seen.endpoint(path) is not None:
                continue
            for origin in telling_origins(policy):
                asked = Asked(path, origin)
                before, now = seen.before(asked), seen.now(asked)
                if is_allowed(before) != is_allowed(now):
                    yield Found(
                        f"404 and 405 of {shown(origin)}",
                        f"/{prefix}",
                        allows(before),
                        allows(now),
                        f"nothing to do: the rules of the blueprint {name} cover its errors too",
                        seen.place(policy),
                    )
                    break


# ---- what is looked at -------------------------------------------------------------------------


def _calls(seen: Seen) -> Iterator[tuple[Call, SixRules[Policy]]]:
    for name in dict.fromkeys(call.blueprint for call in seen.binding.calls):
        yield from seen.calls_of(name)


def _decides(seen: Seen, call: Call, endpoint: str, path: str) -> bool:
    """Whether a CORS is asked about a path: no blueprint further in has a rule for it."""
    for name, rules in seen.binding.rules_of(endpoint):
        if name == call.blueprint:
            return True
        if rules.match(path) is not None:
            return False
    return False


def _scope(seen: Seen, call: Call) -> Iterator[str]:
    """The paths at which a CORS is asked."""
    for endpoint, path in seen.by_path:
        if _decides(seen, call, endpoint, path):
            yield path


def _served(seen: Seen, call: Call, paths: list[str]) -> Iterator[str]:
    """The first of the paths that a route serves on which the CORS is asked."""
    for path in paths:
        endpoint = seen.endpoint(path)
        is_by_path = endpoint is not None and not seen.is_decorated(endpoint)
        if is_by_path and _decides(seen, call, endpoint or "", path):
            yield path
            return


def _still_matches(matched: _Matched, policy: Policy) -> bool:
    """Whether one of the patterns of the policy matches the path in this version."""
    rules = ((pattern, each) for pattern, each in matched.call.rules if each is policy)
    return ResourceMap[Policy](rules).match(matched.path) is not None


def _is_allowed_by(policy: Policy, origin: str) -> bool:
    return policy.decide(origin).allows_origin


def _said(seen: Seen, call: Call, policy: Policy | None, origin: str) -> Headers:
    """What a policy says, in words of 6.0.5: what else is different is another difference."""
    return {} if policy is None else seen.twin(policy, bool(call.blueprint)).actual(origin)


def _briefly(before: Headers, now: Headers) -> str:
    """What is said now; where the origin is told the same, the header that makes the difference."""
    if allows(before) != allows(now):
        return allows(now)
    name = next(name for name in {**before, **now} if before.get(name) != now.get(name))
    return f"{name}: {now[name]}" if name in now else f"no {name}"


DIFFERENCES: tuple[type[Difference], ...] = (
    BelowPrefix,
    ClosestRule,
    DecodedTwice,
    DotSegments,
    CommasInResources,
    SeveralCalls,
    BlueprintRefuses,
    BlueprintErrors,
)
