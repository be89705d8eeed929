"""The addresses of the pages that explain the rules."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, metadata

# The rules of other commands are on one page, by the beginning of their codes.
_SHARED_PAGES = {"CORS0": "reference/differences.html", "CORS8": "commands/probe.html"}


def find_documentation() -> str | None:
    """Return the address of the documentation, as the package names it in its project URLs."""
    try:
        urls = metadata("flask-cors").get_all("Project-URL") or []
    except PackageNotFoundError:  # a checkout that is not installed
        return None
    address = dict(url.split(", ", 1) for url in urls).get("Documentation")
    return address and f"{address.rstrip('/')}/"


def address_of(code: str) -> str | None:
    """Return the address of the page that explains the rule with a code, if it is known."""
    documentation = find_documentation()
    page = _SHARED_PAGES.get(code[:5], f"rules/{code.lower()}.html")
    return documentation and f"{documentation}{page}"
