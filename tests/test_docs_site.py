"""What our extensions of Sphinx add to each page, and the index that they make for the search."""

from __future__ import annotations

import json
import runpy
import sys
from collections.abc import Callable
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

from .sphinx_builds import Built, build, write_pages

pytest.importorskip("sphinx", reason="needs Sphinx: pip install -r requirements/docs.txt")
pytest.importorskip("myst_parser", reason="needs requirements/docs.txt")

CONF = Path(__file__).parents[1] / "docs" / "conf.py"
SEARCH = {"weights": {"b/": 0.5}, "synonyms": {"lorry": ["truck"]}}

BuildSite = Callable[..., Built]


@pytest.fixture
def build_site(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> BuildSite:
    def build_site(pages: dict[str, str], builder: str = "html") -> Built:
        extensions = ["myst_parser", "long_names", "page_head", "search_index"]
        conf = f'extensions = {extensions}\nlanguage = "en"\n'
        (tmp_path / "conf.py").write_text(conf, encoding="utf-8")
        (tmp_path / "search.json").write_text(json.dumps(SEARCH), encoding="utf-8")
        write_pages(tmp_path, pages)
        return build(capsys, "-b", builder, str(tmp_path), str(tmp_path / "out"))

    return build_site


def read_index(folder: Path) -> dict[str, Any]:
    text = (folder / "out/_static/search-index.js").read_text(encoding="utf-8")
    return dict(json.loads(text.removeprefix("window.searchIndex = ").removesuffix(";\n")))


INDEX = """\
---
myst:
  html_meta:
    keywords: van, wagon
---

# Vehicles

Those with wheels.

```{toctree}
errors/flat
```

## Trucks

They carry `goods`.

### Brakes

- They stop.
"""
FLAT = """\
# A flat tyre

It lost its air.

## Messages

```text
Tyre 3 of {url} is flat.

Stop now.
```

```python
"not a message"
```
"""


def test_the_index_has_each_section_with_its_text_and_the_words_of_its_page(
    tmp_path: Path, build_site: BuildSite
) -> None:
    assert build_site({"index": INDEX, "errors/flat": FLAT}) == (0, "")
    index = read_index(tmp_path)
    rows = [
        (row["url"], row["page"], row["title"], row["keywords"], row["text"])
        for row in index["sections"]
    ]
    assert rows == [
        ("errors/flat.html", "A flat tyre", "A flat tyre", "", "It lost its air."),
        (
            "errors/flat.html#messages",
            "A flat tyre",
            "Messages",
            "",
            'Tyre 3 of {url} is flat. Stop now. "not a message"',
        ),
        ("index.html", "Vehicles", "Vehicles", "van, wagon", "Those with wheels."),
        ("index.html#trucks", "Vehicles", "Trucks", "", "They carry goods."),
        ("index.html#brakes", "Vehicles", "Brakes", "", "They stop."),
    ]


def test_the_index_has_neither_html_of_a_figure_nor_numbers_of_footnotes(
    tmp_path: Path, build_site: BuildSite
) -> None:
    figure = (
        "```{eval-rst}\n.. only:: html\n\n   .. raw:: html\n\n      <svg></svg>\n\n   Drawn.\n```"
    )
    build_site({"index": f"# Page\n\nSeen.[^note]\n\n{figure}\n\n[^note]: Once.\n"})
    (row,) = read_index(tmp_path)["sections"]
    assert row["text"] == "Seen. Drawn."


def test_a_message_leads_to_the_page_of_an_error_that_quotes_it(
    tmp_path: Path, build_site: BuildSite
) -> None:
    build_site({"index": INDEX, "errors/flat": FLAT, "other": f"---\norphan: true\n---\n{FLAT}"})
    index = read_index(tmp_path)
    found = [(line, index["sections"][row]["url"]) for line, row in index["messages"]]
    flat = "errors/flat.html"
    assert found == [("Tyre 3 of {url} is flat.", flat), ("Stop now.", flat)]


def test_the_index_has_the_weights_and_the_synonyms(tmp_path: Path, build_site: BuildSite) -> None:
    build_site({"index": "# Page\n"})
    index = read_index(tmp_path)
    assert {name: index[name] for name in SEARCH} == SEARCH


def test_what_the_reference_describes_is_found_by_its_name(
    tmp_path: Path, build_site: BuildSite
) -> None:
    described = ".. py:class:: Truck\n\n   It drives.\n\n   .. py:method:: stop()\n\n      At once."
    build_site({"index": f"# Page\n\n```{{eval-rst}}\n{described}\n```\n"})
    rows = [(row["url"], row["title"]) for row in read_index(tmp_path)["sections"]]
    assert rows == [
        ("index.html", "Page"),
        ("index.html#Truck", "Truck"),
        ("index.html#Truck.stop", "Truck.stop"),
    ]


def test_sphinx_makes_no_index_of_its_own(tmp_path: Path, build_site: BuildSite) -> None:
    build_site({"index": "# Page\n"})
    assert not (tmp_path / "out/searchindex.js").exists()
    assert not (tmp_path / "out/search.html").exists()


def test_other_formats_are_built_without_an_index(tmp_path: Path, build_site: BuildSite) -> None:
    assert build_site({"index": "# Page\n"}, "text") == (0, "")
    assert not (tmp_path / "out/_static").exists()


LONG = "A sentence that is long enough for a page, and says what the page is for. "


@pytest.mark.parametrize(
    ("text", "description"),
    [
        ("What *this* is & does.", "What this is &amp; does."),
        (LONG * 3, (LONG * 2).strip()),
        ("word " * 60, "word " * 39 + "…"),
        (f"Short.\n\n{LONG}", LONG.strip()),
    ],
)
def test_a_page_is_described_by_the_beginning_of_its_text(
    tmp_path: Path, build_site: BuildSite, text: str, description: str
) -> None:
    build_site({"index": f"# Page\n\n{text}\n\nMore.\n"})
    html = (tmp_path / "out/index.html").read_text(encoding="utf-8")
    assert html.count('name="description"') == 1
    assert f'<meta name="description" content="{description}">' in html


def test_the_description_of_the_front_matter_is_preferred(
    tmp_path: Path, build_site: BuildSite
) -> None:
    front = "---\nmyst:\n  html_meta:\n    description: Its own.\n---\n\n"
    build_site({"index": f"{front}# Page\n\nThe text.\n"})
    html = (tmp_path / "out/index.html").read_text(encoding="utf-8")
    assert html.count('name="description"') == 1
    assert 'content="Its own."' in html


def test_a_long_name_may_be_broken_between_its_words_in_headings_and_links(
    tmp_path: Path, build_site: BuildSite
) -> None:
    text = "[](PreflightInvalidStatus.md) and `PreflightInvalidStatus`, PreflightInvalidStatus"
    tree = "```{toctree}\nPreflightInvalidStatus\n```"
    build_site(
        {
            "index": f"# FlaskCors\n\n{text}\n\n{tree}\n",
            "PreflightInvalidStatus": "# PreflightInvalidStatus\n",
        }
    )
    broken = "Preflight<wbr>Invalid<wbr>Status"
    linking = (tmp_path / "out/index.html").read_text(encoding="utf-8")
    assert linking.count(f">{broken}<") == 2  # the link, and the entry of the table of contents
    assert "<h1>FlaskCors<" in linking
    linked = (tmp_path / "out/PreflightInvalidStatus.html").read_text(encoding="utf-8")
    assert f"<h1>{broken}<" in linked


# ---- conf.py -----------------------------------------------------------------------------------


@pytest.fixture
def read_conf(monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    """Read the configuration as if [project.urls] were these."""

    def read_conf(**urls: str) -> dict[str, Any]:
        metadata = Message()
        for name, url in urls.items():
            metadata["Project-URL"] = f"{name}, {url}"
        monkeypatch.setattr("importlib.metadata.metadata", lambda name: metadata)
        monkeypatch.setattr(sys, "path", sys.path[:])
        return runpy.run_path(str(CONF))

    return read_conf


def test_the_addresses_of_the_project_make_the_canonical_links_and_the_links_to_edit(
    read_conf: Callable[..., dict[str, Any]],
) -> None:
    conf = read_conf(Source="https://code.example/cors", Documentation="https://docs.example/")
    assert conf["html_baseurl"] == "https://docs.example/"
    assert conf["html_theme_options"]["source_repository"] == "https://code.example/cors"


def test_without_addresses_there_are_no_such_links(
    read_conf: Callable[..., dict[str, Any]],
) -> None:
    conf = read_conf()
    assert conf["html_baseurl"] == ""
    assert conf["html_theme_options"]["source_repository"] == ""
