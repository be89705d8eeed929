"""A description for each page: from its front matter, or else the beginning of its text."""

from __future__ import annotations

import re
from html import escape
from typing import Any

from docutils import nodes  # type: ignore[import-untyped]  # docutils has no types of its own
from sphinx.application import Sphinx

SHORTEST = 60  # shorter paragraphs, such as the severity of a rule, do not describe a page
LONGEST = 200  # search engines show less


def describe(document: nodes.document) -> str:
    """Return the first long paragraph, cut at the end of a sentence or of a word."""
    texts = [" ".join(node.astext().split()) for node in document.findall(nodes.paragraph)]
    text = next((text for text in texts if len(text) >= SHORTEST), max(texts, key=len, default=""))
    if len(text) <= LONGEST:
        return text
    sentences = re.match(rf".{{{SHORTEST},{LONGEST}}}[.!?](?= )", text)
    return sentences[0] if sentences else text[: LONGEST - 1].rpartition(" ")[0] + " …"


def add_description(
    _app: Sphinx, _page: str, _name: str, context: dict[str, Any], document: nodes.document | None
) -> None:
    metatags = context.get("metatags", "")
    if document is None or 'name="description"' in metatags:
        return
    content = escape(describe(document))
    context["metatags"] = f'{metatags}<meta name="description" content="{content}">\n'


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("html-page-context", add_description)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
