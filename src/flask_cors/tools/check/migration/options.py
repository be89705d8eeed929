"""Differences: the options but for origins, request headers and resources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from .... import headers as h
from ....errors import shown
from ....policy.options import CONFIG, DEFAULTS, Setting, config_key
from ..patterns.examples import STRANGER
from .difference import (
    Difference,
    Found,
    OfPolicy,
    allowed_method,
    place_of,
    preflights,
    says,
    written,
)
from .probes import allowed_origins
from .seen import Pair, given
from .six import Headers, SixPolicy


class PartOfMethod(OfPolicy):
    heading = "The requested method"
    option = "methods"

    def of(self, pair: Pair) -> Iterator[Found]:
        for method in pair.methods:
            before, now = preflights(pair, method)
            if h.ALLOW_ORIGIN in now and h.ALLOW_METHODS in before and h.ALLOW_METHODS not in now:
                listed = sorted(pair.options.methods.value.names)
                names = ", ".join(f'"{name}"' for name in (*listed, method))
                yield Found(
                    f"a preflight for {method}",
                    pair.at,
                    says(before, h.ALLOW_METHODS),
                    says(now, h.ALLOW_METHODS),
                    written(pair.options, "methods", f"[{names}]"),
                    place_of(pair, "methods"),
                )


class _Unlisted(OfPolicy):
    """``Access-Control-Allow-Methods`` where there was none."""

    option = "methods"
    is_any: ClassVar[bool]
    fix: ClassVar[str]

    def of(self, pair: Pair) -> Iterator[Found]:
        if pair.options.methods.value.any is not self.is_any:
            return
        for method in pair.methods:
            before, now = preflights(pair, method)
            if h.ALLOW_METHODS in now and h.ALLOW_METHODS not in before:
                yield Found(
                    f"a preflight for {method}",
                    pair.at,
                    says(before, h.ALLOW_METHODS),
                    says(now, h.ALLOW_METHODS),
                    self.fix,
                    place_of(pair, "methods"),
                )
                return


class AnyMethod(_Unlisted):
    heading = '`methods="*"`'
    is_any = True
    fix = "nothing to do where every method is meant; else list them"


class NoMethods(_Unlisted):
    heading = "`methods=None`"
    is_any = False
    fix = "nothing to do where the usual seven are meant; methods=[] allows none"


class _MaxAge(OfPolicy):
    option = "max_age"
    fix: ClassVar[str]
    was_sent: ClassVar[bool]

    def of(self, pair: Pair) -> Iterator[Found]:
        method = allowed_method(pair)
        if method is None:
            return
        before, now = preflights(pair, method)
        old, new = before.get(h.MAX_AGE), now.get(h.MAX_AGE)
        if new is not None and (old or "").strip() != new and self.was_sent == (old is not None):
            yield Found(
                f"max_age={shown(pair.options.max_age.given)}",
                pair.at,
                says(before, h.MAX_AGE),
                says(now, h.MAX_AGE),
                self.fix,
                place_of(pair, "max_age"),
            )


class MaxAgeZero(_MaxAge):
    heading = "`max_age=0`"
    was_sent = False
    fix = "leave max_age out where the browser's own five seconds are meant"


class MaxAgeFraction(_MaxAge):
    heading = "A `max_age` that is no number of seconds"
    was_sent = True
    fix = "nothing to do: the fraction is cut off"


# Those that show in the headers of a policy.
_BOOLEANS = (
    "supports_credentials",
    "send_wildcard",
    "vary_header",
    "always_send",
    "allow_private_network",
)


class Booleans(OfPolicy):
    heading = "Booleans written as strings"

    def of(self, pair: Pair) -> Iterator[Found]:
        values = given(pair.options, pair.source.kind == "blueprint")
        for name in _BOOLEANS:
            setting: Setting[Any] = getattr(pair.options, name)
            value = values[name]
            if not isinstance(value, str) or bool(value) == setting.value:
                continue
            meant = SixPolicy({**values, name: setting.value})
            change = _first_change(pair, pair.six, meant)
            if change is not None:
                before, now = change
                yield Found(
                    f"{name}={shown(value)}",
                    pair.at,
                    f"{str(bool(value)).lower()}, {before}",
                    f"{str(setting.value).lower()}, {now}",
                    f"nothing to do where {setting.value} is meant; "
                    f"{written(pair.options, name, str(bool(value)))} leaves it as it was",
                    place_of(pair, name),
                )


class ConfigOfBlueprint(OfPolicy):
    heading = "`CORS(blueprint)`: the config, 404 and 405"

    def of(self, pair: Pair) -> Iterator[Found]:
        if pair.source.kind != "blueprint":
            return
        read = {
            name: setting.given
            for name, setting in pair.options._asdict().items()
            if setting.level == CONFIG
        }
        for name, value in read.items():
            with_it = SixPolicy({**given(pair.options, True), name: value})
            change = _first_change(pair, pair.six, with_it)
            if change is not None:
                before, now = change
                yield Found(
                    f"{config_key(name)}={shown(value)}",
                    pair.at,
                    f"not read, {before}",
                    f"read, {now}",
                    "nothing to do where the config is meant; "
                    f"CORS(blueprint, {name}={DEFAULTS.values[name]!r}) leaves it as it was",
                    pair.source.place,
                )


def _first_change(pair: Pair, before: SixPolicy, now: SixPolicy) -> tuple[str, str] | None:
    """The first header that two policies give different values: Allow-Origin, if it is that."""
    origins = (STRANGER, *allowed_origins(pair.policy)[:1], None)
    asked = [(origin, method) for origin in origins for method in (None, *pair.methods)]
    answers = [(_asked(before, *each), _asked(now, *each)) for each in asked]
    names = dict.fromkeys(
        [h.ALLOW_ORIGIN, *(name for pair in answers for name in {**pair[0], **pair[1]})]
    )
    for name in names:
        for first, second in answers:
            if first.get(name) != second.get(name):
                return says(first, name), says(second, name)
    return None


def _asked(policy: SixPolicy, origin: str | None, method: str | None) -> Headers:
    if origin is None or method is None:
        return policy.actual(origin, private_network="true")
    return policy.preflight(origin, method, "x-requested-with", private_network="true")


class InterceptExceptions(OfPolicy):
    heading = "`intercept_exceptions`"
    option = "intercept_exceptions"

    def of(self, pair: Pair) -> Iterator[Found]:
        # A decorator of 6.0.5 never saw the exception.
        if pair.policy.intercept_exceptions or pair.source.kind == "view":
            return
        origin = next(iter(allowed_origins(pair.policy)), STRANGER)
        before = pair.six.actual(origin)
        if h.ALLOW_ORIGIN in before:
            yield Found(
                "the 500 of an unhandled exception",
                pair.at,
                says(before, h.ALLOW_ORIGIN),
                says({}, h.ALLOW_ORIGIN),
                "leave intercept_exceptions out, if pages are to read the 500",
                place_of(pair, "intercept_exceptions"),
            )


class OnPreflights(OfPolicy):
    heading = "Exposed headers and the maximum age on preflights"

    def of(self, pair: Pair) -> Iterator[Found]:
        fix = "nothing to do, but in tests that compare all headers"
        for name in (h.EXPOSE_HEADERS, h.MAX_AGE):
            for method in pair.methods:
                if method == "HEAD":  # which comes along with GET
                    continue
                before, now = preflights(pair, method)
                both = h.ALLOW_METHODS in before and h.ALLOW_METHODS in now
                if (name in before) == (name in now) or (name == h.MAX_AGE and both):
                    continue
                subject, option = f"a preflight for {method}", _OPTION_OF[name]
                place = place_of(pair, option)
                yield Found(subject, pair.at, says(before, name), says(now, name), fix, place)
                break


_OPTION_OF: Mapping[str, str] = {h.EXPOSE_HEADERS: "expose_headers", h.MAX_AGE: "max_age"}


DIFFERENCES: tuple[type[Difference], ...] = (
    PartOfMethod,
    AnyMethod,
    NoMethods,
    MaxAgeZero,
    MaxAgeFraction,
    Booleans,
    InterceptExceptions,
    OnPreflights,
    ConfigOfBlueprint,
)
