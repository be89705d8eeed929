"""Which functions stand behind views and hooks, and whose they are."""

from __future__ import annotations

import functools
from typing import Any

import flask_restx
import pytest
from flask import Flask

from flask_cors import cross_origin
from flask_cors.tools.check.trials.functions import (
    functions_of,
    module_of,
    name_of,
    named_headers,
    owner_of,
    where_of_function,
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
        (flask_restx.Api(), "library"),
        (flask_restx.cors.crossdomain(origin="*")(view), "library"),
        (cross_origin()(view), "flask_cors"),
        (compiled("other", "/venv/site-packages/other.py"), "library"),
        (compiled("other", "/usr/lib/python3/dist-packages/other.py"), "library"),
        (compiled("shop.views", "/venv/site-packages/shop/views.py"), "app"),
    ],
)
def test_everything_has_an_owner(function: object, owner: str):
    assert owner_of(function, Flask("shop.factory")) == owner


def test_a_function_is_of_the_module_that_wrote_it_whatever_it_wraps():
    assert module_of(flask_restx.cors.crossdomain(origin="*")(view)) == "flask_restx.cors"


def test_a_reader_knows_what_it_is_called():
    assert name_of(view) == "view"
    assert name_of(Called().method) == "Called.method"
    assert name_of(Called()) == "Called"


def test_the_line_of_what_is_called_is_known_if_it_is_python():
    assert where_of_function("hook", view).line == view.__code__.co_firstlineno
    assert where_of_function("hook", Called()).line == Called.__call__.__code__.co_firstlineno
    assert where_of_function("hook", len).file is None


def test_a_chain_of_decorators_may_end_where_it_began():
    def turning() -> None: ...

    turning.__wrapped__ = turning
    assert list(functions_of(turning)) == [turning]


def test_what_is_no_function_of_python_has_no_code_to_look_at():
    assert list(functions_of(len)) == []


def test_of_an_object_that_is_called_there_is_what_is_called():
    assert list(functions_of(Called())) == [Called.__call__]
    assert list(functions_of(functools.partial(functools.partial(view)))) == [view]


NAME = "access-control-max-age"


def test_a_header_may_be_named_by_a_constant():
    assert named_headers(lambda: {NAME: "60"}) == {"Access-Control-Max-Age"}


def test_a_function_that_calls_itself_is_looked_at_once():
    assert named_headers(calls_itself) == {"Access-Control-Max-Age"}


def calls_itself() -> object:
    return calls_itself, {"Access-Control-Max-Age": "60"}
