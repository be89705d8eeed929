"""Where a change of options is to be written, so that it changes one policy and breaks no other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal, NamedTuple

from flask import Flask

from ...diagnostics.source_location import SourceLocation
from ...errors import CORSConfigError
from ...policy.layers import LayerKind
from ...policy.options import Option, Options
from ...policy.origins import EnsureSync
from ...policy.path_patterns import PathPattern, parse_pattern
from ...policy.policy import Policy
from ...policy.resolution import changed
from ...runtime.install import registry_of
from ..shared.inventory import PolicySource, iter_bound_policies
from ..shared.option_code import code_of, config_line, ignore_finding


class OptionChange(NamedTuple):
    """A new value for one option.

    :ivar value: the value that is tried.
    :ivar code: the value as source code.
    """

    option: str
    value: object
    code: str


class Suggestion(NamedTuple):
    """A line to write.

    :ivar placement: ``"at"`` or ``"before"`` the location.
    :ivar location: None for a new line.
    """

    code: str
    placement: Literal["at", "before"] = "at"
    location: SourceLocation | None = None


def policy_with(
    options: Options, changes: Iterable[OptionChange], ensure_sync: EnsureSync | None = None
) -> Policy | None:
    """Return the policy with these changes; None if they make it invalid.

    :param ensure_sync: the app's own, for a policy that has to decide.
    """
    values = {change.option: change.value for change in changes}
    try:
        return Policy(changed(options, values), ensure_sync=ensure_sync)
    except CORSConfigError:
        return None


_CALLS = {
    LayerKind.CONSTRUCTOR: "CORS(..., {})",
    LayerKind.INIT_APP: "init_app(..., {})",
    LayerKind.DECORATOR: "@cross_origin(..., {})",
}

# The layers that reach several policies, the highest first.
_SHARED = (LayerKind.INIT_APP, LayerKind.CONSTRUCTOR, LayerKind.CONFIG, LayerKind.DEFAULT)


def suggest(
    app: Flask, options: Options, source: PolicySource, changes: Iterable[OptionChange]
) -> Iterator[Suggestion]:
    """Yield the lines that make these changes to one policy and do not make others invalid."""
    by_kind: dict[LayerKind, list[OptionChange]] = {}
    for change in changes:
        option: Option[Any] = getattr(options, change.option)
        kind = option.layer.kind
        if kind is LayerKind.DEFAULT:
            kind = _layer_for_new_option(options, source)
        by_kind.setdefault(kind, []).append(change)
    # The kind of the layer that reaches this policy alone.
    own_kind = LayerKind.DECORATOR if source.pattern is None else LayerKind.RESOURCE
    for kind, of_kind in list(by_kind.items()):
        if kind in _SHARED and _breaks_others(app, kind, options, source, of_kind):
            by_kind.setdefault(own_kind, []).extend(by_kind.pop(kind))
    locations = {option.layer.kind: option.layer.location for option in options}
    for kind, of_kind in by_kind.items():
        location = locations.get(kind, source.location)
        if kind is LayerKind.CONFIG:
            for change in of_kind:
                yield Suggestion(config_line(change.option, change.code), "before", location)
        else:
            yield Suggestion(_format_call(app, kind, source, of_kind), "at", location)


def _layer_for_new_option(options: Options, source: PolicySource) -> LayerKind:
    """Return where to add an option: next to those that are set."""
    if source.pattern is None:
        return LayerKind.DECORATOR
    kinds = {option.layer.kind for option in options}
    above = (LayerKind.RESOURCE, LayerKind.INIT_APP)
    return next((kind for kind in above if kind in kinds), LayerKind.CONSTRUCTOR)


def _breaks_others(
    app: Flask,
    kind: LayerKind,
    options: Options,
    source: PolicySource,
    changes: Sequence[OptionChange],
) -> bool:
    """Return whether another policy that the layer reaches becomes invalid, because credentials
    require an explicit list of origins."""
    for other in iter_bound_policies(app):
        is_same_call = other.source.location == source.location
        reached: list[OptionChange] = []
        for change in changes:
            own: Option[Any] = getattr(options, change.option)
            its: Option[Any] = getattr(other.policy.options, change.option)
            reaches = is_same_call and its.layer.kind in _SHARED[_SHARED.index(kind) :]
            if reaches or its is own or kind is its.layer.kind is LayerKind.CONFIG:
                reached.append(change)
        if policy_with(other.policy.options, reached) is None:
            return True
    return False


def _format_call(
    app: Flask, kind: LayerKind, source: PolicySource, changes: Iterable[OptionChange]
) -> str:
    call = _CALLS.get(kind)
    if call is not None:
        return call.format(", ".join(f"{change.option}={change.code}" for change in changes))
    assert source.pattern is not None  # a resource's own options
    own = ", ".join(f'"{change.option}": {change.code}' for change in changes)
    resources = f"{{..., {_resource_key(source.pattern)}: {{..., {own}}}}}"
    if _layer_of_resource(app, source) is LayerKind.CONFIG:
        return config_line("resources", resources)
    return f"resources={resources}"


def _layer_of_resource(app: Flask, source: PolicySource) -> LayerKind:
    """Return the kind of the layer that contains a resource."""
    return next(
        layer.kind
        for bound in registry_of(app).bound
        if (bound.location, bound.blueprint) == (source.location, source.name)
        for layer in bound.layers
        if "resources" in layer
    )


def _resource_key(pattern: PathPattern) -> str:
    """Return a pattern as a key of ``resources``."""
    return code_of(pattern.source if means(pattern.source, pattern) else pattern.regex)


def means(key: str, pattern: PathPattern) -> bool:
    """Return whether a string as a key of ``resources`` is ``pattern``."""
    try:
        return parse_pattern(key, ignore_finding) == pattern
    except CORSConfigError:  # of a regex, whose flags may give it a meaning
        return False
