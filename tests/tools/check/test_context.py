"""What the rules look at, and searches that several rules share."""

from __future__ import annotations

import gc
import weakref

from flask import Flask

from flask_cors.tools.check.context import CheckContext, cached_per_check


def test_a_cached_search_is_made_once_per_app():
    looked: list[CheckContext] = []

    @cached_per_check
    def find(context: CheckContext) -> int:
        looked.append(context)
        return len(looked)

    one, other = CheckContext(Flask("app")), CheckContext(Flask("app"))
    assert [find(one), find(other), find(one), find(other)] == [1, 2, 1, 2]


def test_a_cached_result_is_forgotten_with_the_app():
    find = cached_per_check(lambda context: None)
    context = CheckContext(Flask("app"))
    find(context)
    kept = weakref.ref(context)
    del context
    gc.collect()
    assert kept() is None
