"""Suggestions: small changes of a configuration, tried in turn until one allows the request."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

from ...browser.outcome import PreflightCause
from ...diagnostics.source_location import SourceLocation
from ...errors import CORSConfigError
from ...policy.layers import DEFAULTS, ConfigLayer, Layer, LayerKind
from ...policy.options import POLICY_OPTIONS, Option, Options
from ...policy.origin_parser import parse_origins
from ...policy.origins import OriginSet
from ...policy.path_patterns import PathPattern, parse_pattern
from ...policy.policy import Policy
from ...policy.resolution import resolve
from ...policy.untrusted import untrusted_match
from ...protocol.headers import comma_list
from ..shared.inventory import BoundPolicy, PolicySource
from ..shared.option_code import code_of, ignore_finding, list_of
from ..shared.rule_paths import CONVERTER
from .placement import OptionChange, Suggestion, means, policy_with, suggest
from .verification import Verification

_NOWHERE = SourceLocation("", 0)  # of a line that is not written yet
# What a line repeats of an option; more of it is "...".
MAX_ITEMS_REPEATED = 8
MAX_CODE_REPEATED = 400

# The values of a request that a policy refuses, by "origin", "method", "header", "credentials".
Refused = Mapping[str, Sequence[str]]


class Change(NamedTuple):
    """A change of the configuration.

    :ivar suggestions: the lines to write.
    :ivar before: the policy that it changes; None for a new resource.
    :ivar after: the policy with the change.
    :ivar status: the status that the frontend can read with it.
    """

    suggestions: tuple[Suggestion, ...]
    before: BoundPolicy | None
    after: BoundPolicy
    status: int

    @property
    def refuses_more(self) -> bool:
        """Whether it leaves an entry of the origins out."""
        if self.before is None:
            return False
        before, after = (each.policy.options.origins.value for each in (self.before, self.after))
        items = _ITEMS["origins"]
        return not set(map(repr, items(before))) <= set(map(repr, items(after)))


# ---- changes of options ------------------------------------------------------------------------


def suggest_change(
    verification: Verification, policy: Policy, source: PolicySource, refused: Refused
) -> Change | None:
    """Return the change that allows the request; None if no change helps."""
    app, options = verification.app, policy.options
    for changes in filter(None, _iter_choices(options, verification.page_request.origin, refused)):
        other = policy_with(options, changes, app.ensure_sync)
        outcome = None if other is None else verification.fetch_with(other, instead_of=policy)
        if other is not None and outcome is not None and outcome.allowed:
            lines = tuple(suggest(app, options, source, changes))
            before, after = BoundPolicy(source, policy), BoundPolicy(source, other)
            return Change(lines, before, after, outcome.status)
    return None


def suggest_exposure(
    verification: Verification, policy: Policy, source: PolicySource, names: Sequence[str]
) -> tuple[Suggestion, ...]:
    """Return the lines to write so that the frontend can read these headers; none if that does not
    help."""
    app, options = verification.app, policy.options
    kept = [name for name in _ITEMS["expose_headers"](options.expose_headers.value) if name != "*"]
    exposed = [*kept, *names]
    change = OptionChange("expose_headers", exposed, list_of(map(code_of, exposed)))
    other = policy_with(options, [change], app.ensure_sync)
    outcome = None if other is None else verification.fetch_with(other, instead_of=policy)
    readable = set() if outcome is None else {name for name, _ in outcome.headers}
    if not readable.issuperset(map(str.lower, names)):
        return ()
    return tuple(suggest(app, options, source, [change]))


def _iter_choices(
    options: Options, origin: str, refused: Refused
) -> Iterator[tuple[OptionChange, ...]]:
    """Yield combinations of changes, the smallest first."""
    changes = list(_iter_changes(options, origin, refused))
    for count in range(len(changes) + 1):
        yield from combinations(changes, count)


def _iter_changes(options: Options, origin: str, refused: Refused) -> Iterator[OptionChange]:
    """Yield the changes to try."""
    for kind, option in (("origin", "origins"), ("method", "methods"), ("header", "allow_headers")):
        if kind in refused:
            yield _add_items(option, getattr(options, option), refused[kind])
    if "credentials" in refused:
        yield OptionChange("supports_credentials", True, "True")
        if untrusted_match(options.origins.value) is not None:
            yield _remove_untrusted(options.origins, origin)
    for option in ("automatic_options", "intercept_exceptions"):
        if not getattr(options, option).value:
            yield OptionChange(option, True, "True")


def _add_items(name: str, option: Option[Any], new: Sequence[str]) -> OptionChange:
    items = list(_ITEMS[name](option.value))
    written = _as_written(option.raw, items)
    known = list(map(code_of, written))
    if len(known) > MAX_ITEMS_REPEATED or len("".join(known)) > MAX_CODE_REPEATED:
        known = ["..."]
    return OptionChange(name, [*items, *new], list_of([*known, *map(code_of, new)]))


def _remove_untrusted(option: Option[OriginSet], origin: str) -> OptionChange:
    """Reduce the origins to trusted entries and ``origin``, because credentials require an explicit
    list."""
    written = _as_written(option.raw, list(_ITEMS["origins"](option.value)))
    kept = [
        each for each in written if untrusted_match(parse_origins(each, ignore_finding)) is None
    ]
    if not isinstance(parse_origins(kept, ignore_finding).match(origin), str):
        kept.append(origin)
    return OptionChange("origins", kept, list_of(map(code_of, kept)))


# The items of an option, from its value, because the raw value may have been an iterator.
_ITEMS: dict[str, Callable[[Any], Iterable[object]]] = {
    "origins": lambda value: [
        *(["*"] if value.any else []),
        *sorted(value.exact),
        *sorted(value.wildcards),
        *(regex.pattern for regex in value.regexes),
        *(function.function for function in value.functions),
    ],
    "methods": lambda value: sorted(value.names),
    "allow_headers": lambda value: [*sorted(value.names), *value.regexes],
    "expose_headers": lambda value: comma_list(value or ""),
}


def _as_written(raw: object, items: list[object]) -> list[object]:
    """Return the items in the order and the spelling of the raw value."""
    if isinstance(raw, str):
        return list(comma_list(raw))
    return list(raw) if isinstance(raw, (list, tuple)) else items


# ---- a path that no resource covers ------------------------------------------------------------


def suggest_resource(
    verification: Verification, cause: PreflightCause, rule: str, path: str
) -> Change | None:
    """Return the new resource that covers the paths of a URL rule and allows the request; None if
    the request stays blocked.

    :param path: the requested path.
    """
    app, page_request = verification.app, verification.page_request
    arguments: dict[str, object] = {"origins": [page_request.origin]}
    written = {"origins": list_of([code_of(page_request.origin)])}
    if page_request.credentials == "include":
        arguments["supports_credentials"], written["supports_credentials"] = True, "True"
    constructor = Layer(LayerKind.CONSTRUCTOR, None, arguments, POLICY_OPTIONS)
    try:
        options = resolve([constructor, ConfigLayer(app.config, None), DEFAULTS])
    except CORSConfigError:
        return None
    resource = _make_resource(rule, path)
    code = code_of(resource)
    if "," in resource:  # as a string it would be a list
        code = f"[{code}]"
    pattern = parse_pattern(resource, ignore_finding)
    refused = _refused_by_config(options, cause, page_request.method)
    for changes in _iter_choices(options, page_request.origin, refused):
        policy = policy_with(options, changes)
        outcome = None if policy is None else verification.fetch_with_resource(pattern, policy)
        if policy is not None and outcome is not None and outcome.allowed:
            written.update((change.option, change.code) for change in changes)
            call = "".join(f", {name}={value}" for name, value in written.items())
            line = Suggestion(f"CORS(app, resources={code}{call})")
            source = PolicySource("app", "", _NOWHERE, pattern)
            return Change((line,), None, BoundPolicy(source, policy), outcome.status)
    return None


def _refused_by_config(options: Options, cause: PreflightCause, method: str) -> Refused:
    """Return the values of the preflight that the config refuses."""
    headers = options.allow_headers.value
    names = [name for name in cause.headers if not headers.allows(name)]
    refused = {"header": names} if names else {}
    if cause and options.methods.value.allow_methods_for(method) is None:
        refused["method"] = [method]
    return refused


def _make_resource(rule: str, path: str) -> str:
    """Return a resource that covers the paths of a URL rule and no others, or only ``path`` if the
    rule begins with a converter."""
    parts = [path] if rule.startswith("/<") else CONVERTER.split(rule)
    literals, converters = parts[::4], parts[1::4]  # between: its arguments, its variable
    if literals[1:] == [""] and _is_literal(f"{literals[0]}*"):
        return f"{literals[0]}*"
    if not converters and _is_literal(path) and not path.endswith("/*"):
        return path
    regex = re.escape(literals[0])
    for converter, literal in zip(converters, literals[1:], strict=True):
        regex += (".+" if converter == "path" else "[^/]+") + re.escape(literal)
    return f"{regex}$"


def _is_literal(text: str) -> bool:
    """Return whether ``text`` is not a regex; a ``*`` at its end covers all paths below."""
    return means(text, PathPattern(text))
