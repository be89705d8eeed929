"""The patterns of the resources of an app, found by a path."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...policy.path_patterns import PathPattern, literal_part
from ...policy.policy import Policy, are_equal
from ...policy.resources import ResourceMap
from ..shared.rule_paths import literal_beginning
from .context import CheckContext, cached_per_check


@cached_per_check
def map_patterns(context: CheckContext) -> dict[str, PatternMap]:
    """Return the resources of the app, under an empty name, and of each blueprint."""
    blueprints = context.registry.blueprints.items()
    return {
        "": PatternMap(context.registry.resources),
        **{name: PatternMap(bound.resources) for name, bound in blueprints},
    }


class PatternMap:
    """The patterns of some resources, found by a path.

    :ivar match: returns the pattern that decides on a path.
    """

    def __init__(self, resources: ResourceMap[Policy]) -> None:
        self.match = ResourceMap((pattern, pattern) for pattern in resources.patterns).match
        self._policies = resources.patterns
        self._differing: dict[tuple[PathPattern, PathPattern], bool] = {}
        # By what all paths that match begin with, so that not all of hundreds are tried.
        self._by_beginning: dict[str, list[tuple[PathPattern, re.Pattern[str]]]] = {}
        for pattern in resources.patterns:
            if pattern.regex is not None:
                beginning = literal_beginning(pattern) or ""
                self._by_beginning.setdefault(beginning, []).append((pattern, pattern.regex))

    @property
    def are_several(self) -> bool:
        """Whether there are several regular expressions."""
        return sum(map(len, self._by_beginning.values())) > 1

    def beside(self, deciding: PathPattern, path: str) -> Iterator[PathPattern]:
        """Yield the regular expressions that match a path too, and have other options."""
        if deciding.regex is None:
            return
        for end in range(len(path) + 1):
            for other, regex in self._by_beginning.get(path[:end], ()):
                if regex.match(path) and self._differ(deciding, other):
                    yield other

    def _differ(self, deciding: PathPattern, other: PathPattern) -> bool:
        pair = deciding, other
        if pair not in self._differing:
            self._differing[pair] = not (
                are_equal(self._policies[deciding], self._policies[other])
                or _is_plainly_around(other, deciding)
            )
        return self._differing[pair]


# Everything below a literal beginning: "/api/.*", "^/api/.+$", "/api/(.*)".
_REST = re.compile(r"\(?(?:\?:)?\.[*+]\)?(?:\$|\\Z)?\Z")


def _is_plainly_around(outer: PathPattern, inner: PathPattern) -> bool:
    """Return whether ``outer`` is for all that begins with what ``inner`` begins with."""
    beginning, own = literal_part(outer).prefix, literal_part(inner).prefix
    literal = _REST.sub("", re.sub(r"\A(?:\^|\\A)", "", outer.source))
    is_around = re.sub(r"\\(\W)", r"\1", literal) == beginning
    return is_around and own != beginning and own.startswith(beginning)
