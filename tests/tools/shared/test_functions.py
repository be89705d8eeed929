"""The owners, names and locations of functions behind views and hooks."""

from __future__ import annotations

import functools
from types import CodeType
from typing import Any

import flask_restx
import pytest
from flask import Flask

from flask_cors import cross_origin
from flask_cors.diagnostics.source_location import SourceLocation
from flask_cors.tools.shared.functions import (
    locate_function,
    module_of,
    name_of,
    owner_of,
)


def view() -> str:
    return "read me"


class Called:
    def __call__(self) -> str:
        return "read me"

    def method(self) -> str:
        return "read me"


def compiled(module: str, file: str) -> Any:
    names: dict[str, Any] = {"__name__": module}
    exec(compile("def add(): pass", file, "exec"), names)
    return names["add"]


@pytest.mark.parametrize(
    ("function", "owner"),
    [
        (view, "app"),
        (Called(), "app"),
        (Called().method, "app"),
        (functools.partial(view), "app"),
        (functools.partial(compiled("other", "/venv/site-packages/other.py")), "library"),
        (flask_restx.Api(), "library"),
        (flask_restx.cors.crossdomain(origin="*")(view), "library"),
        (cross_origin()(view), "flask_cors"),
        (compiled("other", "/venv/site-packages/other.py"), "library"),
        (compiled("other", "/usr/lib/python3/dist-packages/other.py"), "library"),
        (compiled("shop.views", "/venv/site-packages/shop/views.py"), "app"),
    ],
)
def test_a_function_belongs_to_the_app_a_library_or_this_package(function: object, owner: str):
    assert owner_of(function, Flask("shop.factory")) == owner


def test_a_function_belongs_to_the_module_that_defines_it():
    assert module_of(flask_restx.cors.crossdomain(origin="*")(view)) == "flask_restx.cors"


def test_the_name_of_a_function_is_its_qualified_name():
    assert name_of(view) == "view"
    assert name_of(Called().method) == "Called.method"
    assert name_of(Called()) == "Called"
    assert name_of(functools.partial(Called().method)) == "Called.method"


def test_a_function_of_python_is_located_at_its_line():
    def line(code: CodeType) -> SourceLocation:
        return SourceLocation(__file__, code.co_firstlineno)

    assert locate_function("hook", view) == (line(view.__code__), "hook view")
    assert locate_function("hook", Called()) == (line(Called.__call__.__code__), "hook Called")
    assert locate_function("hook", len) == (None, "hook len")
