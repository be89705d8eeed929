"""The rules that the configuration alone decides, each a class with its code.

An invalid value is a ``CORSConfigError``. Every other finding is a ``CORSWarning``, and
``flask cors check`` reports it under the same code. The docstrings are the explanations in the rule
reference. Rules that need the routes of the app or a test request are in ``tools/check/rules/``.
"""

from __future__ import annotations

from .headers import (
    ForbiddenMethod,
    InvalidHeaderName,
    InvalidMaxAge,
    InvalidMethod,
    LiteralHeaderName,
    UnreadableExposedHeader,
    UntrustedCredentials,
    WildcardExposeWithCredentials,
)
from .options import (
    DictAsList,
    EmptyList,
    ForeignConfigKey,
    InvalidBoolean,
    InvalidList,
    InvalidRegex,
    NoneInList,
    OldOptionName,
    RegexInCommaList,
    SerializedValue,
    UnknownOption,
)
from .origin_patterns import (
    InvalidOriginPattern,
    LookalikeOrigin,
    QuantifiedColon,
    SlowRegex,
)
from .origins import (
    EmptyOrigins,
    InvalidOrigin,
    InvalidOriginFunction,
    NotAnOrigin,
    OriginNotASCII,
    OriginWithDefaultPort,
    OriginWithoutScheme,
    OriginWithPath,
    OriginWithUpperCase,
    RedundantOrigins,
)
from .resources import (
    DuplicateResource,
    InvalidResource,
    LiteralConverterResource,
    LiteralRegexResource,
    ResourceWithoutSlash,
)
from .views import (
    BareDecorator,
    DecoratorAboveRoute,
    HiddenDecorator,
    InvalidViewOptions,
)

__all__ = [
    "BareDecorator",
    "DecoratorAboveRoute",
    "DictAsList",
    "DuplicateResource",
    "EmptyList",
    "EmptyOrigins",
    "ForbiddenMethod",
    "ForeignConfigKey",
    "HiddenDecorator",
    "InvalidBoolean",
    "InvalidHeaderName",
    "InvalidList",
    "InvalidMaxAge",
    "InvalidMethod",
    "InvalidOrigin",
    "InvalidOriginFunction",
    "InvalidOriginPattern",
    "InvalidRegex",
    "InvalidResource",
    "InvalidViewOptions",
    "LiteralConverterResource",
    "LiteralHeaderName",
    "LiteralRegexResource",
    "LookalikeOrigin",
    "NoneInList",
    "NotAnOrigin",
    "OldOptionName",
    "OriginNotASCII",
    "OriginWithDefaultPort",
    "OriginWithPath",
    "OriginWithUpperCase",
    "OriginWithoutScheme",
    "QuantifiedColon",
    "RedundantOrigins",
    "RegexInCommaList",
    "ResourceWithoutSlash",
    "SerializedValue",
    "SlowRegex",
    "UnknownOption",
    "UnreadableExposedHeader",
    "UntrustedCredentials",
    "WildcardExposeWithCredentials",
]
