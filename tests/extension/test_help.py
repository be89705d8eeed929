"""What ``help()`` and a shell show of ``CORS`` and ``cross_origin``."""

from __future__ import annotations

import inspect
import pydoc
import typing

import pytest
from flask import Flask

from flask_cors import CORS, cross_origin
from flask_cors.typing import Origins

APP = "https://app.example"


def test_cors_shows_its_options() -> None:
    cors = CORS(origins=APP, max_age=600)
    assert repr(cors) == f"<CORS(origins='{APP}', max_age=600) bound to no app>"


def test_cors_shows_the_names_of_its_apps() -> None:
    cors = CORS()
    apps = [Flask("b"), Flask("a")]
    for app in apps:
        cors.init_app(app)
    assert repr(cors) == "<CORS() bound to a, b>"


def test_cors_shows_a_long_option_cut() -> None:
    assert len(repr(CORS(origins=[APP] * 100))) < 200


@pytest.mark.parametrize("function", [CORS, CORS.__init__, cross_origin])
def test_the_signature_in_help_has_no_annotations(function: typing.Any) -> None:
    parameters = inspect.signature(function).parameters.values()
    assert {each.annotation for each in parameters} == {inspect.Parameter.empty}


@pytest.mark.parametrize("function", [CORS.__init__, cross_origin])
def test_the_annotations_are_still_there(function: typing.Any) -> None:
    assert function.__annotations__["origins"] == "Origins"
    assert function.__globals__["Origins"] == Origins


@pytest.mark.parametrize("function", [CORS, cross_origin])
@pytest.mark.parametrize("example", ["factory", "lueprint", "redentials"])
def test_the_help_has_an_example(function: object, example: str) -> None:
    code = pydoc.plain(pydoc.render_doc(function)).partition(":param")[0]
    assert example in code
