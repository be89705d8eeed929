"""``flask cors routes``: every rule of the app, and the policy that it gets."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import click
from flask import Flask

from ..errors import CORSConfigError, Place, shown
from ..headers import comma_list
from ..policy.allowlist import HeaderAllowlist, MethodAllowlist
from ..policy.options import CONFIG, DEFAULTS, Setting
from ..policy.origins import OriginSet
from ..policy.policy import Policy
from .survey import Candidate, Route, Share, Source, Survey, survey
from .text import fitted, has_colour, listed, place_as_json, shown_place, table, width

_MOST = 10  # items of a list that are shown


def run(app: Flask, form: str) -> int:
    """Print the routes of ``app``, and return the exit status."""
    surveyed = survey(app)
    if form == "json":
        click.echo(json.dumps(as_json(surveyed), indent=2))
    else:
        colour = has_colour()
        for line in as_text(surveyed, width()):
            click.echo(line, color=colour)
    return 1 if any(_errors(surveyed)) else 0


def _candidates(surveyed: Survey) -> Iterator[tuple[Route, Share, Candidate]]:
    for route in surveyed.routes:
        for share in route.shares:
            for candidate in share.candidates:
                yield route, share, candidate


def _errors(surveyed: Survey) -> Iterator[tuple[Route, Candidate, CORSConfigError]]:
    for route, _, candidate in _candidates(surveyed):
        if isinstance(candidate.policy, CORSConfigError):
            yield route, candidate, candidate.policy


# ---- as text -----------------------------------------------------------------------------------


class _Alike:
    """Policies that allow the same and had it from the same levels: to a reader they are one."""

    def __init__(self, number: int, policy: Policy) -> None:
        self.number = number
        self.settings = policy.options._asdict()
        self.key = _key(policy)
        self.sources: list[Source] = []
        self.policies: list[Policy] = []

    def add(self, policy: Policy, source: Source) -> None:
        self.policies.append(policy)
        self.sources.append(source)

    def rows(self) -> Iterator[tuple[str, str, str]]:
        for option, setting in self.settings.items():
            describe = _DESCRIBED.get(option)
            if describe is None and setting.level == DEFAULTS.name:
                continue  # of the lesser options, those that were set
            value = (describe or _yes_or_no)(setting.value)
            yield f"  {option}", value, self._set_by(option, setting)

    def _set_by(self, option: str, setting: Setting[Any]) -> str:
        """The level that gave an option, and its place where that is not where it was bound."""
        level = f"CORS_{option.upper()} of app.config" if setting.level == CONFIG else setting.level
        places = {getattr(policy.options, option).place for policy in self.policies}
        bound = {source.place for source in self.sources}
        if setting.place is None or len(places) > 1 or places <= bound:
            return level
        return f"{level}, {shown_place(setting.place)}"


def _key(policy: Policy) -> list[tuple[object, str]]:
    return [(setting.value, setting.level) for setting in policy.options]


def _alike(surveyed: Survey) -> list[_Alike]:
    groups: list[_Alike] = []
    by_policy: dict[int, _Alike] = {}
    for _, _, candidate in _candidates(surveyed):
        policy = candidate.policy
        if isinstance(policy, CORSConfigError):
            continue
        group = by_policy.get(id(policy))
        if group is None:
            key = _key(policy)
            # Not by hash: a callable of the origins may have none.
            group = next((group for group in groups if group.key == key), None)
            if group is None:
                group = _Alike(len(groups) + 1, policy)
                groups.append(group)
            by_policy[id(policy)] = group
        group.add(policy, candidate.source)
    return groups


def as_text(surveyed: Survey, width: int) -> Iterator[str]:
    """The lines for a reader, with the colours of a terminal."""
    if not surveyed.routes:
        yield "The app has no routes."
        return
    groups = _alike(surveyed)
    numbers = {id(policy): group.number for group in groups for policy in group.policies}
    rows = [_header(surveyed), *_rows(surveyed, numbers)]
    if not any(route.host for route in surveyed.routes):
        rows = [row[1:] for row in rows]
    header, *lines = table(rows, fitted(rows, width))
    yield click.style(header, bold=True)
    yield from lines
    yield from _legend(surveyed)
    yield from _error_lines(surveyed)
    blocks = [list(group.rows()) for group in groups]
    widths = fitted([row for block in blocks for row in block], width)
    for group, block in zip(groups, blocks, strict=True):
        yield ""
        yield click.style(f"Policy {group.number}", bold=True)
        yield from table(block, widths)


def _header(surveyed: Survey) -> tuple[str, ...]:
    host = "Host" if surveyed.app.url_map.host_matching else "Subdomain"
    return host, "Rule", "Methods", "Policy", "Resource", "Configured at"


def _rows(surveyed: Survey, numbers: dict[int, int]) -> Iterator[tuple[str, ...]]:
    for route in surveyed.routes:
        for share in route.shares:
            first = (route.host, route.path, _shown_methods(share.methods))
            for candidate in share.candidates:
                place = shown_place(candidate.source.place)
                yield *first, _label(candidate, numbers), candidate.source.resource, place
                first = ("", "", "")
            if not share.is_covered:
                yield *first, "-", "none", ""


def _legend(surveyed: Survey) -> Iterator[str]:
    """What the marks of the table mean, of those that it has."""
    signs: list[str] = []
    if any(not candidate.is_certain for _, _, candidate in _candidates(surveyed)):
        signs.append("?  decides on the paths that match the resource; the next row on the others")
    if not all(share.is_covered for route in surveyed.routes for share in route.shares):
        signs.append("-  no policy, and so no CORS headers")
    if signs:
        yield from ["", *signs]


def _shown_methods(methods: Sequence[str]) -> str:
    """The methods, without the HEAD that comes with GET."""
    return ", ".join(name for name in methods if name != "HEAD" or "GET" not in methods)


def _label(candidate: Candidate, numbers: dict[int, int]) -> str:
    if isinstance(candidate.policy, CORSConfigError):
        return "error"
    return f"{numbers[id(candidate.policy)]}{'' if candidate.is_certain else '?'}"


def _error_lines(surveyed: Survey) -> Iterator[str]:
    told: dict[Place, CORSConfigError] = {}
    for _, candidate, error in _errors(surveyed):
        told[candidate.source.place] = error
    for place, error in told.items():
        yield ""
        title = f"Error at {shown_place(place)}: each request to the view raises"
        yield click.style(title, fg="red")
        for mistake in error.mistakes:
            yield f"  {mistake}"


# ---- what a policy allows ----------------------------------------------------------------------


def _origins(origins: OriginSet) -> str:
    if origins.any:
        return "any"
    items = [
        *sorted(origins.exact),
        *sorted(origins.wildcards),
        *map(repr, origins.regexes),
        *map(repr, origins.predicates),
    ]
    return listed(items, _MOST) or "nobody"


def _methods(methods: MethodAllowlist) -> str:
    return "any" if methods.any else methods.listed or "none"


def _headers(headers: HeaderAllowlist) -> str:
    if headers.any:
        return "any"
    items = [
        *sorted(headers.names),
        *(f"re.compile({regex.pattern!r})" for regex in headers.regexes),
    ]
    return listed(items, _MOST) or "none"


def _yes_or_no(value: bool) -> str:
    return "yes" if value else "no"


_DESCRIBED: dict[str, Callable[[Any], str]] = {
    "origins": _origins,
    "methods": _methods,
    "allow_headers": _headers,
    "expose_headers": lambda value: value or "none",
    "supports_credentials": _yes_or_no,
    "max_age": lambda value: "not sent" if value is None else f"{value} s",
}


# ---- as JSON -----------------------------------------------------------------------------------


def as_json(surveyed: Survey) -> dict[str, object]:
    """The same for programs; a policy is an index into ``policies``."""
    policies: list[Policy] = []
    indices: dict[int, int] = {}
    for _, _, candidate in _candidates(surveyed):
        policy = candidate.policy
        if isinstance(policy, Policy) and id(policy) not in indices:
            indices[id(policy)] = len(policies)
            policies.append(policy)
    return {
        "routes": [
            {
                "rule": route.path,
                "host": route.host or None,
                "endpoint": route.endpoint,
                "methods": route.methods,
                "policies": [
                    {
                        "methods": share.methods,
                        "candidates": [_candidate(one, indices) for one in share.candidates],
                        "covers_every_path": share.is_covered,
                    }
                    for share in route.shares
                ],
            }
            for route in surveyed.routes
        ],
        "policies": [
            {name: _setting(name, value) for name, value in policy.options._asdict().items()}
            for policy in policies
        ],
    }


def _candidate(candidate: Candidate, indices: dict[int, int]) -> dict[str, object]:
    source, policy = candidate.source, candidate.policy
    is_broken = isinstance(policy, CORSConfigError)
    return {
        "policy": None if is_broken else indices[id(policy)],
        "errors": list(map(str, policy.mistakes)) if isinstance(policy, CORSConfigError) else [],
        "decides_on": "every path" if candidate.is_certain else "paths that match",
        "bound_to": source.kind,
        "blueprint": source.name if source.kind == "blueprint" else None,
        "resource": None if source.pattern is None else source.pattern.source,
        "place": place_as_json(source.place),
    }


def _setting(name: str, setting: Setting[Any]) -> dict[str, object]:
    value = _PLAIN.get(name, _itself)(setting.value)
    return {
        "value": value,
        "given": shown(setting.given),
        "level": setting.level,
        "place": place_as_json(setting.place),
    }


def _itself(value: object) -> object:
    return value


def _plain_origins(origins: OriginSet) -> dict[str, object]:
    return {
        "any": origins.any,
        "exact": sorted(origins.exact),
        "wildcards": sorted(origins.wildcards),
        "regexes": [regex.pattern.pattern for regex in origins.regexes],
        "callables": list(map(repr, origins.predicates)),
    }


def _plain_headers(headers: HeaderAllowlist) -> dict[str, object]:
    return {
        "any": headers.any,
        "names": sorted(headers.names),
        "regexes": [regex.pattern for regex in headers.regexes],
    }


_PLAIN: dict[str, Callable[[Any], object]] = {
    "origins": _plain_origins,
    "methods": lambda value: {"any": value.any, "names": sorted(value.names)},
    "allow_headers": _plain_headers,
    "expose_headers": lambda value: comma_list(value or ""),
    "max_age": lambda value: None if value is None else int(value),
}
