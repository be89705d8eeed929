"""The report of ``flask cors routes``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from ...diagnostics.format import format_value
from ...diagnostics.source_location import SourceLocation
from ...errors import CORSConfigError
from ...policy.allowlists import HeaderAllowlist
from ...policy.layers import LayerKind
from ...policy.options import Option
from ...policy.origins import OriginSet
from ...policy.policy import Policy
from ...protocol.headers import comma_list
from ..shared import finding_report
from ..shared.inventory import AppInventory, Candidate, Route
from ..shared.option_code import describe_layer
from ..shared.rule_paths import CONVERTER
from ..shared.text import (
    escape,
    fit_columns,
    format_list,
    format_location,
    format_table,
    location_as_json,
    shorten_path,
    wrap,
)

MAX_ITEMS_SHOWN = 10  # of a list


def _policies_of(inventory: AppInventory) -> dict[int, Policy]:
    """Return the policies of the routes, by their ids."""
    policies = (candidate.policy for candidate in inventory.candidates)
    return {id(policy): policy for policy in policies if isinstance(policy, Policy)}


# ---- as text -----------------------------------------------------------------------------------


def as_text(inventory: AppInventory, width: int) -> Iterator[str]:
    """Yield the lines of the report, with the colours of a terminal."""
    if not inventory.routes:
        yield "The app has no routes."
        return
    groups = _group(_policies_of(inventory).values())
    numbers = {id(policy): number for number, group in enumerate(groups, 1) for policy in group}
    located = _locations_by_label(inventory, numbers)
    header, *lines = _format_routes(inventory, numbers, located, width)
    yield click.style(header, bold=True)
    yield from lines
    yield from _iter_legend(inventory)
    yield from _iter_errors(inventory, width)
    blocks = [
        list(_iter_option_rows(group, located[str(number)]))
        for number, group in enumerate(groups, 1)
    ]
    widths = fit_columns([row for block in blocks for row in block], width)
    for number, block in enumerate(blocks, 1):
        yield ""
        title = f"Policy {number}, configured {_format_locations(located[str(number)])}"
        yield from (click.style(line, bold=True) for line in wrap(title, width))
        yield from format_table(block, widths)


def _label(candidate: Candidate, numbers: dict[int, int]) -> str:
    """Return what the table calls the policy of a candidate."""
    return str(numbers.get(id(candidate.policy), "error"))


def _locations_by_label(
    inventory: AppInventory, numbers: dict[int, int]
) -> dict[str, list[SourceLocation]]:
    """Return where the policies of each label were bound."""
    located: dict[str, dict[SourceLocation, None]] = {}
    for candidate in inventory.candidates:
        bound = located.setdefault(_label(candidate, numbers), {})
        bound[candidate.source.location] = None
    return {label: list(bound) for label, bound in located.items()}


def _format_locations(locations: Sequence[SourceLocation]) -> str:
    """Return the location, or the files if there are several."""
    if len(locations) == 1:
        return f"at {format_location(locations[0])}"
    return f"in {', '.join(dict.fromkeys(shorten_path(each.file) for each in locations))}"


def _group(policies: Iterable[Policy]) -> list[list[Policy]]:
    """Return the policies in groups: those of a group allow the same by the same layers, and are
    one policy in the report."""
    groups: list[tuple[list[tuple[object, str]], list[Policy]]] = []
    for policy in policies:
        key: list[tuple[object, str]]
        key = [(option.value, option.layer.name) for option in policy.options]
        # Without hashing, because a callable in the origins may not be hashable.
        alike = next((group for known, group in groups if known == key), None)
        if alike is None:
            groups.append((key, [policy]))
        else:
            alike.append(policy)
    return [group for _, group in groups]


def _iter_option_rows(
    group: list[Policy], bound: Sequence[SourceLocation]
) -> Iterator[tuple[str, str, str]]:
    """Yield each option with its value and its layer, and the location of the layer if the policy
    was bound elsewhere."""
    for name, option in group[0].options._asdict().items():
        as_text = _AS_TEXT.get(name)
        if as_text is None and option.layer.kind is LayerKind.DEFAULT:
            continue  # the other options are shown if they are set
        locations = {getattr(policy.options, name).layer.location for policy in group}
        is_shown = len(locations) == 1 and locations.isdisjoint(bound)
        layer = describe_layer(name, option.layer, option.layer.location if is_shown else None)
        yield f"  {name}", (as_text or _format_boolean)(option.value), layer


def _format_routes(
    inventory: AppInventory,
    numbers: dict[int, int],
    located: dict[str, list[SourceLocation]],
    width: int,
) -> Iterator[str]:
    """Yield the lines of the table, without the columns that are empty."""
    host = "Host" if inventory.app.url_map.host_matching else "Subdomain"
    header = (host, "URL rule", "Methods", "Policy", "Resource", "Configured at")
    rows = list(_iter_rows(inventory, numbers, located))
    columns = [
        column for column in zip(header, *rows, strict=True) if any(cell for cell in column[1:])
    ]
    table = list(zip(*columns, strict=True))
    yield from format_table(table, fit_columns(table, width))


def _iter_rows(
    inventory: AppInventory, numbers: dict[int, int], located: dict[str, list[SourceLocation]]
) -> Iterator[tuple[str, ...]]:
    alike = Counter(map(_look_of, inventory.routes))
    names = _shorten_files(location for bound in located.values() for location in bound)
    for route in inventory.routes:
        endpoint = f" ({route.endpoint})" if alike[_look_of(route)] > 1 else ""
        for group in route.method_groups:
            first = (route.host, route.path + endpoint, _format_methods(group.methods))
            for candidate in group.candidates:
                label, at = _label(candidate, numbers), candidate.source.location
                mark = "" if candidate.is_certain else "?"
                shown = f"{names[at.file]}:{at.line}" if len(located[label]) > 1 else ""
                yield *first, f"{label}{mark}", candidate.source.resource, shown
                first = ("", "", "")
            if not group.is_covered:
                yield *first, "-", "none", ""


def _look_of(route: Route) -> tuple[str, str, tuple[str, ...]]:
    """Return what a reader sees of a route: its path without the names of the variables."""
    return route.host, CONVERTER.sub("<>", route.path).rstrip("/"), route.methods


def _shorten_files(locations: Iterable[SourceLocation]) -> dict[str, str]:
    """Return the end of each path that distinguishes it from the others."""
    parts = {location.file: Path(shorten_path(location.file)).parts for location in locations}
    names: dict[str, str] = {}
    for file, own in parts.items():
        count = 1
        while (
            count < len(own)
            and [other[-count:] for other in parts.values()].count(own[-count:]) > 1
        ):
            count += 1
        names[file] = str(Path(*own[-count:]))
    return names


def _format_methods(methods: Sequence[str]) -> str:
    """Return the methods, without HEAD if there is GET."""
    return ", ".join(name for name in methods if name != "HEAD" or "GET" not in methods)


def _iter_legend(inventory: AppInventory) -> Iterator[str]:
    """Yield the meaning of the marks in the table."""
    marks: list[str] = []
    if not all(candidate.is_certain for candidate in inventory.candidates):
        marks.append("?  applies to the paths that match the resource; the next row to the others")
    groups = (group for route in inventory.routes for group in route.method_groups)
    if not all(group.is_covered for group in groups):
        marks.append("-  no policy, so no CORS headers")
    if marks:
        yield from ["", *marks]


def _iter_errors(inventory: AppInventory, width: int) -> Iterator[str]:
    """Yield the findings of invalid options, those that are equal once."""
    errors: dict[tuple[str, ...], dict[SourceLocation, None]] = {}
    for each in inventory.candidates:
        if isinstance(each.policy, CORSConfigError):
            findings = tuple(map(str, each.policy.findings))
            errors.setdefault(findings, {})[each.source.location] = None
    for findings, locations in errors.items():
        yield ""
        at = ", ".join(map(format_location, locations))
        title = f"Error at {at}: invalid CORS options, every origin is refused"
        yield from (click.style(line, fg="red") for line in wrap(title, width))
        for finding in findings:
            yield from (f"  {line}" for line in wrap(escape(finding), width - 2))


def _format_boolean(value: bool) -> str:
    return "yes" if value else "no"


def _format_items(value: OriginSet | HeaderAllowlist, items: Iterable[str]) -> str:
    return "any" if value.any else format_list(list(items), MAX_ITEMS_SHOWN) or "none"


_AS_TEXT: dict[str, Callable[[Any], str]] = {
    "origins": lambda value: _format_items(
        value, [*sorted(value.exact), *sorted(value.wildcards), *_format_matchers(value)]
    ),
    "methods": lambda value: "any" if value.any else value.listed or "none",
    "allow_headers": lambda value: _format_items(
        value,
        [*sorted(value.names), *(f"re.compile({each.pattern!r})" for each in value.regexes)],
    ),
    "expose_headers": lambda value: value or "none",
    "supports_credentials": _format_boolean,
    "max_age": lambda value: "not sent" if value is None else f"{value} s",
}


def _format_matchers(origins: OriginSet) -> Iterator[str]:
    return map(repr, [*origins.regexes, *origins.functions])


# ---- as JSON -----------------------------------------------------------------------------------


def as_json(inventory: AppInventory) -> dict[str, object]:
    """Return the report for JSON. The policy of a candidate is an index into ``policies``."""
    policies = _policies_of(inventory)
    indices = {key: index for index, key in enumerate(policies)}
    return {
        "routes": [
            {
                "url_rule": route.path,
                "host": route.host or None,
                "endpoint": route.endpoint,
                "methods": route.methods,
                "policies": [
                    {
                        "methods": group.methods,
                        "candidates": [
                            _candidate_as_json(each, indices) for each in group.candidates
                        ],
                        "covers_every_path": group.is_covered,
                    }
                    for group in route.method_groups
                ],
            }
            for route in inventory.routes
        ],
        "policies": [
            {
                name: _option_as_json(name, option)
                for name, option in policy.options._asdict().items()
            }
            for policy in policies.values()
        ],
    }


def _candidate_as_json(candidate: Candidate, indices: dict[int, int]) -> dict[str, object]:
    error = candidate.policy
    findings = error.findings if isinstance(error, CORSConfigError) else ()
    return {
        "policy": indices.get(id(candidate.policy)),
        "findings": list(map(finding_report.as_dict, findings)),
        "decides_on": "every path" if candidate.is_certain else "paths that match",
        **candidate.source.as_json(),
    }


def _option_as_json(name: str, option: Option[Any]) -> dict[str, object]:
    as_value = _AS_JSON.get(name)
    return {
        "value": option.value if as_value is None else as_value(option.value),
        "raw": format_value(option.raw),
        "layer": option.layer.name,
        "location": location_as_json(option.layer.location),
    }


_AS_JSON: dict[str, Callable[[Any], object]] = {
    "origins": lambda value: {
        "any": value.any,
        "exact": sorted(value.exact),
        "wildcards": sorted(value.wildcards),
        "regexes": [regex.pattern.pattern for regex in value.regexes],
        "callables": list(map(repr, value.functions)),
    },
    "methods": lambda value: {"any": value.any, "names": sorted(value.names)},
    "allow_headers": lambda value: {
        "any": value.any,
        "names": sorted(value.names),
        "regexes": [regex.pattern for regex in value.regexes],
    },
    "expose_headers": lambda value: comma_list(value or ""),
    "max_age": lambda value: None if value is None else int(value),
}
