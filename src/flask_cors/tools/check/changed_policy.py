"""What a change of a policy would make ``flask cors check`` report. The app keeps its policy."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy

from flask import Flask

from ...diagnostics.finding import Finding
from ...policy.layers import LayerKind
from ..shared.inventory import BoundPolicy
from .context import CheckContext
from .rules import credentials, origins

# The rules that look at the options of a policy, and at no request.
_FINDERS = (
    *(origins.NullOrigin.find, origins.find_lookalikes, origins.PublicSuffix.find),
    *(origins.AddressPattern.find, origins.DevelopmentOrigin.find),
    *(credentials.InsecureOrigin.find, credentials.SameSiteCookie.find),
)


def find_new_findings(app: Flask, before: BoundPolicy | None, after: BoundPolicy) -> list[Finding]:
    """Return the findings in a changed policy that it did not have before.

    If the change adds credentials, they are all new: each origin that is allowed can do more.
    """
    context = CheckContext(app)
    known: set[Finding] = set()
    if before is not None and _has_credentials(before) == _has_credentials(after):
        known.update(_find(context, before))
    found = [finding.at(None) for finding in dict.fromkeys(_find(context, after))]
    for finding in found:
        finding.subject = None  # the line is not written yet
    return [finding for finding in found if finding not in known]


def _has_credentials(bound: BoundPolicy) -> bool:
    return bound.policy.options.supports_credentials.value


def _find(context: CheckContext, bound: BoundPolicy) -> Iterator[Finding]:
    context = copy(context)
    context.bound = (bound,)
    for option in bound.policy.options:
        if option.layer.kind is LayerKind.CHANGE:
            yield from option.layer.findings
    for find in _FINDERS:
        yield from find(context)
