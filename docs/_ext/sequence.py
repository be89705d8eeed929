"""Sequence diagrams as inline SVG, made from lines of text. Each line is one of::

    participant API: https://api.example       a column, and the text below its name
    Page -> API: GET /books | Cookie: id=1     a request; " | " begins a new line
    API --> Page: 200 OK                       a response
    API -x Page: TypeError                     a response that is blocked: red, with a cross
    note over Page: the script goes on         a note, over one participant or "Page, API"
    == an hour later ==                        a line across

Participants that are not declared appear in the order of their first use. Any other line is an
error, which fails the build with -W. Formats other than HTML show the text itself.
"""

from __future__ import annotations

import re
import textwrap
from html import escape
from itertools import pairwise
from typing import NamedTuple

from docutils import nodes  # type: ignore[import-untyped]  # docutils has no types of its own
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

logger = logging.getLogger(__name__)

SIZE, LINE = 15, 19  # of letters and lines, in px where there is room
CHAR = 7.2  # the width of a letter, estimated: the reader's font is unknown
WRAP = 38  # letters per line: "Access-Control-Allow-Credentials: true"
SMALLEST = 0.8  # a phone shrinks the figure to this scale, then scrolls it sideways
# The theme's colours, light or dark; behind the comma the colour without a theme.
INK, PAPER = "var(--color-foreground-primary, #222)", "var(--color-background-primary, #fff)"
BLUE, GREY = "var(--color-brand-content, #004b6b)", "var(--color-foreground-muted, #888)"
RED = "var(--figure-red, #b3001b)"

_PARTICIPANT = re.compile(r"participant (?P<name>[^:]+)(?:: *(?P<text>.*))?").fullmatch
_NOTE = re.compile(r"(?P<kind>note) over (?P<name>[^:,]+)(?:, *(?P<to>[^:]+))?: *(?P<text>.+)")
_ARROW = re.compile(r"(?P<name>[^:]+?) +(?P<kind>-->|->|-x) +(?P<to>[^:]+): *(?P<text>.+)")
_ACROSS = re.compile(r"(?P<kind>==) *(?P<text>.+?) *==(?P<name>)(?P<to>)")
_WORDS = {"->": "{} to {}: ", "-->": "{} responds to {}: ", "-x": "{} blocks {}: "}


class Step(NamedTuple):
    kind: str  # "->", "-->", "-x", "note", "=="
    names: list[str]
    text: str

    def lines(self, wrap: int = WRAP) -> list[str]:
        return [line for part in self.text.split(" | ") for line in textwrap.wrap(part, wrap)]

    def words(self) -> str:
        who = f"Note at {' and '.join(self.names)}: " if self.names else ""
        who = _WORDS.get(self.kind, who).format(*self.names)
        return who + self.text.replace(" | ", ", ").rstrip(".") + "."


def parse(lines: list[str]) -> tuple[dict[str, str], list[Step]]:
    """Return the participants, with the text below their names, and the steps.

    :raises ValueError: whose message begins with the number of the line.
    """
    declared: dict[str, str] = {}
    steps: list[Step] = []
    for number, line in enumerate(map(str.strip, lines)):
        if found := _PARTICIPANT(line):
            declared[found["name"].strip()] = found["text"] or ""
        elif found := _NOTE.fullmatch(line) or _ARROW.fullmatch(line) or _ACROSS.fullmatch(line):
            names = [name.strip() for name in (found["name"], found["to"]) if name]
            steps.append(Step(found["kind"], names, found["text"]))
            if len(names) > len(set(names)):
                raise ValueError(f"{number}: {line!r} goes nowhere: expected two participants")
            unknown = [name for name in names if declared and name not in declared]
            if unknown:
                known = ", ".join(declared)
                raise ValueError(f"{number}: no one declared {unknown[0]!r}: expected {known}")
        elif line:
            raise ValueError(
                f"{number}: {line!r} is not a step: expected 'A -> B: text', 'A --> B: text', "
                "'A -x B: text', 'note over A: text', '== text ==' or 'participant A: text'"
            )
    if not any(step.names for step in steps):
        raise ValueError("0: nothing to draw: expected a line such as 'A -> B: text'")
    return declared or {name: "" for step in steps for name in step.names}, steps


def draw(title: str, identifier: str, participants: dict[str, str], steps: list[Step]) -> str:
    """Return the SVG, which also describes itself in words."""
    names = list(participants)
    heads = [max(len(name), len(below)) * CHAR + 24 for name, below in participants.items()]
    gaps = [(left + right) / 2 + 16 for left, right in pairwise(heads)]
    for step in steps:  # the longest line between neighbours fits between them
        columns = sorted(map(names.index, step.names))
        if step.kind in _WORDS and columns[1] - columns[0] == 1:
            wanted = max(map(len, step.lines())) * CHAR + 24
            gaps[columns[0]] = max(gaps[columns[0]], wanted)
    at = {name: heads[0] / 2 + 2 + sum(gaps[:column]) for column, name in enumerate(names)}
    width = at[names[-1]] + heads[-1] / 2 + 2
    top = LINE * (2 if any(participants.values()) else 1) + 10
    shapes: list[str] = []
    texts: list[str] = []

    def path(d: str, stroke: str = BLUE, dashes: str = "none") -> None:
        shapes.append(f'<path d="{d}" stroke="{stroke}" stroke-dasharray="{dashes}"/>')

    def write(x: float, y: float, lines: list[str], fill: str = INK, weight: int = 600) -> None:
        for row, line in enumerate(lines):
            place = f'x="{x:.0f}" y="{y + LINE * row + 14:.0f}"'
            style = f'fill="{fill}" font-weight="{400 if row else weight}"'
            texts.append(f"<text {place} {style}>{escape(line)}</text>")

    def box(x: float, y: float, wide: float, high: float, stroke: str = BLUE) -> None:
        place = f'x="{x - wide / 2:.0f}" y="{y:.0f}" width="{wide:.0f}" height="{high:.0f}"'
        shapes.append(f'<rect {place} rx="3" fill="{PAPER}" stroke="{stroke}"/>')

    y: float = top + 12
    for step in steps:
        ends = [at[name] for name in step.names] or [2, width - 2]
        y += 8 if step.kind == "==" else 0
        lines = step.lines(max(WRAP, int((max(ends) - min(ends)) / CHAR) - 3))
        middle = (min(ends) + max(ends)) / 2
        if step.kind == "note":
            wide = max(max(map(len, lines)) * CHAR, max(ends) - min(ends)) + 28
            middle = max(min(middle, width - wide / 2 - 2), wide / 2 + 2)
            box(middle, y, wide, LINE * len(lines) + 8, GREY)
            write(middle, y + 4, lines, weight=400)
            y += LINE * len(lines) + 24
            continue
        write(middle, y, lines, RED if step.kind == "-x" else INK)
        y += LINE * len(lines) + 6
        start, end = ends
        back = 1 if start > end else -1  # towards the start of the arrow
        if step.kind == "==":
            path(f"M{start} {y}H{end:.0f}", GREY, "2 4")
        elif step.kind == "-x":  # ends with a cross in front of the participant
            path(f"M{start:.0f} {y}H{end + back * 24:.0f}", RED, "6 4")
            path(f"M{end + back * 24 - 7:.0f} {y - 7}l14 14m0 -14l-14 14", RED)
        else:
            path(f"M{start:.0f} {y}H{end:.0f}", dashes="6 4" if step.kind == "-->" else "none")
            path(f"M{end + back * 9:.0f} {y - 6}L{end + back:.0f} {y}l{back * 8} 6")
        y += 16
    for (name, below), wide in zip(participants.items(), heads, strict=True):
        shapes.insert(0, f'<path d="M{at[name]:.0f} {top}V{y:.0f}" stroke="{GREY}"/>')
        box(at[name], 2, wide, top - 2)
        write(at[name], 6 if below else top / 2 - 9, [name, below] if below else [name])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {y + 2:.0f}" role="img"'
        f' style="width:{width:.0f}px;min-width:{width * SMALLEST:.0f}px"'
        f' aria-labelledby="{identifier}" aria-describedby="{identifier}-words">'
        f'<title id="{identifier}">{escape(title)}</title>'
        f'<desc id="{identifier}-words">{escape(" ".join(map(Step.words, steps)))}</desc>'
        f'<g fill="none" stroke-width="1.5">{"".join(shapes)}</g>'
        f'<g font-size="{SIZE}" text-anchor="middle" paint-order="stroke" stroke="{PAPER}"'
        f' stroke-width="4">{"".join(texts)}</g></svg>'
    )


class Sequence(SphinxDirective):
    """``{sequence} title``: a diagram."""

    has_content = True
    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        title = self.arguments[0]
        try:
            participants, steps = parse(list(self.content))
        except ValueError as error:
            number, _, problem = str(error).partition(": ")
            # As MyST counts: from the line of the fence.
            line = self.lineno + self.content_offset + int(number) + 1
            place = (self.env.docname, line)
            logger.error("sequence: %s", problem, location=place)  # noqa: TRY400  # for writers
            return []
        name = f"{self.env.docname}-sequence-{self.env.new_serialno('sequence')}"
        svg = draw(title, nodes.make_id(name), participants, steps)
        caption = f"<figcaption>{escape(title)}</figcaption>"
        html = f'<figure class="sequence"><div>{svg}</div>{caption}</figure>'
        text = "\n".join(self.content)
        plain = [nodes.paragraph("", title), nodes.literal_block(text, text, language="text")]
        drawn = nodes.raw("", html, format="html")
        return [
            addnodes.only("", drawn, expr="format_html"),
            addnodes.only("", *plain, expr="not format_html"),
        ]


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("sequence", Sequence)
    return {"parallel_read_safe": True}
