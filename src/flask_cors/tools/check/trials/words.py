"""What the code of a function names, without calling it: what is worth a try, and why something
said no. Nothing is proven by it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from inspect import getattr_static
from types import CodeType, FunctionType, MethodType
from typing import Any


def words_of(function: Callable[..., Any]) -> frozenset[str]:
    """The names and strings in the code of all its functions, in lower case."""
    return frozenset(word.lower() for part in parts_of(function) for word in words(part.__code__))


def parts_of(function: Callable[..., Any]) -> Iterator[FunctionType]:
    """A function, those that it wraps or closes over, and the methods of the class behind a
    view."""
    seen: set[int] = set()
    waiting: list[object] = [function, getattr_static(type(function), "__call__", None)]
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, FunctionType):
            yield one
        waiting.extend(_parts(one))


def _parts(one: object) -> Iterator[object]:
    if isinstance(one, MethodType):
        yield one.__func__
    elif isinstance(one, partial):
        yield one.func
    elif isinstance(one, type):
        for each in one.__mro__[:-1]:
            yield from (value for value in vars(each).values() if isinstance(value, FunctionType))
    else:
        # Not getattr: a closure holds anything, such as a proxy that is bound to a request.
        yield getattr_static(one, "__wrapped__", None)
        yield getattr_static(one, "view_class", None)
    if isinstance(one, FunctionType):
        for cell in one.__closure__ or ():
            try:
                yield cell.cell_contents
            except ValueError:  # nothing in it yet
                continue


def words(code: CodeType) -> Iterator[str]:
    """The names and strings of a code object and of those inside it; no sentences."""
    yield code.co_name
    yield from code.co_names
    waiting: list[object] = list(code.co_consts)
    while waiting:
        constant = waiting.pop()
        if isinstance(constant, str):
            yield from [constant] if len(constant.split()) == 1 else []
        elif isinstance(constant, CodeType):
            yield from words(constant)
        elif isinstance(constant, (tuple, frozenset)):
            waiting.extend(constant)
