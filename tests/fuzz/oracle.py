"""Checks that hold for every text that the parsers of ``protocol/`` read."""

from __future__ import annotations

import string
from urllib.parse import urlsplit

from flask_cors.protocol import headers, origin

TCHARS = frozenset("!#$%&'*+-.^_`|~" + string.digits + string.ascii_letters)
VISIBLE = frozenset(map(chr, range(0x21, 0x7F))) - {","}


def check(text: str) -> None:
    """Fail if a parser reads ``text`` differently from simpler code."""
    check_tokens(text)
    check_lists(text)
    check_origin(text)
    check_hint(text)


def check_tokens(text: str) -> None:
    assert headers.is_token(text) == (text != "" and TCHARS.issuperset(text))


def check_lists(text: str) -> None:
    pieces = [piece.strip(" \t") for piece in text.split(",")]
    names = [piece for piece in pieces if piece and TCHARS.issuperset(piece)]
    too_long = len(text) > headers.MAX_LIST_BYTES or len(names) > headers.MAX_LIST_NAMES
    assert headers.requested_names(text) == ([] if too_long else names)

    items = headers.comma_list(text)
    assert all(item and item == item.strip() and "," not in item for item in items)
    assert headers.comma_list(", ".join(items)) == items


def check_origin(text: str) -> None:
    well_formed = 1 <= len(text) <= origin.MAX_ORIGIN_LENGTH and VISIBLE.issuperset(text)
    assert origin.is_well_formed(text) == well_formed

    parsed = origin.parse(text)
    if parsed is None:
        return
    port = "" if parsed.port is None else f":{parsed.port}"
    assert f"{parsed.scheme}://{parsed.host}{port}" == text == text.lower()
    url = urlsplit(text)
    assert (url.scheme, url.netloc) == (parsed.scheme, f"{parsed.host}{port}")
    assert url.hostname == parsed.host.strip("[]")
    assert url.port == (None if parsed.port is None else int(parsed.port))
    assert parsed.port is None or 0 < int(parsed.port) <= 65535
    assert VISIBLE.issuperset(text)


def check_hint(text: str) -> None:
    """Check that a literal without a flaw is an origin, and that the hint is one."""
    why = origin.why_never_sent(text)
    sent = text if why is None else why.hint
    if sent is not None:
        assert why is None or sent != text, f"{text!r} is to be written as it is"
        assert origin.why_never_sent(sent) is None
        assert sent == "null" or origin.parse(sent) is not None or origin.is_hostless(sent)
