"""Checks that a response is the one that its case expects, before it is measured."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from .cases import Request


class Response(NamedTuple):
    """A response, as far as CORS is concerned."""

    status: int
    headers: list[tuple[str, str]]

    def values(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name]


def find_fault(expected: str, request: Request, response: Response) -> str | None:
    """Return what is wrong with a response, or None."""
    if response.status >= 500 or not _EXPECTED[expected](dict(request.headers), response):
        cors = [(name, value) for name, value in response.headers if name.lower() in _SHOWN]
        return f"expected {expected}, and the response is {response.status} with {cors}"
    return None


_SHOWN = ("access-control-allow-origin", "access-control-allow-methods", "vary")


def _allows(sent: dict[str, str], response: Response) -> bool:
    values = response.values("access-control-allow-origin")
    return len(values) == 1 and values[0] in ("*", sent["Origin"])


def _is_allowed(sent: dict[str, str], response: Response) -> bool:
    return response.status == 200 and _allows(sent, response)


def _is_refused(sent: dict[str, str], response: Response) -> bool:
    return not _allows(sent, response)


def _is_preflight(sent: dict[str, str], response: Response) -> bool:
    methods = ",".join(response.values("access-control-allow-methods"))
    listed = [method.strip() for method in methods.split(",")]
    allowed = sent["Access-Control-Request-Method"] in listed or "*" in listed
    return response.status in (200, 204) and _allows(sent, response) and allowed


def _is_any(_sent: dict[str, str], _response: Response) -> bool:
    return True


_EXPECTED: dict[str, Callable[[dict[str, str], Response], bool]] = {
    "allowed": _is_allowed,
    "refused": _is_refused,
    "preflight": _is_preflight,
    "any": _is_any,
}
