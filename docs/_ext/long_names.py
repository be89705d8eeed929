"""Line breaks in long names such as ``MissingAllowOriginHeader``: browsers may break a heading, a
link or an entry of the sidebar between the words of the name."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes  # type: ignore[import-untyped]  # docutils has no types of its own
from sphinx.application import Sphinx

_BEFORE = r'<h1>|href="[^"]*">|<span class="std std-doc">'
_NAME = re.compile(rf"({_BEFORE})((?:[A-Z][a-z]+){{3,}})(?=<)")
PARTS = ("body", "furo_navigation_tree")  # of the context of a page


def break_names(html: str) -> str:
    """Return HTML in which long names may be broken between their words."""

    def broken(found: re.Match[str]) -> str:
        return found[1] + re.sub(r"(?<=[a-z])(?=[A-Z])", "<wbr>", found[2])

    return _NAME.sub(broken, html)


def break_names_of_page(
    _app: Sphinx, _page: str, _name: str, context: dict[str, Any], _document: nodes.document | None
) -> None:
    for part in PARTS:
        if part in context:
            context[part] = break_names(context[part])


def setup(app: Sphinx) -> dict[str, bool]:
    # After the theme, which makes the tree of the sidebar.
    app.connect("html-page-context", break_names_of_page, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
