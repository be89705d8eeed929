"""What several checks look for is looked for once."""

from __future__ import annotations

import gc
import weakref

from flask import Flask

from flask_cors.tools.check.once import once
from flask_cors.tools.check.subject import Subject


def test_it_is_found_once_for_each_app():
    looked: list[Subject] = []

    @once
    def find(subject: Subject) -> int:
        looked.append(subject)
        return len(looked)

    one, other = Subject(Flask("app")), Subject(Flask("app"))
    assert [find(one), find(other), find(one), find(other)] == [1, 2, 1, 2]


def test_it_is_forgotten_with_the_app():
    find = once(lambda subject: None)
    subject = Subject(Flask("app"))
    find(subject)
    kept = weakref.ref(subject)
    del subject
    gc.collect()
    assert kept() is None
