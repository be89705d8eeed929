"""What was found, for people, for programs, and for GitHub's annotations."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from flask_cors.doubts import Severity
from flask_cors.tools.check.finding import Finding, Where
from flask_cors.tools.check.report import as_github, as_json, as_text, is_bad
from flask_cors.tools.check.run import Result

HERE = Where("CORS(...)", str(Path.cwd() / "shop.py"), 11)
ERROR = Finding("CORS101", Severity.ERROR, "origins: 'a' has no scheme", HERE, "write 'https://a'")
NOTE = Finding("CORS303", Severity.NOTE, "max_age: 9 is long", Where("app.config"), "write 7")


def text(*findings: Finding, exempted: tuple[tuple[Finding, str], ...] = ()) -> list[str]:
    return [click.unstyle(line) for line in as_text(Result(findings, exempted), 80)]


def test_findings_stand_below_their_place():
    again = Finding("CORS102", Severity.WARNING, "again", HERE, "write more")
    assert text(ERROR, again, NOTE) == [
        "shop.py:11 CORS(...)",
        "  error    CORS101 origins: 'a' has no scheme",
        "                   -> write 'https://a'",
        "  warning  CORS102 again",
        "                   -> write more",
        "",
        "app.config",
        "  note     CORS303 max_age: 9 is long",
        "                   -> write 7",
        "",
        "1 error, 1 warning, 1 note.",
    ]


def test_long_messages_are_wrapped_below_themselves():
    lines = text(Finding("CORS101", Severity.ERROR, "word " * 30, HERE, "write " * 20))
    assert all(len(line) <= 80 for line in lines)
    assert all(line.startswith(" " * 19) for line in lines[2:-2])


def test_several_of_a_kind_are_counted():
    assert text(ERROR, ERROR)[-1] == "2 errors."


def test_nothing_is_said_in_one_line():
    assert text() == ["Nothing was found."]
    assert text(exempted=((ERROR, "meant"),)) == ["Nothing was found, 1 exempted."]


def test_no_terminal_obeys_a_message():
    hostile = Finding("CORS101", Severity.ERROR, "a\x1b[2J\r", Where("/\x1b[1m"), "b\n\x07")
    assert not any(character in "".join(text(hostile)) for character in "\x1b\r\n\x07")
    assert "a\\x1b[2J\\r" in text(hostile)[1]


@pytest.mark.parametrize(
    ("findings", "bad"), [((), False), ((NOTE,), False), ((NOTE, ERROR), True)]
)
def test_notes_are_to_be_known_and_all_else_to_be_mended(findings: tuple[Finding], bad: bool):
    assert is_bad(Result(findings, ())) is bad


def test_a_program_gets_every_part():
    assert as_json(Result((NOTE,), ((ERROR, "meant"),))) == {
        "findings": [
            {
                "code": "CORS303",
                "severity": "note",
                "title": "a method that no page can send",
                "message": "max_age: 9 is long",
                "where": {"name": "app.config", "file": None, "line": None},
                "fix": "write 7",
            }
        ],
        "exempted": [
            {
                "code": "CORS101",
                "severity": "error",
                "title": "an origin without a scheme",
                "message": "origins: 'a' has no scheme",
                "where": {"name": "CORS(...)", "file": HERE.file, "line": 11},
                "fix": "write 'https://a'",
                "reason": "meant",
            }
        ],
    }


def test_github_gets_annotations():
    note = Finding("CORS102", Severity.NOTE, "a, 100 %\nb", Where("app.config"), "write: b")
    first, second = as_github(Result((ERROR, note), ()))
    assert first == (
        "::error file=shop.py,line=11,title=CORS101 an origin without a scheme"
        "::CORS(...): origins: 'a' has no scheme; write 'https://a'"
    )
    assert second == (
        "::notice title=CORS102 an origin with a slash or a path"
        "::app.config: a, 100 %25\\nb; write: b"
    )


def test_a_path_does_not_end_its_property():
    odd = Where("CORS(...)", "/srv/a,b:c%/app.py", 1)
    (line,) = as_github(Result((Finding("CORS101", Severity.ERROR, "m", odd, "f"),), ()))
    assert "file=/srv/a%2Cb%3Ac%25/app.py,line=1," in line
