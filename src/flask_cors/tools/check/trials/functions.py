"""Which functions stand behind an app's views and hooks, whose they are, and which CORS headers
their code names."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from inspect import unwrap
from itertools import chain
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, Literal

from flask import Flask

from ..finding import Where
from .words import words

Function = Callable[..., Any]
Owner = Literal["app", "library", "flask_cors"]

_INSTALLED = {"site-packages", "dist-packages"}


def owner_of(function: object, app: Flask) -> Owner:
    """Whether something is of this package, of the app, or of a library that was installed. An
    app may be installed too."""
    module = module_of(function)
    if _top(module) == __name__.partition(".")[0]:
        return "flask_cors"
    if _top(module) == _top(app.import_name):
        return "app"
    code = _code_of(function)
    file = code.co_filename if code is not None else _file_of(module)
    return "library" if _INSTALLED & set(Path(file).parts) else "app"


def _top(module: str) -> str:
    return module.partition(".")[0]


def module_of(function: object) -> str:
    """Where it was defined; :func:`functools.wraps` copies ``__module__``, which would not say."""
    function = _plain(function)
    if isinstance(function, FunctionType):
        return str(function.__globals__.get("__name__", ""))
    return type(function).__module__


def _file_of(module: str) -> str:
    return str(getattr(sys.modules.get(module), "__file__", None) or "")


def _plain(function: object) -> object:
    """The function of a bound method; an object that is called is itself."""
    return getattr(function, "__func__", function)


def _code_of(function: object) -> CodeType | None:
    code: CodeType | None = getattr(_plain(function), "__code__", None)
    return code


def name_of(function: object) -> str:
    """What a reader calls it: ``check_login``, ``Talisman._force_https``, ``Gateway``."""
    plain = _plain(function)
    name = getattr(plain, "__qualname__", type(plain).__qualname__)
    return str(name).replace("<locals>.", "")


def where_of_function(kind: str, function: Function) -> Where:
    """Its line, under the name of what it is for."""
    name = f"{kind} {name_of(function)}"
    called = getattr(type(function), "__call__", None)  # noqa: B004  # its line, not whether
    code = _code_of(unwrap(function)) or _code_of(called)
    return Where(name) if code is None else Where(name, code.co_filename, code.co_firstlineno)


def where_of_decorator(function: FunctionType) -> Where:
    """The line of what a decorator put in the place of a view, whose name it has taken."""
    code = function.__code__
    return Where(f"decorator with {code.co_name}", code.co_filename, code.co_firstlineno)


def functions_of(view: Function) -> Iterator[FunctionType]:
    """A view and what decorates it; of a class-based one each method that answers, and the
    decorators that the class names."""
    yield from _chain(view)
    view_class: Any = getattr(view, "view_class", None)
    if view_class is None:
        return
    for method in ("dispatch_request", *map(str.lower, view_class.methods or ())):
        yield from _chain(getattr(view_class, method, None))
    for decorator in getattr(view_class, "method_decorators", ()):  # of Flask-RESTful, -RESTX
        yield from _chain(decorator)


def _chain(function: object) -> Iterator[FunctionType]:
    seen: set[int] = set()
    while function is not None and id(function) not in seen:
        seen.add(id(function))
        plain = _plain(function)
        # Of an object that is called, what is called.
        code = plain if isinstance(plain, FunctionType) else getattr(type(plain), "__call__", None)  # noqa: B004
        if isinstance(code, FunctionType):
            yield code
        within = function.func if isinstance(function, partial) else None
        function = getattr(function, "__wrapped__", within)


def outside(view: Function, app: Flask) -> tuple[FunctionType, ...]:
    """The decorators of a view that stand outside of its ``@cross_origin``."""
    chain = list(_chain(view))
    owners = [owner_of(function, app) for function in chain]
    return tuple(chain[: owners.index("flask_cors")]) if "flask_cors" in owners else ()


# The response headers of the CORS protocol, as code names them: themselves, or as attributes of
# Werkzeug's.
_NAMED = re.compile(
    r"access.control.(allow.(?:origin|methods|headers|credentials|private.network)"
    r"|expose.headers|max.age)",
    re.IGNORECASE,
)


def named_headers(function: FunctionType) -> frozenset[str]:
    """The CORS headers that a function, or another of its module that it calls, names in its
    code."""
    return frozenset(_named(function, set()))


def _named(function: FunctionType, seen: set[CodeType]) -> Iterator[str]:
    code = function.__code__
    if code in seen:
        return
    seen.add(code)
    headers, names = _read(code)
    yield from headers
    for name in names:
        called = function.__globals__.get(name)
        if isinstance(called, str):  # a constant
            yield from _read_text(called)
        if isinstance(called, FunctionType) and called.__globals__ is function.__globals__:
            yield from _named(called, seen)


@lru_cache(maxsize=4096)  # views call the same functions
def _read(code: CodeType) -> tuple[frozenset[str], frozenset[str]]:
    """The CORS headers that code names itself, and the other words in it."""
    texts = frozenset(words(code))
    found = {text: list(_read_text(text)) for text in texts}
    return frozenset(chain(*found.values())), frozenset(text for text in texts if not found[text])


def _read_text(text: str) -> Iterator[str]:
    match = _NAMED.fullmatch(text.strip())
    if match is not None:
        yield "Access-Control-" + re.sub("[^a-z]", "-", match[1].lower()).title()
