"""Whether an answer is what its case expects: what answers wrongly is not measured."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from .cases import Request


class Answer(NamedTuple):
    """A response, as far as CORS is concerned."""

    status: int
    headers: list[tuple[str, str]]

    def values(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name]


def fault(expected: str, request: Request, answer: Answer) -> str | None:
    """What is wrong with an answer, None where nothing is."""
    if answer.status >= 500 or not _EXPECTED[expected](dict(request.headers), answer):
        cors = [(name, value) for name, value in answer.headers if name.lower() in _TELLING]
        return f"{expected} was expected, and the answer is {answer.status} with {cors}"
    return None


_TELLING = ("access-control-allow-origin", "access-control-allow-methods", "vary")


def _allows(sent: dict[str, str], answer: Answer) -> bool:
    values = answer.values("access-control-allow-origin")
    return len(values) == 1 and values[0] in ("*", sent["Origin"])


def _is_allowed(sent: dict[str, str], answer: Answer) -> bool:
    return answer.status == 200 and _allows(sent, answer)


def _is_refused(sent: dict[str, str], answer: Answer) -> bool:
    return not _allows(sent, answer)


def _is_preflight(sent: dict[str, str], answer: Answer) -> bool:
    methods = ",".join(answer.values("access-control-allow-methods"))
    listed = [method.strip() for method in methods.split(",")]
    allowed = sent["Access-Control-Request-Method"] in listed or "*" in listed
    return answer.status in (200, 204) and _allows(sent, answer) and allowed


def _is_any(_sent: dict[str, str], _answer: Answer) -> bool:
    return True


_EXPECTED: dict[str, Callable[[dict[str, str], Answer], bool]] = {
    "allowed": _is_allowed,
    "refused": _is_refused,
    "preflight": _is_preflight,
    "any": _is_any,
}
