"""The options: their names, their defaults, and the functions that parse them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from inspect import Signature, signature
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar, cast

from ..diagnostics import rules
from ..diagnostics.finding import Warn
from ..diagnostics.format import format_value
from ..errors import CORSConfigError
from ..protocol.headers import ALL_METHODS
from .allowlists import (
    HeaderAllowlist,
    MethodAllowlist,
    parse_allow_headers,
    parse_expose_headers,
    parse_methods,
)
from .origin_parser import parse_origins
from .origins import OriginSet
from .path_patterns import EVERY_PATH, parse_resources

if TYPE_CHECKING:
    from .layers import Layer

T = TypeVar("T")


class Unset:
    """The value of a parameter that was not passed. It looks like the default, but differs from it:
    if an option is unset, the next layer applies."""

    def __init__(self, default: object) -> None:
        self.default = default

    def __repr__(self) -> str:
        return repr(self.default)


def unset(default: T) -> T:
    """Return an :class:`Unset`, typed as the default."""
    return cast(T, Unset(default))


def without_annotations(function: T) -> T:
    """Leave the annotations out of the signature that ``help()`` shows, which would fill a screen.
    The annotations themselves stay."""
    annotated: Any = function
    parameters = signature(annotated).parameters.values()
    plain = [each.replace(annotation=each.empty) for each in parameters]
    annotated.__signature__ = Signature(plain)
    return function


class Option(Generic[T]):
    """The value of an option, and where it comes from.

    :ivar value: the value as parsed.
    :ivar raw: the value as written.
    :ivar layer: the layer that it comes from.
    """

    __slots__ = ("layer", "raw", "value")

    def __init__(self, value: T, raw: object, layer: Layer) -> None:
        self.value = value
        self.raw = raw
        self.layer = layer

    def __repr__(self) -> str:
        return f"<{format_value(self.raw)} of {self.layer.name}>"


class Options(NamedTuple):
    """The options of one policy."""

    origins: Option[OriginSet]
    methods: Option[MethodAllowlist]
    expose_headers: Option[str | None]
    allow_headers: Option[HeaderAllowlist]
    supports_credentials: Option[bool]
    max_age: Option[str | None]
    send_wildcard: Option[bool]
    vary_header: Option[bool]
    automatic_options: Option[bool]
    allow_private_network: Option[bool]
    intercept_exceptions: Option[bool]
    always_send: Option[bool]


# ---- parsing -----------------------------------------------------------------------------------

_BOOLEANS = {
    **dict.fromkeys(("true", "1", "yes", "on"), True),
    **dict.fromkeys(("false", "0", "no", "off"), False),
}


def _make_boolean_parser(option: str) -> Callable[[object, Warn], bool]:
    def parse_boolean(value: object, _: Warn) -> bool:
        if isinstance(value, int) and value in (0, 1):  # a bool is an int
            return bool(value)
        parsed = _BOOLEANS.get(value.strip().lower()) if isinstance(value, str) else None
        if parsed is None:
            message = f"{option}: {format_value(value)} is neither true nor false"
            hint = "write True or False, in the environment true or false"
            raise CORSConfigError([rules.InvalidBoolean(message, hint, option=option, value=value)])
        return parsed

    return parse_boolean


def parse_max_age(value: object, _: Warn) -> str | None:
    """Return the option ``max_age`` as the value of ``Access-Control-Max-Age``, or None: whole
    seconds, or -1 to turn the cache off."""
    if value is None:
        return None
    seconds: float | None = None
    if isinstance(value, timedelta):
        seconds = value.total_seconds()
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        seconds = value
    elif isinstance(value, str) and re.fullmatch(r"\s*(-1|[0-9]{1,20})\s*", value):
        seconds = int(value)
    # All comparisons with NaN are false.
    if seconds is not None and (seconds == -1 or 0 <= seconds < 10**20):
        return str(int(seconds))
    message = f"max_age: {format_value(value)} is not a number of seconds"
    hint = "write the seconds, such as 600, a timedelta, or -1 to switch the cache off"
    raise CORSConfigError([rules.InvalidMaxAge(message, hint, option="max_age", value=value)])


class _Type(NamedTuple):
    """The default of an option, and how it is parsed.

    :ivar is_switch: whether it is a boolean, for which None means unset.
    """

    default: object
    parse: Callable[[object, Warn], object]
    is_switch: bool = False


def _switch(name: str, default: bool) -> _Type:
    return _Type(default, _make_boolean_parser(name), is_switch=True)


OPTION_TYPES: dict[str, _Type] = {
    "origins": _Type("*", parse_origins),
    "methods": _Type(ALL_METHODS, parse_methods),
    "expose_headers": _Type(None, parse_expose_headers),
    "allow_headers": _Type("*", parse_allow_headers),
    "supports_credentials": _switch("supports_credentials", False),
    "max_age": _Type(None, parse_max_age),
    "send_wildcard": _switch("send_wildcard", False),
    "vary_header": _switch("vary_header", True),
    "automatic_options": _switch("automatic_options", True),
    "allow_private_network": _switch("allow_private_network", False),
    "intercept_exceptions": _switch("intercept_exceptions", True),
    "always_send": _switch("always_send", True),
    "resources": _Type(EVERY_PATH, parse_resources),
}

POLICY_OPTIONS = tuple(name for name in OPTION_TYPES if name != "resources")
EXTENSION_OPTIONS = tuple(OPTION_TYPES)


def config_key(option: str) -> str:
    """Return the key of an option in ``app.config``."""
    return f"CORS_{option.upper()}"


CONFIG_KEYS = {config_key(name): name for name in OPTION_TYPES}
