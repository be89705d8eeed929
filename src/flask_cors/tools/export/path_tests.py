"""What is asked of a path: of a pattern of ``resources``, a URL rule, the area of a blueprint."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import NamedTuple

from flask import Flask
from werkzeug.routing import BaseConverter, Map, Rule

from ...policy.resources import EVERY_PATH, PathPattern
from ..paths import path_of, pieces_of
from .obstacles import CannotSay
from .regexes import PATH, SEGMENT, SEGMENTS, Engine, Portable, Subject, escaped, portable
from .routes import Ending, Route, refuses


class PathTest(NamedTuple):
    """What is asked of a path. An edge that has no better means takes the expression.

    :ivar expression: matches from the start of the path.
    :ivar wide: the same, of whatever characters an edge cannot tell; None where it can.
    :ivar exact: the one path that matches.
    :ivar below: the literal path that matches, with all below it; ``""`` for every path.
    """

    expression: str
    wide: str | None = None
    exact: str | None = None
    below: str | None = None

    @property
    def is_expression(self) -> bool:
        """Whether it reads the path by an expression of the app's; or looks for the character that
        the app takes for what is no UTF-8."""
        literal = self.exact if self.below is None else self.below
        return literal is None or "\ufffd" in literal


EVERY = PathTest("/", below="")


def path_test(pattern: PathPattern, engine: Engine) -> PathTest:
    """The test of a path pattern of ``resources``.

    :raises CannotSay: for an expression that other engines read otherwise.
    """
    if pattern.source == EVERY_PATH and pattern.regex is None:
        return EVERY
    if pattern.is_exact:
        return PathTest(rf"{escaped(pattern.source)}\z", exact=pattern.source)
    if pattern.regex is None:
        below = pattern.source.removesuffix("/*")
        return PathTest(rf"{escaped(below)}(?:/|\z)", below=below)
    read = portable(pattern.regex, PATH, engine)
    return PathTest(read.with_flag(read.exact), read.wide and read.with_flag(read.wide))


def route_test(route: Route) -> PathTest:
    """The test of the paths of a URL rule.

    :raises CannotSay: for what no edge can tell of them.
    """
    rule = route.rule
    exact, wide = (f"{route.ended(each)}\\z" for each in _expressions(rule))
    is_static = "<" not in rule.rule and route.ending is Ending.ITS_OWN
    return PathTest(exact, None if wide == exact else wide, path_of(rule) if is_static else None)


def area_test(app: Flask, prefix: str) -> PathTest:
    """The test of the paths below the prefix of a blueprint.

    :raises CannotSay: for what no edge can tell of them.
    """
    rule = Rule(f"/{prefix}")
    Map([rule], converters=app.url_map.converters)
    # As Werkzeug merges slashes; and an area takes a line break for a space.
    exact, wide = _expressions(rule, "/+", re.DOTALL)
    rest = r"(?:/|\z)"
    return PathTest(exact + rest, None if wide == exact else f"{wide}{rest}")


def _expressions(rule: Rule, slash: str = "/", flags: int = 0) -> tuple[str, str]:
    """All paths of a rule: an exact expression, and a wide one.

    :param slash: what its slashes stand for.
    :param flags: of the expressions of its converters.
    """
    exact, wide = "", ""
    pieces = list(pieces_of(rule))
    if "" in pieces[1:-1]:
        raise CannotSay("it has two converters with nothing between them: put a character there")
    takes_slashes = False
    for before, piece, behind in zip(["/", *pieces], pieces, [*pieces[1:], "/"], strict=False):
        if isinstance(piece, str):
            if piece == behind == "/" and not getattr(before, "part_isolating", True):
                raise CannotSay("its last slash follows a converter that takes slashes: omit it")
            exact += escaped(piece).replace("/", slash)
            wide += escaped(piece).replace("/", slash)
            continue
        is_alone = f"{before}".endswith("/") and f"{behind or '/'}".startswith("/")
        read = _read(piece, flags, is_alone, takes_slashes)
        takes_slashes = takes_slashes or not piece.part_isolating
        exact += read.exact
        wide += read.wide or read.exact
    return exact, wide


def _read(converter: BaseConverter, flags: int, is_alone: bool, is_behind: bool) -> Portable:
    """
    :param is_alone: whether it stands between slashes.
    :param is_behind: whether it stands behind one that takes slashes: then Werkzeug matches them as
        one expression.
    :raises CannotSay: for one that refuses some, and an expression that engines read otherwise.
    """
    name = f"the converter {type(converter).__name__}"
    if refuses(converter):
        raise CannotSay(
            f"{name} refuses values that its expression takes: write an expression that takes no "
            "others"
        )
    regex = re.compile(converter.regex, flags)

    def of(subject: Subject) -> Portable:
        return portable(regex, subject)

    try:
        if not converter.part_isolating:
            return of(SEGMENTS)
        if not is_behind:
            return of(replace(SEGMENT, is_part=not is_alone))
        if of(SEGMENT) == of(SEGMENTS):
            return of(SEGMENT)
    except CannotSay as error:
        said = f"{name} {error}, which proxies read otherwise or not at all"
        raise CannotSay(f"{said}: write its expression without") from None
    raise CannotSay(f"{name} takes slashes behind another that does: write [^/] in its expression")
