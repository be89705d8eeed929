"""The tables of the documentation that the benchmark fills: docs/_ext/measured.py."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("sphinx", reason="needs Sphinx: pip install -r requirements/docs.txt")
pytest.importorskip("myst_parser", reason="needs requirements/docs.txt")

ROOT = Path(__file__).parents[1]

# The tables, whose results are elsewhere.
CONF = """\
from pathlib import Path
from benchmarks import figures
figures.RESULTS = Path(__file__).parent
extensions = ["myst_parser", "measured"]
"""


def build(folder: Path, *shown: str, **results: Any) -> subprocess.CompletedProcess[str]:
    """Build a page with tables of these results."""
    (folder / "conf.py").write_text(CONF)
    fences = [f"```{{measured}} {name}\n```\n" for name in shown]
    (folder / "index.md").write_text("\n".join(["# Page\n", *fences]))
    for name, content in results.items():
        (folder / f"{name}.json").write_text(json.dumps(content))
    command = [sys.executable, "-m", "sphinx", "-q", "-W", str(folder), str(folder / "html")]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'docs/_ext'}{os.pathsep}{ROOT}"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_each_is_made_from_what_is_kept(tmp_path: Path) -> None:
    files = ("targets", "timings", "memory", "server", "instructions")
    results = {
        name: json.loads((ROOT / f"benchmarks/results/{name}.json").read_text()) for name in files
    }
    tables = ("targets", "costs", "totals", "memory", "server", "instructions")
    built = build(tmp_path, *tables, "machine", **results)
    assert (built.returncode, built.stderr) == (0, "")
    html = (tmp_path / "html/index.html").read_text()
    assert html.count("<table") == len(tables)
    assert results["timings"]["machine"]["date"] in html


def test_a_row_of_the_targets(tmp_path: Path) -> None:
    row = {"what": "growth", "value": 2048, "low": 1.5, "high": None, "unit": "bytes"}
    row |= {"at_most": 1024, "goal": None, "word": "MISSED"}
    built = build(tmp_path, "targets", targets={"targets": [row]})
    assert (built.returncode, built.stderr) == (0, "")
    html = (tmp_path / "html/index.html").read_text()
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
    tmp_path: Path, shown: str, results: dict[str, Any], message: str
) -> None:
    built = build(tmp_path, shown, **results)
    assert built.returncode != 0
    assert message in built.stderr
