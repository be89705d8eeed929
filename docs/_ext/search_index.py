"""The index of the site's search, ``_static/search-index.js``. It is a script, because a page that
was opened as a file cannot fetch JSON. ``_static/search.js`` reads it.

It holds each section with its text, the lines of the ``text`` blocks in ``docs/errors`` (messages
of browsers, so that a pasted one finds its page), and the content of ``docs/search.json``: synonyms
for the words of the pages, and the weight of pages, by the beginning of their address.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from docutils import nodes  # type: ignore[import-untyped]  # docutils has no types of its own
from sphinx import addnodes
from sphinx.application import Sphinx

MESSAGES = "errors/"  # the folder of pages that quote what browsers say


@dataclass
class Entry:
    """What a search finds: a section, or an entry of the reference."""

    page: str
    anchor: str
    title: str
    keywords: str = ""  # from the front matter: what readers of the page search for
    text: list[str] = field(default_factory=list)


def entries_of(page: str, document: nodes.document) -> list[Entry]:
    """Return the sections of a page, in order; the first is the page itself."""
    first = next(document.findall(nodes.section), None)
    if first is None:
        return []
    entry = Entry(page, "", _title(first), keywords_of(document))
    return [entry, *_fill(entry, first)]


def keywords_of(document: nodes.document) -> str:
    found = (node for node in document.findall(nodes.meta) if node.get("name") == "keywords")
    return " ".join(node["content"] for node in found)


def _fill(entry: Entry, parent: nodes.Element) -> Iterator[Entry]:
    """Put the text below a node into an entry, and yield the entries that begin there."""
    for node in parent.children:
        if isinstance(node, nodes.section):
            inner = Entry(entry.page, node["ids"][0], _title(node))
        elif isinstance(node, addnodes.desc):
            signature = next(iter(node.findall(addnodes.desc_signature)))
            if not signature["ids"]:
                continue
            inner = Entry(entry.page, signature["ids"][0], signature["ids"][0])
        else:
            _read(entry, node)
            # A directive may wrap entries, such as a description inside a list.
            if isinstance(node, nodes.Element) and _has_entries(node):
                yield from _fill(Entry(entry.page, entry.anchor, entry.title), node)
            continue
        yield inner
        yield from _fill(inner, node)


def _has_entries(node: nodes.Element) -> bool:
    return any(isinstance(inner, (nodes.section, addnodes.desc)) for inner in node.findall())


# What a reader does not search for: figures as HTML, and the numbers of footnotes, among others.
_WITHOUT_TEXT = (
    nodes.title,
    nodes.Invisible,
    nodes.raw,
    nodes.footnote_reference,
    addnodes.toctree,
)


def _read(entry: Entry, node: nodes.Node) -> None:
    if isinstance(node, _WITHOUT_TEXT):
        return
    node = node.deepcopy()
    for inner in list(node.findall(lambda each: isinstance(each, _WITHOUT_TEXT))):
        inner.parent.remove(inner)
    if words := node.astext().split():
        entry.text.append(" ".join(words))


def messages_of(page: str, document: nodes.document) -> list[str]:
    """Return the lines that a page about errors quotes from consoles."""
    if not page.startswith(MESSAGES):
        return []
    blocks = (node for node in document.findall(nodes.literal_block) if node["language"] == "text")
    return [line for block in blocks for line in block.astext().splitlines() if line.strip()]


def _title(section: nodes.section) -> str:
    return str(next(section.findall(nodes.title)).astext())


def index_of(app: Sphinx) -> dict[str, Any]:
    """Return the content of the script."""
    sections: list[dict[str, str]] = []
    messages: list[tuple[str, int]] = []  # each with the number of its section
    for page in sorted(app.env.found_docs):
        document = app.env.get_doctree(page)
        messages += [(line, len(sections)) for line in messages_of(page, document)]
        sections += [
            {
                "url": app.builder.get_target_uri(page) + ("#" + entry.anchor).rstrip("#"),
                "page": app.env.titles[page].astext(),
                "title": entry.title,
                "keywords": entry.keywords,
                "text": " ".join(entry.text),
            }
            for entry in entries_of(page, document)
        ]
    own = json.loads(Path(app.srcdir, "search.json").read_text(encoding="utf-8"))
    return {"sections": sections, "messages": messages, **own}


def without_the_search_of_sphinx(app: Sphinx) -> None:
    app.builder.search = False  # type: ignore[attr-defined]  # builders of HTML have it


def write_index(app: Sphinx, exception: Exception | None) -> None:
    if exception is not None or app.builder.format != "html":
        return
    text = json.dumps(index_of(app), ensure_ascii=False, separators=(",", ":"))
    path = Path(app.outdir, "_static", "search-index.js")
    path.write_text(f"window.searchIndex = {text};\n", encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("builder-inited", without_the_search_of_sphinx)
    app.connect("build-finished", write_index)
    return {"parallel_read_safe": True}
