"""Sphinx, with the theme Furo. ``make docs`` builds ``docs/_build/html``, without a network except
for the playground, whose parts are installed once."""

from __future__ import annotations

import sys
from importlib.metadata import metadata
from pathlib import Path

import flask_cors

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE / "_ext"), str(HERE.parent)]  # the latter for benchmarks/

project = "Flask-CORS"
author = "Flask-CORS contributors"
copyright = f"2026, {author}"  # the name that Sphinx reads
version = release = flask_cors.__version__

# [project.urls] of pyproject.toml: the one setting of both addresses. Without "Source" no page has
# an edit link, without "Documentation" none has a canonical link.
URLS = dict(url.split(", ", 1) for url in metadata("flask-cors").get_all("Project-URL") or ())

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx_copybutton",
    "checks",  # ours, in _ext/: the rules of `flask cors check`, and what it finds
    "errors",  # ours, in _ext/: the messages of browsers, and what explain prints
    "edges",  # ours, in _ext/: what a proxy answers otherwise than the app
    "long_names",  # ours, in _ext/: line breaks in the names of reasons
    "measured",  # ours, in _ext/: the figures of the benchmark
    "playground",  # ours, in _ext/: the page that runs this package, built with npm
    "page_head",  # ours, in _ext/: a description for each page
    "search_index",  # ours, in _ext/: the search, instead of Sphinx's own
    "sequence",  # ours, in _ext/: sequence diagrams
    "tables",  # ours, in _ext/: tables made from what the tests and the code use
]
exclude_patterns = ["_build", "_playground"]

myst_enable_extensions = ["attrs_inline", "colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 4  # each heading of a page can be linked to, as on GitHub

autodoc_member_order = "bysource"
autodoc_preserve_defaults = False  # show unset("*") as "*", like a shell
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"

html_theme = "furo"
html_title = f"Flask-CORS {version}"
html_baseurl = URLS.get("Documentation", "")
html_theme_options = {
    "source_repository": URLS.get("Source", ""),
    "source_branch": "main",
    "source_directory": "docs/",
    "top_of_page_buttons": ["edit"],
    "light_css_variables": {
        "color-brand-primary": "#075985",
        "color-brand-content": "#075985",
        "color-brand-visited": "#6b3fa0",
        "figure-red": "#b3001b",
        "color-mark": "#fde68a",
        "color-allowed": "#116329",
        "color-allowed-background": "#ebf7ee",
        "color-blocked": "#b3001b",
        "color-blocked-background": "#fdeff1",
        "color-caution": "#7a4b00",
        "color-caution-background": "#fff6df",
    },
    "dark_css_variables": {
        "color-brand-primary": "#7dd3fc",
        "color-brand-content": "#7dd3fc",
        "color-brand-visited": "#cbb2f0",
        "figure-red": "#ff9b9b",
        "color-mark": "#713f12",
        "color-allowed": "#7ee2a8",
        "color-allowed-background": "#14291e",
        "color-blocked": "#ff9b9b",
        "color-blocked-background": "#341b1f",
        "color-caution": "#f2c96d",
        "color-caution-background": "#2e2612",
    },
}
html_static_path = ["_static"]
html_css_files = ["docs.css"]
html_js_files = [("search.js", {"defer": "defer"})]
templates_path = ["_templates"]
html_use_index = False  # the search finds each name
html_domain_indices = False
html_show_sourcelink = False
html_copy_source = False
pygments_dark_style = "a11y-dark"  # the light style is the theme's

# Copy neither prompts nor the output of commands.
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
