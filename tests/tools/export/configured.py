"""Apps that are configured with whatever comes along."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import strategies as st

from tests.tools.export.edge_policies import app_with as app_with

HOSTILE = st.text(
    st.one_of(
        st.sampled_from("\"'`{}[]();#$%\\\n\r\t ~*^=!,-"),
        st.characters(codec="utf-8", exclude_characters="\0"),
    ),
    min_size=1,
    max_size=12,
)
VISIBLE = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=12)

TOKENS = st.text(st.sampled_from("abcXYZ019!#$%&'*+-.^_`|~"), min_size=1, max_size=8).filter(
    lambda text: text != "*"
)
PATHS = HOSTILE.filter(lambda text: not set(r"*\]?$^[()") & set(text)).map(lambda text: f"/{text}")
ORIGINS = st.text(
    st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters=",\\^$|()[]{}+?*"),
    min_size=1,
    max_size=12,
).filter(lambda text: text.lower() != "null")


def _resource(origin: str, methods: list[str], expose: list[str], name: str) -> dict[str, Any]:
    return {
        "origins": [origin, "null"],
        "methods": methods,
        "expose_headers": expose,
        "allow_headers": [re.compile(re.escape(name)), "x-a"],
    }


RESOURCES = st.dictionaries(
    PATHS,
    st.builds(
        _resource,
        origin=ORIGINS,
        methods=st.lists(TOKENS, min_size=1),
        expose=st.lists(TOKENS, min_size=1),
        name=TOKENS,
    ),
    min_size=1,
    max_size=1,
)
PLAIN = {"/a": _resource("https://a.example", ["GET"], ["X-A"], "X-b")}
# The character that Werkzeug puts in place of what is not UTF-8. Where a resource holds it, each
# proxy has a line more: such a request's path, which the app reads as that resource, is left out.
REPLACEMENT = "\ufffd"
PLAIN_WITH_REPLACEMENT = {f"/{REPLACEMENT}": PLAIN["/a"]}


def plain_for(resources: dict[str, Any]) -> dict[str, Any]:
    """Return the plain resources whose export differs from that of ``resources`` in words alone."""
    return PLAIN_WITH_REPLACEMENT if REPLACEMENT in "".join(resources) else PLAIN
