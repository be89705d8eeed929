"""The sequence diagrams of the documentation: docs/_ext/sequence.py."""

from __future__ import annotations

import importlib.util
import xml.etree.ElementTree as ET
from pathlib import Path
from types import ModuleType

import pytest

from .sphinx_builds import Built, build

pytest.importorskip("sphinx", reason="needs Sphinx: pip install -r requirements/docs.txt")

ROOT = Path(__file__).parents[1]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def sequence() -> ModuleType:
    spec = importlib.util.spec_from_file_location("sequence", ROOT / "docs/_ext/sequence.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


STEPS = [
    "participant Page: https://app.example",
    "participant API",
    'Page -> API: GET /?a=1&b=2 | X: <"quoted">',
    "API --> Page: 200 OK",
    "",
    "note over Page, API: they agree",
    "== later ==",
    "API -x Page: </svg><script>",
]


def test_a_diagram_is_well_formed_and_says_in_words_what_it_shows(sequence):
    svg = ET.fromstring(sequence.draw('A & "B"', "id", *sequence.parse(STEPS)))
    assert svg.get("role") == "img"
    named = {element.get("id"): element.text for element in svg if element.get("id")}
    assert named[svg.get("aria-labelledby")] == 'A & "B"'
    assert named[svg.get("aria-describedby")] == (
        'Page to API: GET /?a=1&b=2, X: <"quoted">. API responds to Page: 200 OK. '
        "Note at Page and API: they agree. later. "
        "API blocks Page: </svg><script>."
    )
    assert {element.tag for element in svg.iter()} <= {
        SVG + tag for tag in ("svg", "title", "desc", "g", "path", "rect", "text")
    }


def test_the_texts_of_a_diagram_are_in_order_and_inside_it(sequence):
    svg = ET.fromstring(sequence.draw("T", "id", *sequence.parse(STEPS)))
    texts = {text.text: text for text in svg.iter(SVG + "text")}
    assert float(texts["Page"].get("x", 0)) < float(texts["API"].get("x", 0))
    down = [float(texts[line].get("y", 0)) for line in ("200 OK", "they agree", "later")]
    assert down == sorted(down)
    width, height = map(float, svg.get("viewBox", "").split()[2:])
    for text in texts.values():
        assert 0 < float(text.get("x", 0)) < width
        assert 0 < float(text.get("y", 0)) < height


def test_participants_that_are_not_declared_are_in_the_order_of_their_first_use(sequence):
    participants, _ = sequence.parse(["note over B: x", "A -> B: y", "C -> A: z"])
    assert list(participants) == ["B", "A", "C"]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("Page => API: GET /", "is not a step: expected 'A -> B: text'"),
        ("Page -> API", "is not a step: expected 'A -> B: text'"),
        ("note over: x", "is not a step: expected 'A -> B: text'"),
        ("Page -> Page: x", "goes nowhere: expected two participants"),
        ("Page -> Cache: x", "no one declared 'Cache': expected Page, API"),
    ],
)
def test_a_line_that_cannot_be_drawn_is_named(sequence, line, problem):
    with pytest.raises(ValueError, match=r"^2: ") as raised:
        sequence.parse(["participant Page", "participant API", line])
    assert problem in str(raised.value)


def test_a_diagram_of_nothing_is_a_mistake(sequence):
    with pytest.raises(ValueError, match="nothing to draw"):
        sequence.parse(["participant Page", ""])


@pytest.fixture
def build_page(tmp_path, capsys):
    """Build a page with one diagram, as conf.py would, without its theme."""
    pytest.importorskip("myst_parser", reason="needs requirements/docs.txt")

    def build_page(builder: str, line: str) -> Built:
        page = f"# Page\n\n```{{sequence}} One & two\n\n{line}\n```\n"
        (tmp_path / "index.md").write_text(page, encoding="utf-8")
        configured = ["--isolated", "-b", builder, "-D", "extensions=myst_parser,sequence"]
        return build(capsys, *configured, str(tmp_path), str(tmp_path / builder))

    return build_page


def test_html_shows_the_drawing(tmp_path, build_page):
    built = build_page("html", "A -> B: x")
    assert built == (0, "")
    html = (tmp_path / "html/index.html").read_text(encoding="utf-8")
    assert '<figure class="sequence"><div><svg ' in html
    assert "<figcaption>One &amp; two</figcaption>" in html
    assert "A -&gt; B" not in html


def test_other_formats_show_the_text(tmp_path, build_page):
    built = build_page("text", "A -> B: x")
    assert built == (0, "")
    text = (tmp_path / "text/index.txt").read_text(encoding="utf-8")
    assert "One & two" in text
    assert "A -> B: x" in text
    assert "<svg" not in text


def test_a_mistake_fails_the_build_and_names_file_and_line(build_page):
    built = build_page("html", "A to B")
    assert built.status == 1
    expected = "index.md:5: ERROR: sequence: 'A to B' is not a step: expected 'A -> B: text'"
    assert expected in built.errors
