"""What a rule looks at: an app, and the policies that are bound to it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property, wraps
from typing import Any, Protocol, TypeVar
from weakref import WeakKeyDictionary

from flask import Flask

from ...diagnostics.finding import Finding
from ...diagnostics.format import format_value
from ...diagnostics.rules import BareDecorator, DecoratorAboveRoute
from ...diagnostics.source_location import SourceLocation
from ...policy.layers import LayerKind
from ...policy.options import Option, config_key
from ...policy.policy import Policy
from ...runtime.install import registry_of
from ...runtime.registry import Registry
from ...runtime.resolver import Resolver
from ..shared.functions import location_of
from ..shared.inventory import (
    AppInventory,
    BoundPolicy,
    Candidate,
    MethodGroup,
    Route,
    iter_bound_policies,
    take_inventory,
)
from ..shared.silence import silence_reports
from .calls import Calls

T = TypeVar("T")

# The location and the subject of a finding.
Located = tuple[SourceLocation | None, str]


class CheckContext:
    """An app under check. Nothing in it changes what the app does.

    :param calls: which calls of the app's code are made. Default: all that a rule needs.
    """

    def __init__(self, app: Flask, calls: Calls | None = None) -> None:
        self.app = app
        self.calls = calls or Calls()
        self.inventory: AppInventory = take_inventory(app)
        self.registry: Registry = registry_of(app)
        with silence_reports(app):  # it warns of the views that it looks at
            self.resolver: Resolver = self.registry.resolver()

    @cached_property
    def bound(self) -> tuple[BoundPolicy, ...]:
        """The policies of the app, its blueprints and its decorated views."""
        return tuple(iter_bound_policies(self.app))

    def iter_options(self, name: str) -> Iterator[tuple[Option[Any], Located]]:
        """Yield each value of an option once, and where the first policy that has it got it."""
        for option, bounds in group_by_option(self.bound, name):
            yield option, locate_option(name, bounds[0])

    def iter_candidates(self) -> Iterator[tuple[Route, MethodGroup, Candidate]]:
        """Yield each policy that may decide on a route, with the methods for which it may."""
        for route in self.inventory.routes:
            for group in route.method_groups:
                for candidate in group.candidates:
                    yield route, group, candidate

    def iter_warnings(self, rule: type[Finding]) -> Iterator[Finding]:
        """Yield the findings of a rule that were warned of when CORS was bound, each once."""
        # Each decorator reads app.config anew: a finding is located where it was read first.
        found: dict[object, Finding] = {}
        for layers in self.registry.all_layers():
            for layer in layers:
                key = layer.kind if layer.kind is LayerKind.CONFIG else (layer.location, layer.name)
                for finding in layer.findings:
                    found.setdefault((finding, key), finding.at(layer.location, layer.name))
        for finding in self.registry.findings:
            is_decorator = isinstance(finding, (BareDecorator, DecoratorAboveRoute))
            call = "@cross_origin" if is_decorator else "CORS(...)"
            found.setdefault((finding, finding.location), finding.at(finding.location, call))
        return (finding for finding in found.values() if type(finding) is rule)


class CheckRule(Finding, ABC):
    """A rule that needs the routes of an app, or a test request. Its docstring is its explanation
    in the rule reference, in Markdown."""

    @classmethod
    @abstractmethod
    def find(cls, context: CheckContext) -> Iterator[Finding]:
        """Yield the findings in an app."""


def cached_per_check(find: Callable[[CheckContext], T]) -> Callable[[CheckContext], T]:
    """Call a function once per check, and remember what it returned."""
    known: WeakKeyDictionary[CheckContext, T] = WeakKeyDictionary()

    @wraps(find)
    def found(context: CheckContext) -> T:
        if context not in known:
            known[context] = find(context)
        return known[context]

    return found


class _WithPolicy(Protocol):
    @property
    def policy(self) -> Policy: ...


Member = TypeVar("Member", bound=_WithPolicy)


def group_by_option(
    members: Iterable[Member], name: str
) -> Iterator[tuple[Option[Any], list[Member]]]:
    """Yield each value of an option, and the policies that have it."""
    groups: dict[object, tuple[Option[Any], list[Member]]] = {}
    for each in members:
        option: Option[Any] = getattr(each.policy.options, name)
        groups.setdefault(key_of(option), (option, []))[1].append(each)
    yield from groups.values()


def key_of(option: Option[Any]) -> object:
    """Return what identifies an option as it was given. Each decorator reads ``app.config`` anew:
    one key of it has one identity."""
    if option.layer.kind is LayerKind.CONFIG:
        return LayerKind.CONFIG, format_value(option.raw)
    return id(option)


def locate_option(name: str, bound: BoundPolicy) -> Located:
    """Return where an option of a policy was given; for a default, where the policy was bound."""
    option: Option[Any] = getattr(bound.policy.options, name)
    if option.layer.kind is LayerKind.CONFIG:
        # The first of many decorated views that read it is not where it was given.
        location = None if bound.source.kind == "view" else option.layer.location
        return location, f"{config_key(name)} of app.config"
    if option.layer.location is None:  # a default
        return locate_policy(bound)
    return option.layer.location, option.layer.name


def locate_policy(bound: BoundPolicy) -> Located:
    """Return where a policy was bound, and its name."""
    source = bound.source
    if source.pattern is None:
        return source.location, "@cross_origin"
    of = f" of {source.name}" if source.kind == "blueprint" else ""
    return source.location, f"the resource {format_value(source.pattern.source)}{of}"


def locate_view(route: Route, view: Callable[..., Any]) -> Located:
    """Return the function behind a route."""
    location = location_of(getattr(view, "view_class", view))
    return location, f"{', '.join(route.methods)} {route.path}"
