"""Sphinx, with the Pallets theme. ``make docs`` builds ``docs/_build/html`` without a network."""

from __future__ import annotations

import sys
from pathlib import Path

import flask_cors

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE / "_ext"), str(HERE.parent)]  # the latter for what benchmarks/ says

project = "Flask-CORS"
author = "Flask-CORS contributors"
copyright = f"2026, {author}"  # Sphinx has the name
version = release = flask_cors.__version__

extensions = [
    "myst_parser",
    "pallets_sphinx_themes",
    "sphinx.ext.autodoc",
    "checks",  # ours, in _ext/: the catalogue of `flask cors check`, and what it finds
    "errors",  # ours, in _ext/: the messages of browsers, and what explain prints
    "edges",  # ours, in _ext/: what a proxy answers otherwise than the app
    "measured",  # ours, in _ext/: what the benchmark has measured
    "sequence",  # ours, in _ext/: sequence diagrams
    "tables",  # ours, in _ext/: tables made from what the tests and the code use
]
exclude_patterns = ["_build"]

myst_enable_extensions = ["attrs_inline", "colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 4  # each heading of a page can be linked to, as on GitHub

autodoc_member_order = "bysource"
autodoc_preserve_defaults = False  # unset("*") is to look like "*", as it does in a shell
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"

html_theme = "flask"
html_title = f"Flask-CORS {version}"
html_static_path = ["_static"]
html_css_files = ["docs.css"]
html_sidebars = {
    "index": ["localtoc.html", "searchbox.html"],
    "**": ["localtoc.html", "relations.html", "searchbox.html"],
}
html_show_sourcelink = False
html_copy_source = False
html_context = {"project_links": []}
