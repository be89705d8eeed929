"""``flask cors check``: a linter for CORS. It reads the app as it is configured, tries what it
suspects, and says what is wrong, how bad it is and what to write instead.

A check is a class in the module of its group; one more is a class there and its place in the
module's ``CHECKS``.
"""

from __future__ import annotations

from flask import Flask

from .finding import Finding as Finding
from .run import run


def check(app: Flask) -> list[Finding]:
    """What is wrong with the CORS of ``app``; without what its config exempts.

    Requests are made to the app, so it must be complete: Flask takes no more views after one. Its
    views are not called, but for GET requests to those that seem to set headers of their own. They
    do nothing meanwhile, so that an app that serves others is not to be checked.

    :param app: the app.
    :returns: the findings, sorted by place; empty where there is nothing to say.
    """
    return list(run(app).findings)
