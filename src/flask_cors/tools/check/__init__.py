"""``flask cors check``: a linter for CORS. It reads the configuration of an app, tries what it
suspects, and reports each finding with its severity and a hint.

A rule is a class in the module of its group. To add one, write the class there.
"""

from __future__ import annotations

from flask import Flask

from ...diagnostics.finding import Finding as Finding
from .run import run


def check(app: Flask) -> list[Finding]:
    """Return the findings in the CORS configuration of ``app``, without those that its config
    suppresses.

    Requests are sent to the app, so it must be complete: Flask accepts no views after the first
    one. Its views are not called, except for GET requests to those that seem to set headers of
    their own. Meanwhile they do nothing, so do not check an app that is serving clients.

    :param app: the app.
    :returns: the findings, sorted by location.
    """
    return list(run(app).findings)
