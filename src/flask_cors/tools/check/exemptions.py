"""What an app exempts from its check, in ``app.config["CORS_CHECK_IGNORE"]``: codes, each with the
reason.

.. code-block:: python

    app.config["CORS_CHECK_IGNORE"] = {
        "CORS401": "the pages change with each release, a day is fine",
        "CORS113 http://localhost:8080": "the desktop app serves its pages there",
    }
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ...doubts import Severity
from ...errors import shown
from ...policy.options import EXEMPTIONS
from .base import Kind
from .finding import Finding, Where

_WHERE = Where(f"{EXEMPTIONS} of app.config")


class NotAnExemption(Kind):
    """`CORS_CHECK_IGNORE` is a dict of codes and reasons. What has no reason, or a code that does
    not exist, exempts nothing: whoever reads the list later must be able to tell why it is
    there."""

    code = "CORS902"
    title = "an exemption that cannot be read"


class Needless(Kind):
    """Nothing is found any more that this exemption is for. Left in, it would hide the same mistake
    when somebody makes it again."""

    code = "CORS903"
    title = "an exemption of nothing"
    severity = Severity.NOTE


@dataclass(frozen=True)
class Exemption:
    """An entry of the list.

    :ivar about: what must stand in the message or the place of a finding; empty for all of a code.
    """

    code: str
    about: str
    reason: str

    def covers(self, finding: Finding) -> bool:
        told = f"{finding.message} {finding.where}"
        return finding.code == self.code and self.about in told


def read(given: object, codes: Collection[str], findings: list[Finding]) -> Iterator[Exemption]:
    """The exemptions of ``given``; what is none of them is added to ``findings``.

    :param codes: those that there are.
    """
    if given is None:
        return
    if not isinstance(given, Mapping):
        said = f"{EXEMPTIONS}: {shown(given)} is no dict of codes and reasons"
        findings.append(NotAnExemption.finding(said, _WHERE, f"write {_EXAMPLE}"))
        return
    for key, reason in given.items():
        code, _, about = str(key).partition(" ")
        if code not in codes:
            said, fix = (
                f"{shown(key)} begins with no code of a check",
                f"write one, as in {_EXAMPLE}",
            )
        elif not isinstance(reason, str) or not reason.strip():
            said = f"{shown(key)} has no reason, but {shown(reason)}"
            fix = f"write {shown(key)}: {_REASON}"
        else:
            yield Exemption(code, about.strip(), reason)
            continue
        findings.append(NotAnExemption.finding(f"{EXEMPTIONS}: {said}", _WHERE, fix))


_REASON = "'the reason why it is meant'"
_EXAMPLE = f"{{'CORS113': {_REASON}}}"


def needless(exemptions: Sequence[Exemption], findings: Sequence[Finding]) -> Iterator[Finding]:
    """Those that cover none of the findings."""
    for exemption in exemptions:
        if not any(map(exemption.covers, findings)):
            key = f"{exemption.code} {exemption.about}".strip()
            said = f"{EXEMPTIONS}: nothing is found that {shown(key)} is for"
            yield Needless.finding(said, _WHERE, "leave it out")
