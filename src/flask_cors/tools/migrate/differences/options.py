"""Differences in how an option is read, shown by the policies of 6.0.5 with both values."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

from ....diagnostics.format import format_value
from ....policy.layers import DEFAULTS, LayerKind
from ....policy.options import Option, config_key
from ....protocol import headers as h
from ...shared.example_origins import UNTRUSTED
from ...shared.option_code import config_line, format_option
from .. import rules
from ..change import Change, describe, describe_error
from ..comparison import PolicyComparison
from ..samples import allowed_origins
from ..v6_policy import Headers, V6Policy

# Those that the headers of a policy show.
_BOOLEANS = (
    "supports_credentials",
    "send_wildcard",
    "vary_header",
    "always_send",
    "allow_private_network",
)


class _Reading(NamedTuple):
    """An option that the two versions read differently.

    :ivar value: what 6.0.5 would have been given for what this version reads.
    :ivar before: how 6.0.5 read what was given.
    :ivar now: how this version reads it.
    """

    rule: type[rules.Difference]
    what: str
    value: object
    before: str
    now: str
    hint: str


def find_readings(compared: PolicyComparison) -> Iterator[Change]:
    """Yield the options that are read differently, where that changes a header: the first that
    differs, Access-Control-Allow-Origin before the others."""
    origins = (UNTRUSTED, *allowed_origins(compared.policy)[:1], None)
    methods = (None, *compared.methods)
    tried = [(origin, each, "x-requested-with", "true") for origin in origins for each in methods]
    for option in compared.v6.options:
        reading = _reading(compared, option)
        if reading is None:
            continue
        now = V6Policy({**compared.v6.options, option: reading.value})
        responses = [(each[0], compared.v6.respond(*each), now.respond(*each)) for each in tried]
        names = [h.ALLOW_ORIGIN, *(name for _, old, new in responses for name in {**old, **new})]
        changed = (
            Change(
                reading.rule,
                reading.what,
                compared.at,
                f"{reading.before} ({_describe(old, name, origin)})",
                f"{reading.now} ({_describe(new, name, origin)})",
                reading.hint,
                compared.cause(option),
            )
            for name in dict.fromkeys(names)
            for origin, old, new in responses
            if old.get(name) != new.get(name)
        )
        yield from islice(changed, 1)


def _reading(compared: PolicyComparison, name: str) -> _Reading | None:
    option: Option[Any] = getattr(compared.options, name)
    raw, key, default = compared.v6.options[name], config_key(name), DEFAULTS.raw[name]
    if compared.source.kind == "blueprint" and option.layer.kind is LayerKind.CONFIG:
        what = f"{key}={format_value(option.raw)}"
        instead = f"CORS(blueprint, {name}={default!r})"
        hint = f"nothing to do if you meant the config; otherwise write {instead}"
        return _Reading(rules.BLUEPRINT, what, option.raw, "not read", "read", hint)
    if raw == "" and option.layer.kind is LayerKind.DEFAULT:
        code = str(False if name in _BOOLEANS else [])
        hint = f"nothing to do if you meant the default; otherwise write {config_line(name, code)}"
        return _Reading(rules.EMPTY_STRING, f"{key}=''", default, "empty", "the default", hint)
    if name in _BOOLEANS and isinstance(raw, str) and raw and not option.value:
        what = f"{name}={format_value(raw)}"
        instead = format_option(name, option, "True")
        hint = f"nothing to do if you meant False; otherwise write {instead}"
        return _Reading(rules.BOOLEANS, what, False, "True", "False", hint)
    return None


def _describe(headers: Headers, name: str, origin: str | None) -> str:
    is_about_origin = name == h.ALLOW_ORIGIN and origin is not None
    return f"{format_value(origin)} " * is_about_origin + describe(headers, name, origin)


def find_intercepted_exceptions(compared: PolicyComparison) -> Iterator[Change]:
    """Yield the 500 of an unhandled exception, if it has no headers any more."""
    # A decorator of 6.0.5 never saw the exception.
    if compared.policy.intercept_exceptions or compared.source.kind == "view":
        return
    responses = (compared.respond(origin)[0] for origin in allowed_origins(compared.policy))
    allowed = (headers for headers in responses if h.ALLOW_ORIGIN in headers)
    for before in islice(allowed, 1):
        yield Change(
            rules.INTERCEPT_EXCEPTIONS,
            "the 500 of an unhandled exception",
            compared.at,
            describe_error(before),
            describe_error({}),
            "remove intercept_exceptions if pages should read the 500",
            compared.cause("intercept_exceptions"),
        )
