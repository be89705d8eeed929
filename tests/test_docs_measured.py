"""The tables of the documentation that the benchmark fills: docs/_ext/measured.py."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks import figures

from .sphinx_builds import Built, build

pytest.importorskip("sphinx", reason="needs Sphinx: pip install -r requirements/docs.txt")
pytest.importorskip("myst_parser", reason="needs requirements/docs.txt")

ROOT = Path(__file__).parents[1]

Build = Callable[..., Built]


@pytest.fixture
def build_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Build:
    """Build a page with tables of these results."""

    def build_page(*shown: str, **results: Any) -> Built:
        monkeypatch.setattr(figures, "RESULTS", tmp_path)
        (tmp_path / "conf.py").write_text(
            'extensions = ["myst_parser", "measured"]\n', encoding="utf-8"
        )
        fences = [f"```{{measured}} {name}\n```\n" for name in shown]
        (tmp_path / "index.md").write_text("\n".join(["# Page\n", *fences]), encoding="utf-8")
        for name, content in results.items():
            (tmp_path / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
        return build(capsys, str(tmp_path), str(tmp_path / "html"))

    return build_page


def test_each_is_made_from_what_is_kept(tmp_path: Path, build_page: Build) -> None:
    files = ("targets", "timings", "memory", "server", "instructions")
    results = {
        name: json.loads((ROOT / f"benchmarks/results/{name}.json").read_text(encoding="utf-8"))
        for name in files
    }
    tables = ("targets", "costs", "totals", "memory", "server", "instructions")
    built = build_page(*tables, "machine", **results)
    assert built == (0, "")
    html = (tmp_path / "html/index.html").read_text(encoding="utf-8")
    assert html.count("<table") == len(tables)
    assert results["timings"]["machine"]["date"] in html


def test_a_row_of_the_targets(tmp_path: Path, build_page: Build) -> None:
    row = {"what": "growth", "value": 2048, "low": 1.5, "high": None, "unit": "bytes"}
    row |= {"at_most": 1024, "goal": None, "word": "MISSED"}
    built = build_page("targets", targets={"targets": [row]})
    assert built == (0, "")
    html = (tmp_path / "html/index.html").read_text(encoding="utf-8")
    cells = re.findall(r"<td>(?:<p>(.*?)</p>)?</td>", html)
    assert cells == ["growth", "2,048 bytes", "", "1,024 bytes", "", "<strong>missed</strong>"]


@pytest.mark.parametrize(
    ("shown", "results", "message"),
    [
        ("targets", {}, "benchmarks/results/targets.json is missing: run make bench"),
        (
            "memory",
            {"memory": {"figures": {}}},
            "memory.json has no memory.exact_origin: run python -m benchmarks memory",
        ),
        (
            "machine",
            {"timings": {"figures": {}}},
            "benchmarks/results/timings.json has no machine: run python -m benchmarks time",
        ),
        (
            "speed",
            {},
            "'speed' is none of targets, costs, totals, memory, server, instructions, machine",
        ),
    ],
)
def test_what_is_missing_is_named_with_the_command_that_makes_it(
    build_page: Build, shown: str, results: dict[str, Any], message: str
) -> None:
    built = build_page(shown, **results)
    assert built.status != 0
    assert message in built.errors
