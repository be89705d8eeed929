"""The report of ``flask cors routes``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import click

from ...diagnostics.format import format_value
from ...errors import CORSConfigError
from ...policy.allowlists import HeaderAllowlist
from ...policy.layers import LayerKind
from ...policy.options import Option
from ...policy.origins import OriginSet
from ...policy.policy import Policy
from ...protocol.headers import comma_list
from ..shared import finding_report
from ..shared.inventory import AppInventory, Candidate
from ..shared.option_code import describe_layer
from ..shared.text import fit_columns, format_list, format_location, format_table, location_as_json

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
    host = "Host" if inventory.app.url_map.host_matching else "Subdomain"
    rows: list[tuple[str, ...]]
    rows = [(host, "URL rule", "Methods", "Policy", "Resource", "Configured at")]
    rows += _iter_rows(inventory, numbers)
    if not any(route.host for route in inventory.routes):
        rows = [row[1:] for row in rows]
    header, *lines = format_table(rows, fit_columns(rows, width))
    yield click.style(header, bold=True)
    yield from lines
    yield from _iter_legend(inventory)
    yield from _iter_errors(inventory)
    blocks = [list(_iter_option_rows(group, inventory)) for group in groups]
    widths = fit_columns([row for block in blocks for row in block], width)
    for number, block in enumerate(blocks, 1):
        yield ""
        yield click.style(f"Policy {number}", bold=True)
        yield from format_table(block, widths)


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
    group: list[Policy], inventory: AppInventory
) -> Iterator[tuple[str, str, str]]:
    """Yield each option with its value and its layer, and the location of the layer if the policy
    was bound elsewhere."""
    candidates = inventory.candidates
    bound = {each.source.location for each in candidates if each.policy in group}
    for name, option in group[0].options._asdict().items():
        as_text = _AS_TEXT.get(name)
        if as_text is None and option.layer.kind is LayerKind.DEFAULT:
            continue  # the other options are shown if they are set
        locations = {getattr(policy.options, name).layer.location for policy in group}
        is_shown = len(locations) == 1 and not locations <= bound
        layer = describe_layer(name, option.layer, option.layer.location if is_shown else None)
        yield f"  {name}", (as_text or _format_boolean)(option.value), layer


def _iter_rows(inventory: AppInventory, numbers: dict[int, int]) -> Iterator[tuple[str, ...]]:
    for route in inventory.routes:
        for group in route.method_groups:
            first = (route.host, route.path, _format_methods(group.methods))
            for candidate in group.candidates:
                source = candidate.source
                number = numbers.get(id(candidate.policy))
                label = (
                    "error" if number is None else f"{number}{'' if candidate.is_certain else '?'}"
                )
                yield *first, label, source.resource, format_location(source.location)
                first = ("", "", "")
            if not group.is_covered:
                yield *first, "-", "none", ""


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


def _iter_errors(inventory: AppInventory) -> Iterator[str]:
    errors = {
        each.source.location: each.policy.findings
        for each in inventory.candidates
        if isinstance(each.policy, CORSConfigError)
    }
    for location, findings in errors.items():
        yield ""
        at = format_location(location)
        title = f"Error at {at}: invalid CORS options, every origin is refused"
        yield click.style(title, fg="red")
        yield from (f"  {finding}" for finding in findings)


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
