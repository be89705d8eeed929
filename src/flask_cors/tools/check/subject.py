"""What the checks look at: an app, and what is bound to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from inspect import unwrap
from itertools import chain
from typing import Any

from flask import Flask

from ...binding import Binding
from ...doubts import AboveRoute, Doubt
from ...errors import Place, shown
from ...hooks import binding_of
from ...policy.options import CONFIG, Setting, config_key
from ..survey import Bound, Route, Survey, everything_bound, survey
from .finding import Where


class Subject:
    """An app under check. Nothing in it changes what the app does."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.survey: Survey = survey(app)
        self.binding: Binding = binding_of(app)

    @cached_property
    def bound(self) -> tuple[Bound, ...]:
        """The policies of the app, its blueprints and its decorated views."""
        return tuple(everything_bound(self.app))

    def settings(self, option: str) -> Iterator[tuple[Setting[Any], Bound]]:
        """Each setting of an option once, and the first policy that has it."""
        seen: set[object] = set()
        for bound in self.bound:
            setting: Setting[Any] = getattr(bound.policy.options, option)
            if key_of(setting) not in seen:
                seen.add(key_of(setting))
                yield setting, bound

    def doubts(self) -> Iterator[tuple[Doubt, Where]]:
        """What was warned of when it was bound, each once; of ``app.config``, which each decorator
        reads anew, where it was read first."""
        self.binding.get_ready()
        told: dict[object, tuple[Doubt, Where]] = {}
        for level in chain.from_iterable(self.binding.given()):
            where = _where(level.name, level.place)
            for doubt in level.doubts:
                key = (doubt, CONFIG if level.name == CONFIG else where)
                told.setdefault(key, (doubt, where))
        for doubt, place in self.binding.doubts:
            call = "@cross_origin" if isinstance(doubt, AboveRoute) else "CORS(...)"
            told.setdefault((doubt, place), (doubt, _where(call, place)))
        return iter(told.values())


def key_of(setting: Setting[Any]) -> object:
    """What a setting is known by: each decorator reads ``app.config`` anew, and what it finds there
    is the same key."""
    return (CONFIG, shown(setting.given)) if setting.level == CONFIG else id(setting)


def where_of_option(option: str, setting: Setting[Any], bound: Bound) -> Where:
    """Where an option of a policy was given; where none was, what the policy was bound by."""
    if setting.level == CONFIG:
        return _where(f"{config_key(option)} of app.config", setting.place)
    if setting.place is None:  # a default
        return where_of(bound)
    return _where(setting.level, setting.place)


def where_of(bound: Bound) -> Where:
    """Where a policy was bound, by the name that the options of a resource have."""
    source = bound.source
    of = f" of {source.name}" if source.kind == "blueprint" else ""
    name = (
        "@cross_origin"
        if source.pattern is None
        else f"the resource {shown(source.pattern.source)}{of}"
    )
    return _where(name, source.place)


def where_of_view(route: Route, view: Callable[..., Any]) -> Where:
    """The function behind a route."""
    name = f"{', '.join(route.methods)} {route.path}"
    code = getattr(unwrap(getattr(view, "view_class", view)), "__code__", None)
    return Where(name) if code is None else Where(name, code.co_filename, code.co_firstlineno)


def _where(name: str, place: Place | None) -> Where:
    return Where(name) if place is None else Where(name, place.file, place.line)
