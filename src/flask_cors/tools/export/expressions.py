"""Expressions that several proxies need, as every engine reads them."""

from __future__ import annotations

OWS = r"[ \t]*"

UTF_8 = (
    r"(?:[\x00-\x7f]|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xef][\x80-\xbf]{2}"
    r"|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf4][\x80-\xbf]{3})"
)


def list_of(name: str) -> str:
    """A list of which each element that is not empty is a ``name``; not of empty ones alone."""
    return rf"^[ \t,]*(?:{name}){OWS}(?:,{OWS}(?:(?:{name}){OWS})?)*\z"
