"""The addresses of the pages that explain the rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from email.message import Message
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.cli import ScriptInfo

from flask_cors import CORS
from flask_cors.diagnostics.finding import Finding
from flask_cors.diagnostics.rules import OriginWithPath
from flask_cors.tools.check.run import CATALOGUE
from flask_cors.tools.cli import cors
from flask_cors.tools.migrate.rules import RULES as MIGRATE_RULES
from flask_cors.tools.probe.rules import RULES as PROBE_RULES
from flask_cors.tools.shared import rule_pages
from flask_cors.tools.shared.rule_pages import address_of
from flask_cors.tools.shared.sarif import as_sarif

DOCS = Path(__file__).parents[3] / "docs"
ADDRESS = "https://docs.example/latest"

Publish = Callable[..., None]


@pytest.fixture
def publish(monkeypatch: pytest.MonkeyPatch) -> Publish:
    """Give the package these project URLs."""

    def publish(*urls: str) -> None:
        package = Message()
        for url in urls:
            package["Project-URL"] = url
        monkeypatch.setattr(rule_pages, "metadata", lambda name: package)

    return publish


def check(*arguments: str) -> str:
    app = Flask("shop", static_folder=None)
    with pytest.warns(UserWarning, match="CORS102"):
        CORS(app, origins="https://app.example/")
    info = ScriptInfo(create_app=lambda: app)
    return CliRunner().invoke(cors, ["check", *arguments], obj=info).output


def describe_rule() -> dict[str, Any]:
    log: Any = as_sarif("flask cors check", [OriginWithPath("a has a path", "write b")])
    (rule,) = log["runs"][0]["tool"]["driver"]["rules"]
    assert isinstance(rule, dict)
    return rule


def test_a_rule_of_check_has_a_page_of_its_own(publish: Publish) -> None:
    publish(f"Documentation, {ADDRESS}", "Source, https://source.example")
    addresses = {address_of(rule.code) for rule in CATALOGUE}
    assert f"{ADDRESS}/rules/cors102.html" in addresses
    assert len(addresses) == len(CATALOGUE)


@pytest.mark.parametrize("rules", [MIGRATE_RULES, PROBE_RULES], ids=["migrate", "probe"])
def test_the_rules_of_another_command_are_on_one_page(
    publish: Publish, rules: Sequence[type[Finding]]
) -> None:
    publish(f"Documentation, {ADDRESS}/")
    (address,) = {address_of(rule.code) for rule in rules}
    assert address is not None
    page = address.removeprefix(f"{ADDRESS}/").replace(".html", ".md")
    assert (DOCS / page).is_file()


def test_reports_have_the_address_once_the_documentation_has_one(publish: Publish) -> None:
    publish(f"Documentation, {ADDRESS}")
    page = f"{ADDRESS}/rules/cors102.html"
    assert check().endswith(f"\nEach code is explained at {ADDRESS}/rules/\n")
    assert check("--explain", "CORS102").endswith(f"\n\n{page}\n")
    assert describe_rule()["helpUri"] == page


def test_until_then_reports_name_the_option(publish: Publish) -> None:
    publish("Source, https://source.example")
    assert check().endswith("\nEach code is explained by --explain CODE\n")
    assert "https://docs" not in check("--explain", "CORS102")
    assert "helpUri" not in describe_rule()


def test_a_checkout_that_is_not_installed_has_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    def raise_not_found(name: str) -> Message:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(rule_pages, "metadata", raise_not_found)
    assert address_of("CORS102") is None
