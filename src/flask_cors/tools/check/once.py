"""What several checks look for is looked for once."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar
from weakref import WeakKeyDictionary

from .subject import Subject

T = TypeVar("T")


def once(find: Callable[[Subject], T]) -> Callable[[Subject], T]:
    """Remember what was found in an app, as long as it is under check."""
    known: WeakKeyDictionary[Subject, T] = WeakKeyDictionary()

    @wraps(find)
    def found(subject: Subject) -> T:
        if subject not in known:
            known[subject] = find(subject)
        return known[subject]

    return found
