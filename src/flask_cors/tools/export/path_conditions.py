"""Conditions on a path: of a resource, a URL rule, or the scope of a blueprint."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import NamedTuple

from flask import Flask
from werkzeug.routing import BaseConverter, Map, Rule

from ...policy.path_patterns import EVERY_PATH, PathPattern
from ..shared.rule_paths import literal_beginning, path_of, pieces_of
from .obstacles import UnportableError, UnportableRegex
from .portable_regex import (
    PATH,
    SEGMENT,
    SEGMENTS,
    PortableRegex,
    RegexDialect,
    Subject,
    escape_regex,
    translate_regex,
)
from .url_rules import EndSlash, Route, may_refuse

# What Werkzeug puts in place of bytes that are not UTF-8.
_REPLACEMENT = "\ufffd"


class PathCondition(NamedTuple):
    """A condition on a path.

    :ivar regex: matches from the beginning of the path.
    :ivar wide: the same, with whatever characters a proxy cannot tell apart; None where it can.
    :ivar has_regex: whether it is a regex of the app's; or looks for the character that the app
        reads in place of what is not UTF-8.
    :ivar toggles_slash: whether it looks at the path with the slash at its end removed or added.
    :ivar literals: single paths that match.
    :ivar beginning: what all others begin with, up to a slash; None if there are no others.
    :ivar rest: a regex of what follows the beginning; "" if all that begins with it matches, None
        if no such regex is known.
    """

    regex: str
    wide: str | None = None
    has_regex: bool = False
    toggles_slash: bool = False
    literals: tuple[str, ...] = ()
    beginning: str | None = "/"
    rest: str | None = None

    def with_slash_toggled(self) -> PathCondition:
        return self._replace(toggles_slash=True)

    def widened(self) -> PathCondition:
        """Return what is met wherever a proxy cannot tell whether this is."""
        regex, rest = self.wide or self.regex, self.rest
        if rest:  # both begin with the same letters
            rest = regex.removeprefix(escape_regex(self.beginning or ""))
        return self._replace(regex=regex, wide=None, has_regex=True, rest=rest)


ANY_PATH = PathCondition("/", rest="")


def exact_path(path: str) -> PathCondition:
    """
    :raises UnportableRegex: for half a surrogate pair.
    """
    return PathCondition(
        rf"{escape_regex(path)}\z",
        has_regex=_REPLACEMENT in path,
        literals=(path,),
        beginning=None,
    )


def resource_paths(pattern: PathPattern, dialect: RegexDialect) -> PathCondition:
    """Return the condition of a path pattern of ``resources``.

    :raises UnportableRegex: for a regex that other dialects read differently.
    """
    if pattern.source == EVERY_PATH and pattern.regex is None:
        return ANY_PATH
    if pattern.is_exact:
        return exact_path(pattern.source)
    if pattern.regex is None:
        below = pattern.source.removesuffix("/*")
        return PathCondition(
            rf"{escape_regex(below)}(?:/|\z)",
            has_regex=_REPLACEMENT in below,
            literals=(below,),
            beginning=f"{below}/",
            rest="",
        )
    regex = translate_regex(pattern.regex, PATH, dialect)
    return PathCondition(
        regex.exact,
        regex.wide,
        has_regex=True,
        beginning=_up_to_slash(literal_beginning(pattern) or ""),
    )


def route_paths(route: Route) -> PathCondition:
    """Return the condition of the paths of a route.

    :raises UnportableError: for what no proxy can tell of them.
    """
    exact, wide = (rf"{route.with_end(each)}\z" for each in _regexes(route.rule))
    path, is_literal = path_of(route.rule), "<" not in route.rule.rule
    has_regex = not is_literal or route.end_slash is not EndSlash.AS_WRITTEN or _REPLACEMENT in path
    condition = PathCondition(exact, None if wide == exact else wide, has_regex)
    if is_literal:
        return condition._replace(literals=(route.with_end(path),), beginning=None)
    beginning = _up_to_slash(path.partition("<")[0])
    return condition._replace(beginning=beginning, rest=exact.removeprefix(escape_regex(beginning)))


def blueprint_paths(app: Flask, prefix: str) -> PathCondition:
    """Return the condition of the paths below the prefix of a blueprint.

    :raises UnportableError: for what no proxy can tell of them.
    """
    rule = Rule(f"/{prefix}")
    Map([rule], converters=app.url_map.converters)
    # Werkzeug joins slashes; and a blueprint scope lets a converter match a line break.
    exact, wide = (rf"{each}(?:/|\z)" for each in _regexes(rule, "/+", re.DOTALL))
    condition = PathCondition(exact, None if wide == exact else wide, has_regex=True)
    path = re.sub("/{2,}", "/", f"/{prefix}")
    if "<" in path:
        return condition._replace(beginning=_up_to_slash(path.partition("<")[0]))
    return condition._replace(literals=(path,), beginning=f"{path}/", rest="")


def _up_to_slash(path: str) -> str:
    return path[: path.rindex("/") + 1] if path.startswith("/") else "/"


def _regexes(rule: Rule, slash: str = "/", flags: int = 0) -> tuple[str, str]:
    """Return two regexes of the paths of a rule: an exact one, and a wide one.

    :param slash: matches a slash of the rule.
    :param flags: of the regexes of its converters.
    """
    exact, wide = "", ""
    pieces = list(pieces_of(rule))
    if "" in pieces[1:-1]:
        raise UnportableError(
            "it has two converters with nothing between them: put a character there"
        )
    takes_slashes = False
    for before, piece, behind in zip(["/", *pieces], pieces, [*pieces[1:], "/"], strict=False):
        if isinstance(piece, str):
            if piece == behind == "/" and not getattr(before, "part_isolating", True):
                raise UnportableError(
                    "its last slash follows a converter that takes slashes: omit it"
                )
            literal = escape_regex(piece).replace("/", slash)
            exact, wide = exact + literal, wide + literal
            continue
        is_segment = f"{before}".endswith("/") and f"{behind or '/'}".startswith("/")
        regex = _translate(piece, flags, is_segment, takes_slashes)
        takes_slashes = takes_slashes or not piece.part_isolating
        exact, wide = exact + regex.exact, wide + (regex.wide or regex.exact)
    return exact, wide


def _translate(
    converter: BaseConverter, flags: int, is_segment: bool, follows_slashes: bool
) -> PortableRegex:
    """
    :param is_segment: whether nothing but slashes is beside the converter.
    :param follows_slashes: whether a converter before it takes slashes: Werkzeug matches both by
        one regex then.
    :raises UnportableError: for a converter that refuses values, and an unportable regex.
    """
    name = f"the converter {type(converter).__name__}"
    if may_refuse(converter):
        raise UnportableError(
            f"{name} refuses values that its regex matches: write a regex that matches no others"
        )
    regex = re.compile(converter.regex, flags)

    def within(subject: Subject) -> PortableRegex:
        return translate_regex(regex, subject)

    try:
        if not converter.part_isolating:
            return within(SEGMENTS)
        if not follows_slashes:
            return within(replace(SEGMENT, is_part=not is_segment))
        if within(SEGMENT) == within(SEGMENTS):
            return within(SEGMENT)
    except UnportableRegex as error:
        raise UnportableError(f"{name} {error.advice}") from None
    raise UnportableError(f"{name} takes slashes behind another that does: write [^/] in its regex")
