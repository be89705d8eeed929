"""What the code of a function names."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import Any

import flask
from flask.views import MethodView

from flask_cors.tools.check.trials.words import parts_of, words_of


def named() -> Any:
    return flask.request.headers, "X-Named", ("In-A-Tuple", 1), {"in"} & {"a", "b"}


def test_names_and_strings_are_words_in_lower_case():
    assert {"flask", "request", "headers", "x-named", "in-a-tuple", "named"} <= words_of(named)


def test_a_sentence_is_no_word():
    def view() -> str:
        """Exempt from csrf."""
        return "no csrf here"

    assert not any("csrf" in word for word in words_of(view))


def test_code_within_code_counts():
    def outer() -> Callable[[], str]:
        return lambda: "deep"

    assert "deep" in words_of(outer)


def test_what_a_decorator_closes_over_and_what_it_wraps_count():
    def closing(function: Callable[[], Any]) -> Callable[[], Any]:
        return lambda: ("closed", function())

    def wrapping(function: Callable[[], Any]) -> Callable[[], Any]:
        return wraps(function)(lambda: "wrapped")

    assert {"closed", "x-named"} <= words_of(closing(named))
    assert {"wrapped", "x-named"} <= words_of(wrapping(named))


def test_methods_partial_functions_and_classes_behind_views_count():
    class Users(MethodView):
        word = "not a function"

        def get(self) -> str:
            return "users"

    assert "users" in words_of(Users().get)
    assert "x-named" in words_of(partial(named))
    assert {"users", "dispatch_request"} <= words_of(Users.as_view("users"))


def test_an_object_that_is_called_has_the_words_of_its_method():
    class Called:
        def __call__(self) -> str:
            return "called"

    assert "called" in words_of(Called())


def test_what_is_no_function_of_python_has_no_words():
    assert words_of(print) == frozenset()


def test_a_closure_may_hold_itself_nothing_yet_and_proxies_that_are_bound_to_nothing():
    proxy = flask.request

    def itself() -> Any:
        return itself, later, proxy

    assert "itself" in words_of(itself)
    assert list(parts_of(itself)) == [itself]
    later = 1
