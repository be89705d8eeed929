"""What there is to tell about a request of a page, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import click

from ..browser.safelist import normalize_method
from ..errors import Place
from ..headers import comma_list
from ..policy.options import CONFIG
from . import verdict as verdicts
from .arguments import Asked
from .entries import Near
from .survey import Source
from .text import fitted, place_as_json, shown_place, table
from .verdict import Verdict
from .writing import Line


@dataclass(frozen=True)
class Check:
    """One thing that a policy was asked for.

    :ivar what: ``"origin"``, ``"method"``, ``"header"`` or ``"credentials"``.
    :ivar entry: what allows it; None where it is refused.
    :ivar near: of a refused one, the entry it was probably meant to be.
    :ivar level: who gave the option.
    """

    what: str
    value: str
    entry: str | None
    near: Near | None
    level: str
    place: Place | None


@dataclass(frozen=True)
class Explanation:
    """All that is told.

    :ivar needs: what makes a preflight necessary.
    :ivar source: where the policy was bound that decided last; None without one.
    :ivar notes: what else a reader should know.
    :ivar lines: what to write so that it is allowed, tried.
    :ivar why: why there is nothing to write.
    """

    asked: Asked
    verdict: Verdict
    needs: tuple[str, ...]
    rule: str | None
    source: Source | None
    checks: tuple[Check, ...]
    notes: tuple[str, ...]
    lines: tuple[Line, ...] = ()
    why: str | None = None

    @property
    def opens_to_origin(self) -> bool:
        """Whether the lines let in an origin that was a stranger."""
        known = (check.entry for check in self.checks if check.what == "origin")
        return bool(self.lines) and next(known, None) is None

    @property
    def opens_to_credentials(self) -> bool:
        """Whether the lines switch credentials on, which all origins of the policy then have."""
        refused = (check.what for check in self.checks if check.entry is None)
        return bool(self.lines) and "credentials" in refused


# ---- for people --------------------------------------------------------------------------------


def as_text(explanation: Explanation, width: int) -> Iterator[str]:
    """The lines for a reader, with the colours of a terminal."""
    asked = explanation.asked
    yield click.style(f"{asked.method} {asked.url} by a page of {asked.origin}", bold=True)
    yield ""
    rows = list(_rows(explanation))
    yield from table(rows, fitted(rows, width))
    for note in explanation.notes:
        yield f"Note: {note}."
    yield ""
    yield from verdicts.as_text(explanation.verdict)
    if explanation.lines:
        yield ""
        for line in explanation.lines:
            where = "" if line.place is None else f", {line.where} {shown_place(line.place)}"
            yield f"To allow it{where}:"
            yield click.style(f"    {line.code}", bold=True)
        yield "This was tried: a browser then allows the request."
        if explanation.opens_to_credentials:
            yield "With it every origin of the policy reads what its visitors' cookies ask for."
        if explanation.opens_to_origin:
            yield f"Write it only if you trust the pages of {asked.origin} with the answers."
    elif explanation.why is not None:
        yield ""
        yield f"What to do: {explanation.why}."


def _rows(explanation: Explanation) -> Iterator[tuple[str, str, str, str]]:
    needs = explanation.needs
    because = f"because of {', '.join(needs)}" if needs else "nothing in the request needs one"
    yield "Preflight", "needed" if needs else "none", because, ""
    yield "Route", "", explanation.rule or _unserved(explanation), ""
    source = explanation.source
    if source is None:
        yield "Policy", "none", "no rule of CORS covers the path", ""
    else:
        yield "Policy", "", source.resource, shown_place(source.place)
    for check in explanation.checks:
        yield (
            check.what.capitalize(),
            "refused" if check.entry is None else "allowed",
            _compared(check),
            _set_by(check),
        )


def _unserved(explanation: Explanation) -> str:
    allow = explanation.verdict.outcome.exchanges[-1].response.get("Allow")
    other = "" if allow is None else f"; others are served: {', '.join(sorted(comma_list(allow)))}"
    return f"none serves {normalize_method(explanation.asked.method)}{other}"


def _compared(check: Check) -> str:
    if check.entry is not None:
        return check.value if check.entry == check.value else f"{check.value}, by {check.entry}"
    if check.near is None:
        return check.value
    return f"{check.value}; nearest is {check.near.entry} ({check.near.difference})"


def _set_by(check: Check) -> str:
    option = _OPTION_OF[check.what]
    level = f"CORS_{option.upper()} of {CONFIG}" if check.level == CONFIG else check.level
    place = "" if check.place is None else f", {shown_place(check.place)}"
    return f"{option}: {level}{place}"


_OPTION_OF = {
    "origin": "origins",
    "method": "methods",
    "header": "allow_headers",
    "credentials": "supports_credentials",
}


# ---- for programs ------------------------------------------------------------------------------


def as_json(explanation: Explanation) -> dict[str, object]:
    """The same for programs."""
    asked, source = explanation.asked, explanation.source
    return {
        "request": {
            "method": asked.method,
            "url": asked.url,
            "origin": asked.origin,
            "headers": list(asked.headers),
            "credentials": asked.credentials,
        },
        "preflight": {"needed": bool(explanation.needs), "because": explanation.needs},
        "rule": explanation.rule,
        "policy": None
        if source is None
        else {
            "bound_to": source.kind,
            "blueprint": source.name if source.kind == "blueprint" else None,
            "resource": None if source.pattern is None else source.pattern.source,
            "place": place_as_json(source.place),
        },
        "checks": [
            {
                "what": check.what,
                "value": check.value,
                "allowed": check.entry is not None,
                "entry": check.entry,
                "nearest": None if check.near is None else check.near._asdict(),
                "option": _OPTION_OF[check.what],
                "level": check.level,
                "place": place_as_json(check.place),
            }
            for check in explanation.checks
        ],
        "notes": explanation.notes,
        "verdict": verdicts.as_json(explanation.verdict),
        "change": [
            {"write": line.code, "where": line.where, "place": place_as_json(line.place)}
            for line in explanation.lines
        ],
        "why": explanation.why,
    }
