"""The names and strings in the code of a function, which is not called. They show what to test."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from inspect import getattr_static
from types import CodeType, FunctionType, MethodType
from typing import Any


def words_of(function: Callable[..., Any]) -> frozenset[str]:
    """Return the names and strings in the code of all its functions, in lower case."""
    return frozenset(word.lower() for part in parts_of(function) for word in _words(part.__code__))


def parts_of(function: object) -> Iterator[FunctionType]:
    """Yield a function, the functions that it wraps or closes over, and the methods of a view class
    with their decorators; the outermost first."""
    seen: set[int] = set()
    waiting: list[object] = [function, getattr_static(type(function), "__call__", None)]
    while waiting:
        one = waiting.pop(0)
        if id(one) not in seen:
            seen.add(id(one))
            if isinstance(one, FunctionType):
                yield one
            waiting.extend(_parts(one))


def _parts(one: object) -> Iterator[object]:
    if isinstance(one, MethodType):
        yield one.__func__
    elif isinstance(one, partial):
        yield one.func
        yield getattr_static(type(one.func), "__call__", None)
    elif isinstance(one, type):
        for each in one.__mro__[:-1]:
            yield from (value for value in vars(each).values() if isinstance(value, FunctionType))
        yield from getattr(one, "method_decorators", ())  # of Flask-RESTful and -RESTX
    else:
        # Not getattr: a closure may hold any object, such as a proxy that needs a request.
        yield getattr_static(one, "__wrapped__", None)
        yield getattr_static(one, "view_class", None)
    if isinstance(one, FunctionType):
        for cell in one.__closure__ or ():
            try:
                yield cell.cell_contents
            except ValueError:  # an empty cell
                continue


@lru_cache(maxsize=4096)  # views call the same functions
def _words(code: CodeType) -> frozenset[str]:
    """Return the names and strings of a code object and of those inside it, except sentences."""
    words = {text for text in strings_in(code) if len(text.split()) == 1}
    inside = (_words(each) for each in code.co_consts if isinstance(each, CodeType))
    return frozenset(words.union([code.co_name], code.co_names, *inside))


def strings_in(constant: object) -> Iterator[str]:
    """Yield the strings in a constant: for a code object, those in it and in the ones inside it."""
    if isinstance(constant, str):
        yield constant
    elif isinstance(constant, CodeType):
        yield from strings_in(constant.co_consts)
    elif isinstance(constant, (tuple, frozenset)):
        for each in constant:
            yield from strings_in(each)


# The response headers of the CORS protocol in code: their names, or Werkzeug's attributes.
_CORS_HEADER = re.compile(
    r"access.control.(allow.(?:origin|methods|headers|credentials|private.network)"
    r"|expose.headers|max.age)",
    re.IGNORECASE,
)


def named_headers(function: FunctionType) -> frozenset[str]:
    """Return the CORS headers that a function names, or another function of its module that it
    calls."""
    found: set[str] = set()
    seen: set[CodeType] = set()
    waiting = [function]
    while waiting:
        called = waiting.pop()
        if called.__code__ in seen:
            continue
        seen.add(called.__code__)
        for word in _words(called.__code__):
            value = called.__globals__.get(word)
            if isinstance(value, FunctionType) and value.__globals__ is called.__globals__:
                waiting.append(value)
            text = value if isinstance(value, str) else word  # a constant, or a string
            match = _CORS_HEADER.fullmatch(text.strip())
            if match is not None:
                name = re.sub("[^a-z]", "-", match[1].lower()).title()
                found.add(f"Access-Control-{name}")
    return frozenset(found)
