"""Expressions that several proxies need, as every engine reads them."""

from __future__ import annotations

OWS = r"[ \t]*"

# One character, as bytes (RFC 3629, section 4).
UTF_8 = (
    r"(?:[\x00-\x7f]|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]"
    r"|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}"
    r"|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2})"
)


def list_of(name: str) -> str:
    """A list of which each element that is not empty is a ``name``; not of empty ones alone."""
    return rf"^[ \t,]*(?:{name}){OWS}(?:,{OWS}(?:(?:{name}){OWS})?)*\z"


def longer_than(length: int) -> str:
    """A text that is: RE2 and Go repeat nothing more than 1,000 times."""
    thousands, rest = divmod(length, 1000)
    return "^" + r"[\x00-\xff]{1000}" * thousands + rf"[\x00-\xff]{{{rest + 1}}}"
