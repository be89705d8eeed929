"""A request tried again, with another policy or a rule more in place, and the app left as it was.

Views for unsafe methods are not called: they do again what they did when the request was really
made; where it never came to that, what they would have done is taken to be an empty 200.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from functools import wraps
from typing import Any

from flask import Flask
from werkzeug.wrappers import Response as Answer

from ..browser import Request, Response
from ..context import current_request
from ..headers import SAFE_METHODS
from ..hooks import bind, binding_of, put_in_front
from ..policy.policy import Policy
from ..policy.resources import PathPattern
from ..report import cors_refused
from .arguments import Asked, CannotTell
from .in_process import Handled, InProcess
from .verdict import fetched


def passes(app: Flask, asked: Asked, handled: Mapping[Request, Handled]) -> bool:
    """Whether a browser allows the request, as the app is configured now.

    :param handled: what the app did when the request was really made.
    """
    server = InProcess(app, asked.url)
    done = {(request.method, request.url): known for request, known in handled.items()}

    def once_more(request: Request) -> Response:
        with _without_effects(app, done.get((request.method, request.url))):
            return server(request)

    with quiet(app):
        try:
            return fetched(asked, once_more).allowed
        except CannotTell:
            return False


@contextmanager
def acting_as(policy: Policy, other: Policy) -> Generator[None]:
    """Have a policy decide as another: whoever holds it, holds the same object."""
    before = dict(vars(policy))
    vars(policy).update(vars(other))
    try:
        yield
    finally:
        vars(policy).update(before)


@contextmanager
def with_rule(app: Flask, pattern: PathPattern, policy: Policy) -> Generator[None]:
    """With one rule more. What is attached to an app that had no CORS stays, and does nothing
    without a rule."""
    binding = bind(app)
    put_in_front(binding)
    before = binding.rules, binding.answers_preflights
    binding.rules = binding.rules.extended([(pattern, policy)])
    binding.answers_preflights = True
    binding.forget_views()
    try:
        yield
    finally:
        binding.rules, binding.answers_preflights = before
        binding.forget_views()


@contextmanager
def without_views(app: Flask) -> Generator[None]:
    """Have no view do anything: each answers with an empty 200."""

    def emptied(view: Callable[..., Any]) -> Callable[..., Any]:
        return wraps(view)(lambda *_, **__: "")  # the mark of @cross_origin with it

    with _views(app, emptied):
        yield


@contextmanager
def _without_effects(app: Flask, done: Handled | None) -> Generator[None]:
    with _views(app, lambda view: _harmless(app, view, done)):
        yield


@contextmanager
def _views(
    app: Flask, other: Callable[[Callable[..., Any]], Callable[..., Any]]
) -> Generator[None]:
    views = app.view_functions
    app.view_functions = {endpoint: other(view) for endpoint, view in views.items()}
    try:
        yield
    finally:
        app.view_functions = views


def _harmless(app: Flask, view: Callable[..., Any], done: Handled | None) -> Callable[..., Any]:
    @wraps(view)  # the mark of @cross_origin with it
    def call(*args: Any, **kwargs: Any) -> Any:
        if current_request().method in SAFE_METHODS:
            return app.ensure_sync(view)(*args, **kwargs)
        return "" if done is None else _again(app, done)

    return call


def _again(app: Flask, done: Handled) -> Answer:
    """What a view did: the status, where it sends the browser, and what it says of CORS itself."""
    if done.error is not None:
        raise done.error
    ours = () if done.decision is None else done.decision.headers
    answer = app.response_class(status=done.response.status)
    for name, value in done.response.headers:
        if _is_telling(name) and (name, value) not in ours:
            answer.headers.add(name, value)
    return answer


def _is_telling(name: str) -> bool:
    return name.lower() == "location" or name.lower().startswith("access-control-")


@contextmanager
def quiet(app: Flask) -> Generator[None]:
    """Without log lines, signals and hints, for they would tell of requests that nobody made."""
    before, binding = logging.root.manager.disable, binding_of(app)
    hinted = set(binding.hinted)
    logging.disable(logging.CRITICAL)
    try:
        with cors_refused.muted():
            yield
    finally:
        logging.disable(before)
        binding.hinted = hinted
