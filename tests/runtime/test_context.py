"""The current app and the current request, and the app context that Flask 3.2 passes."""

from __future__ import annotations

from flask import Flask
from flask.globals import app_ctx

from flask_cors.runtime.context import call_with_context


def test_a_method_that_takes_the_context_as_in_flask_3_2_gets_the_current_one():
    with Flask(__name__).app_context():
        context = app_ctx._get_current_object()
        assert call_with_context(lambda ctx: ctx) is context
        assert call_with_context(lambda: "no context") == "no context"
