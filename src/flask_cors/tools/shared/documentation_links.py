"""The addresses of the pages that explain the rules."""

from __future__ import annotations

DOCUMENTATION = "https://flask-cors.readthedocs.io/en/latest/"
INDEX = f"{DOCUMENTATION}rules/"

# The rules of other commands are on one page, by the beginning of their codes.
_SHARED_PAGES = {"CORS0": "reference/differences.html", "CORS8": "commands/probe-findings.html"}


def address_of(code: str) -> str:
    """Return the address of the page that explains the rule with a code."""
    return f"{DOCUMENTATION}{_SHARED_PAGES.get(code[:5], f'rules/{code.lower()}.html')}"
