"""The pages of the rules, made of their docstrings: docs/_ext/checks.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from flask_cors.tools.check.run import CATALOGUE

from .sphinx_builds import build

pytest.importorskip("sphinx", reason="needs Sphinx: pip install -r requirements/docs.txt")
pytest.importorskip("myst_parser", reason="needs requirements/docs.txt")

CONF = """
extensions = ["myst_parser", "sphinx.ext.autodoc", "checks"]
myst_heading_anchors = 4
suppress_warnings = ["toc", "ref", "myst"]
"""


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    (tmp_path / "rules").mkdir()
    (tmp_path / "conf.py").write_text(CONF, encoding="utf-8")
    toctree = "```{toctree}\n:glob:\n\nrules/*\n```\n"
    (tmp_path / "index.md").write_text(f"# Index\n\n{toctree}", encoding="utf-8")
    (tmp_path / "rules/index.md").write_text("# Rules\n\n```{rules}\n```\n", encoding="utf-8")
    return tmp_path


def test_each_rule_has_a_page_with_its_docstring_that_the_index_links_to(
    docs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stale = docs / "rules/cors999.md"
    stale.write_text("# A rule that was removed\n", encoding="utf-8")
    assert build(capsys, "-b", "html", str(docs), str(docs / "html")) == (0, "")
    index = (docs / "html/rules/index.html").read_text(encoding="utf-8")
    for rule in CATALOGUE:
        page = f"{rule.code.lower()}.html"
        assert f'href="{page}"' in index
        assert rule.code in (docs / "html/rules" / page).read_text(encoding="utf-8")
    assert not stale.exists()

    page = (docs / "rules/cors603.md").read_text(encoding="utf-8")
    assert '```py\n@cross_origin(origins="https://app.example")\n@app.get("/prices")\n' in page
    assert page.count("```") == 4
    assert "CORS_CHECK_IGNORE" in page
    stops_the_app = (docs / "rules/cors205.md").read_text(encoding="utf-8")
    assert "CORS_CHECK_IGNORE" not in stops_the_app
