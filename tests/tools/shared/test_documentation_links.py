"""The addresses of the pages that explain the rules."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import metadata
from pathlib import Path

import pytest

from flask_cors.diagnostics.finding import Finding
from flask_cors.tools.check.run import CATALOGUE
from flask_cors.tools.migrate.rules import RULES as MIGRATE_RULES
from flask_cors.tools.probe.rules import RULES as PROBE_RULES
from flask_cors.tools.shared.documentation_links import DOCUMENTATION, address_of

DOCS = Path(__file__).parents[3] / "docs"


def test_a_rule_of_check_has_a_page_of_its_own() -> None:
    addresses = {address_of(rule.code) for rule in CATALOGUE}
    assert f"{DOCUMENTATION}rules/cors102.html" in addresses
    assert len(addresses) == len(CATALOGUE)


@pytest.mark.parametrize("rules", [MIGRATE_RULES, PROBE_RULES], ids=["migrate", "probe"])
def test_the_rules_of_another_command_are_on_one_page(rules: Sequence[type[Finding]]) -> None:
    (address,) = {address_of(rule.code) for rule in rules}
    page = address.removeprefix(DOCUMENTATION).replace(".html", ".md")
    assert (DOCS / page).is_file()


def test_the_address_is_the_one_of_the_project_once_it_has_one() -> None:
    urls = metadata("flask-cors").get_all("Project-URL") or []
    published = dict(url.split(", ", 1) for url in urls).get("Documentation", DOCUMENTATION)
    assert DOCUMENTATION.startswith(published.rstrip("/"))
