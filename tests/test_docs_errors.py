"""The pages of ``docs/errors/``: one for each reason code, whose example is blocked with the code
and whose fix is allowed. Each collected message is on one page."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from flask_cors.browser import Reason
from flask_cors.browser.console import TEXTS

from .sphinx_builds import EXTENSIONS, build

pytest.importorskip("sphinx", reason="needs Sphinx: pip install -r requirements/docs.txt")
pytest.importorskip("myst_parser", reason="needs requirements/docs.txt")
sys.path.insert(0, str(EXTENSIONS))
import errors  # of docs/_ext

sys.path.remove(str(EXTENSIONS))

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "errors"
PAGES = {path.stem: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.md"))}
CODES = sorted(name for name in PAGES if name in {reason.value for reason in Reason})
COLLECTED = errors.read_messages()
# The codes that Chromium gave when the messages were collected.
SEEN = {row["chromium"]["code"] for row in COLLECTED["scenarios"] if "chromium" in row} - {None}

# The script or the network causes these, not the app: `explain` allows the request, or cannot
# know of it.
OF_THE_SCRIPT = {"DisallowedByMode", "NoCorsRedirectModeNotFollow"}
OF_THE_NETWORK = {"LocalNetworkAccessPermissionDenied", "InsecureLocalNetwork"}

SECTIONS = [
    "What it means",
    "How to diagnose",
    "How to fix",
    "The browsers' messages",
]
# What a reader sees first; the rest of the page is for when that does not suffice.
BEGINNING = re.compile(r"\*\*Reason:\*\* .+\.\n\n\*\*Fix:\*\* (?P<fix>.+\.)")
MAX_WORDS = 1200
MAX_WORDS_OF_THE_BEGINNING = 60
MAX_WORDS_BEFORE_THE_CODE = 55
# The one style in which a page says where a fact comes from, besides what `{messages}` says.
FOOTNOTE = re.compile(
    r"Seen in Chromium \d+( and Firefox \d+)?\."
    r"|From (bug reports|the source code of WebKit); not observed\."
    r"|From the documentation of [\w ]+; not observed\."
)


class Fence(NamedTuple):
    kind: str
    argument: str
    content: str


def fences(page: str) -> Iterator[Fence]:
    shown = re.sub(r"<!--.*?-->", "", PAGES[page], flags=re.DOTALL)
    for found in re.finditer(r"^```(\S+) ?(.*)\n((?:.*\n)*?)```$", shown, re.MULTILINE):
        yield Fence(*found.groups())


def examples(page: str) -> list[str]:
    return [fence.content for fence in fences(page) if fence.kind == "python"]


def explained(page: str) -> Iterator[tuple[str, str]]:
    """Yield each example with the arguments of the `{explain}` below it."""
    code = ""
    for fence in fences(page):
        if fence.kind == "python":
            code = fence.content
        elif fence.kind == "{explain}":
            yield code, fence.argument


def shown_scenarios(page: str) -> list[Any]:
    return [
        row
        for fence in fences(page)
        if fence.kind == "{messages}"
        for row in errors.scenarios_of(COLLECTED, page, fence.argument.split())
    ]


def shown_messages(page: str) -> set[str]:
    rows = shown_scenarios(page)
    return {
        text for name in COLLECTED["browsers"] for text in errors.messages_of(COLLECTED, rows, name)
    }


def text_of(page: str) -> str:
    """Return the text of a page, with the messages that it shows."""
    return "\n".join([PAGES[page], *shown_messages(page)])


# The rows of the index: what a person sees, and the pages about it.
TABLE_ROWS = re.findall(r"^\| .+ \| \[.+\) \|$", PAGES["index"], re.MULTILINE)


def in_the_documentation(text: str) -> str:
    """Return a collected message with the addresses of the documentation."""
    for placeholder, example in COLLECTED["examples"].items():
        text = text.replace(f"{{{placeholder}}}", example)
    return text


# ---- the pages of the codes --------------------------------------------------------------------


def test_each_code_that_a_browser_gives_has_a_page() -> None:
    assert set(CODES) == {reason.value for reason in TEXTS} | SEEN


@pytest.mark.parametrize("code", CODES)
def test_a_page_has_its_code_as_title_then_the_reason_the_fix_and_the_sections(code: str) -> None:
    assert re.match(rf"# {code}\n\n{BEGINNING.pattern}\n\n## ", PAGES[code])
    assert re.findall(r"^## (.*)$", PAGES[code], re.MULTILINE) == SECTIONS


@pytest.mark.parametrize("code", CODES)
def test_the_beginning_of_a_page_says_how_to_fix_it_in_a_few_words(code: str) -> None:
    beginning = BEGINNING.search(PAGES[code])
    assert beginning
    assert len(beginning[0].split()) <= MAX_WORDS_OF_THE_BEGINNING
    assert "](#how-to-fix)" in beginning["fix"]


@pytest.mark.parametrize("code", CODES)
def test_the_code_of_the_fix_is_near_its_heading(code: str) -> None:
    _, _, below = PAGES[code].partition("\n## How to fix\n")
    prose, fence, _ = below.partition("\n```")
    assert fence
    assert len(prose.split()) <= MAX_WORDS_BEFORE_THE_CODE


@pytest.mark.parametrize("code", sorted(set(CODES) - OF_THE_SCRIPT - OF_THE_NETWORK))
def test_the_example_gives_the_code_and_the_fix_is_allowed(code: str) -> None:
    ((blocked, arguments),) = explained(code)
    assert f"\nBlocked ({code}): " in errors.explain(blocked, arguments)
    assert "\nAllowed: " in errors.explain(examples(code)[-1], arguments)


@pytest.mark.parametrize("code", sorted(OF_THE_SCRIPT))
def test_explain_allows_what_the_script_itself_forbade(code: str) -> None:
    ((allowed, arguments),) = explained(code)
    assert "\nAllowed: " in errors.explain(allowed, arguments)


@pytest.mark.parametrize("reason", TEXTS)
def test_the_page_of_a_code_shows_the_message_of_the_simulated_console(reason: Reason) -> None:
    pattern = re.sub(r"\\\{\w+\\\}", ".*", re.escape(TEXTS[reason]))
    pattern = pattern.replace(re.escape("Access to fetch"), r"Access to \w+", 1)
    assert any(re.fullmatch(pattern, text) for text in shown_messages(reason.value))


# ---- all pages ---------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_short(page: str) -> None:
    assert len(PAGES[page].split()) <= MAX_WORDS


@pytest.mark.parametrize("page", sorted(set(PAGES) - {"index"}))
def test_the_index_links_each_page(page: str) -> None:
    assert f"]({page}.md)" in PAGES["index"]
    assert re.search(rf"^{page}$", PAGES["index"], re.MULTILINE)  # in the sidebar


@pytest.mark.parametrize("page", PAGES)
def test_the_explained_examples_of_a_page_have_a_verdict(page: str) -> None:
    for code, arguments in explained(page):
        assert re.search(r"^(Allowed: |Blocked \()", errors.explain(code, arguments), re.MULTILINE)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_says_in_one_style_where_a_fact_comes_from(page: str) -> None:
    for note in re.findall(r"^\[\^\w+\]: (.*)$", PAGES[page], re.MULTILINE):
        assert FOOTNOTE.fullmatch(note), note


@pytest.mark.parametrize("row", TABLE_ROWS)
def test_the_index_quotes_messages_of_the_pages_that_it_links(row: str) -> None:
    quoted, linked = row.strip("| ").split(" | ")
    pages = re.findall(r"\]\((\S+)\.md\)", linked)
    for words in re.findall(r"`(.+?)`", quoted):
        assert all(words in text_of(page) for page in pages), words


def test_each_scenario_is_on_one_page() -> None:
    shown = Counter(row["name"] for page in PAGES for row in shown_scenarios(page))
    assert shown == Counter(row["name"] for row in COLLECTED["scenarios"])


@pytest.mark.parametrize("scenario", COLLECTED["scenarios"], ids=lambda row: row["name"])
def test_the_documentation_has_each_collected_message_in_full(scenario: Any) -> None:
    """The messages that come with every blocked request are on the page failed-to-fetch alone."""
    shown = set().union(*map(shown_messages, PAGES))
    for browser in COLLECTED["browsers"]:
        console = scenario.get(browser, {"console": [], "exception": None})
        for text in filter(None, (*console["console"], console["exception"])):
            assert in_the_documentation(text) in shown or text in PAGES["failed-to-fetch"]


# ---- the directives ----------------------------------------------------------------------------

PAGE = """# {title}

```python
from flask import Flask
from flask_cors import CORS

app = Flask(__name__)
CORS(app, origins="https://app.example")
```

{fences}
"""

LINKED = "---\norphan: true\n---\n\n# No response\n"


@pytest.fixture
def build_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    def build_page(fences: str, text: str = PAGE, name: str = "index") -> Any:
        (tmp_path / "conf.py").write_text(
            f'extensions = ["myst_parser", "errors"]\nroot_doc = "{name}"\n', encoding="utf-8"
        )
        (tmp_path / "no-response.md").write_text(LINKED, encoding="utf-8")
        page = text.format(title=name, fences=fences)
        (tmp_path / f"{name}.md").write_text(page, encoding="utf-8")
        built = build(capsys, "-b", "text", str(tmp_path), str(tmp_path / "text"))
        output = tmp_path / "text" / f"{name}.txt"
        return built, output.read_text(encoding="utf-8") if output.exists() else ""

    return build_page


def test_a_page_shows_the_messages_of_its_code_and_who_was_seen_to_give_them(
    build_page: Any,
) -> None:
    built, text = build_page(
        "```{messages}\nA message of WebKit\n```", name="WildcardOriginNotAllowed"
    )
    assert built == (0, "")
    for browser in COLLECTED["browsers"].values():
        assert f"Seen in {browser['version']} on {browser['date']}." in " ".join(text.split())
    assert "must not be the wildcard '*'" in text
    assert "A message of WebKit" in text
    assert "From the source code of WebKit; not observed." in text


def test_two_blocks_of_messages_share_their_footnotes(build_page: Any) -> None:
    built, text = build_page("```{messages} canvas\n```\n\n```{messages} frame\n```")
    assert built == (0, "")
    assert text.count(COLLECTED["browsers"]["firefox"]["version"]) == 1


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("hidden_header", "Firefox writes no message."),
        ("redirect_password", 'Firefox writes only "CORS request did not succeed"'),
        ("local_network", "What Firefox writes was not observed."),
    ],
)
def test_a_browser_without_a_message(build_page: Any, name: str, said: str) -> None:
    built, text = build_page(f"```{{messages}} {name}\n```")
    assert built == (0, "")
    assert said in re.sub(r"\[\d\]", "", text)


def test_a_page_shows_what_explain_prints(build_page: Any) -> None:
    built, text = build_page("```{explain} /static/a --origin https://www.app.example\n```")
    assert built == (0, "")
    assert "$ flask --app app cors explain /static/a --origin https://www.app.example" in text
    assert "Blocked (MissingAllowOriginHeader)" in text


@pytest.mark.parametrize(
    ("fence", "said"),
    [
        ("```{messages} no_such\n```", "has no scenario 'no_such'"),
        ("```{messages}\n```", "has no scenario with the code 'index'"),
        ("```{explain} /no-such --origin https://app.example\n```", "no URL rule of the app"),
    ],
)
def test_a_directive_that_cannot_be_shown_fails_the_build(
    build_page: Any, fence: str, said: str
) -> None:
    built, _ = build_page(fence)
    assert built.status != 0
    assert said in built.errors


def test_explain_needs_an_example_above_it(build_page: Any) -> None:
    built, _ = build_page(
        "```{explain} /a --origin https://a.example\n```", "# Title\n\n{fences}\n"
    )
    assert built.status != 0
    assert "no Python example above {explain}" in built.errors
