"""The names and strings in the code of a function."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import Any

import flask
from flask.views import MethodView

from flask_cors.tools.check.code_names import named_headers, parts_of, words_of


def named() -> Any:
    return flask.request.headers, "X-Named", ("In-A-Tuple", 1), {"in"} & {"a", "b"}


def test_names_and_strings_are_words_in_lower_case():
    assert {"flask", "request", "headers", "x-named", "in-a-tuple", "named"} <= words_of(named)


def test_a_sentence_is_not_a_word():
    def view() -> str:
        """Exempt from csrf."""
        return "no csrf here"

    assert not any("csrf" in word for word in words_of(view))


def test_the_words_of_nested_functions_count():
    def outer() -> Callable[[], str]:
        return lambda: "deep"

    assert "deep" in words_of(outer)


def test_the_words_of_wrapped_and_closed_over_functions_count():
    def closing(function: Callable[[], Any]) -> Callable[[], Any]:
        return lambda: ("closed", function())

    def wrapping(function: Callable[[], Any]) -> Callable[[], Any]:
        return wraps(function)(lambda: "wrapped")

    assert {"closed", "x-named"} <= words_of(closing(named))
    assert {"wrapped", "x-named"} <= words_of(wrapping(named))


def test_the_words_of_methods_partial_functions_and_view_classes_count():
    class Users(MethodView):
        word = "not a function"

        def get(self) -> str:
            return "users"

    assert "users" in words_of(Users().get)
    assert "x-named" in words_of(partial(named))
    assert {"users", "dispatch_request"} <= words_of(Users.as_view("users"))


def test_a_callable_object_has_the_words_of_its_method():
    class Called:
        def __call__(self) -> str:
            return "called"

    assert "called" in words_of(Called())


def test_a_builtin_function_has_no_words():
    assert words_of(print) == frozenset()


def test_closures_may_contain_themselves_empty_cells_and_unbound_proxies():
    proxy = flask.request

    def itself() -> Any:
        return itself, later, proxy

    assert "itself" in words_of(itself)
    assert list(parts_of(itself)) == [itself]
    later = 1


def view() -> str:
    return "read me"


class Called:
    def __call__(self) -> str:
        return "read me"


def test_a_function_that_wraps_itself_is_yielded_once():
    def turning() -> None: ...

    turning.__wrapped__ = turning
    assert list(parts_of(turning)) == [turning]


def test_a_builtin_function_has_no_parts():
    assert list(parts_of(len)) == []


def test_a_callable_object_has_its_method_as_a_part():
    assert list(parts_of(Called())) == [Called.__call__]
    assert list(parts_of(partial(partial(view)))) == [view]


NAME = "access-control-max-age"


def test_a_header_may_be_named_by_a_constant_of_the_module():
    assert named_headers(lambda: {NAME: "60"}) == {"Access-Control-Max-Age"}


def test_a_function_that_calls_itself_is_read_once():
    assert named_headers(calls_itself) == {"Access-Control-Max-Age"}


def calls_itself() -> object:
    return calls_itself, {"Access-Control-Max-Age": "60"}
