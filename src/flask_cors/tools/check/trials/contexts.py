"""A request that the app seems to handle, for what looks at one."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import Any

from flask import Flask

# What code of the app may raise, where nothing of it may end the check.
RAISED = (Exception, SystemExit)


@contextmanager
def requested(app: Flask, path: str, **options: Any) -> Generator[bool]:
    """Have ``flask.request`` and ``flask.session`` for a while; False where the app does not come
    so far: its session store is down, or a converter raises.

    What runs at the end may count on functions that did not run at the start: what it raises is
    dropped.
    """
    context = app.test_request_context(path, **options)
    try:
        try:
            context.push()
        except RAISED:
            yield False
        else:
            yield True
    finally:
        # Also where it was half pushed. An exception that is on its way is none of the app's.
        with suppress(*RAISED):
            context.pop(None)
