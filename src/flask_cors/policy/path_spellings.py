"""Other spellings of a path, for which a view may serve the same file.

A view that takes slashes, such as Flask's own for static files, removes dot segments and empty
segments after the path was matched: ``/public/../private/a.txt`` is served from ``/private/``
(CVE-2020-25032). Therefore a path gets a policy only if all of its spellings get the same one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from .policy import DecisionReason, Policy, are_equal, refuse_all
from .resources import MAX_PATH, ResourceMap

_collapse = re.compile("//+").sub


def has_other_spellings(path: str) -> bool:
    """Return whether ``path`` may have dot segments or empty segments."""
    return "//" in path or "/." in path


def other_spellings(path: str) -> tuple[str, ...]:
    """Return ``path`` without dot segments, without empty segments, and without both, removed in
    either order."""
    if not has_other_spellings(path):
        return ()
    without_dots = remove_dot_segments(path)
    without_empty = _collapse("/", path)
    both = _collapse("/", without_dots), remove_dot_segments(without_empty)
    spellings = dict.fromkeys((without_dots, without_empty, *both))
    spellings.pop(path, None)
    return tuple(spellings)


MapsOf = Callable[[str], Iterable[ResourceMap[Policy]]]


def look_up_unambiguous(path: str, maps_of: MapsOf, *, has_view: bool) -> Policy | None:
    """Return the policy of ``path``, or None if no resource matches it or it is too long. If
    another spelling has another policy, return one that refuses every origin.

    :param maps_of: returns the resources that may decide on a spelling; the first match decides.
    :param has_view: whether routing found a view.
    """
    if len(path) > MAX_PATH:
        return None
    policy = _first_match(maps_of(path), path)
    for other in compared_spellings(path, maps_of, has_view=has_view):
        if not are_equal(policy, _first_match(maps_of(other), other)):
            return refuse_all(DecisionReason.AMBIGUOUS_PATH)
    return policy


def compared_spellings(path: str, maps_of: MapsOf, *, has_view: bool) -> tuple[str, ...]:
    """Return the other spellings of ``path`` that must have the same policy. A view may also serve
    each of them with or without its trailing slash, which matters if a resource matches such a path
    as a whole."""
    others = other_spellings(path)
    if not has_view:
        return others
    with_other_slash = [each[:-1] if each.endswith("/") else f"{each}/" for each in (path, *others)]
    return others + tuple(
        each
        for each in with_other_slash
        if any(resources.matches_whole(each) for resources in maps_of(each))
    )


def _first_match(maps: Iterable[ResourceMap[Policy]], path: str) -> Policy | None:
    for resources in maps:
        policy = resources.match(path)
        if policy is not None:
            return policy
    return None


def remove_dot_segments(path: str) -> str:
    """Return ``path``, which begins with a slash, without dot segments (RFC 3986 5.2.4)."""
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1:] in (["."], [".."]):
        kept.append("")
    return "/" + "/".join(kept)
