"""Which answers of an app invite every cache to keep them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from flask import Flask

from .... import headers as h
from ....browser import Request
from ...arguments import CannotTell
from ...in_process import Handled, InProcess
from ...paths import sample
from ...survey import Route
from ..served import Served, is_static, named, scopes
from .server import server, url_of
from .words import words_of

_METHOD = "GET"
_MOST = 200  # requests that try what the after_request functions say
_MARKS = frozenset({"cache-control", "cache_control"})


class Kept(NamedTuple):
    """A route, and the ``Cache-Control`` that it answers with."""

    name: str
    header: str


def kept_by_all(app: Flask, members: Iterable[Served]) -> Iterator[tuple[Served, list[Kept]]]:
    """The routes of each policy whose answer a shared cache may keep."""
    views = app.view_functions
    with server(app) as ask:
        trier = _Trier(app, views, ask)
        for member in members:
            trier.seen.clear()
            kept = [one for route, methods in member.routes for one in trier.kept(route, methods)]
            if kept:
                yield member, kept


class _Trier:
    def __init__(self, app: Flask, views: dict[str, Callable[..., Any]], ask: InProcess) -> None:
        self.app = app
        self.views = views
        self.ask = ask
        self.tries = _MOST
        # Of a policy: where the paths begin on which the after_request functions were tried.
        self.seen: set[tuple[str, ...]] = set()
        # Of the after_request functions: the blueprints, None for the app, where one may set it.
        self.scopes = {
            name
            for name, functions in app.after_request_funcs.items()
            if any(_MARKS & words_of(function) for function in functions)
        }

    def kept(self, route: Route, methods: Iterable[str]) -> Iterator[Kept]:
        if _METHOD not in methods:
            return
        path, is_live = self._trial(route)
        if path is None:
            return
        header = self._header(route, path, is_live)
        if _is_for_all(header):
            yield Kept(named(_METHOD, route), header)

    def _trial(self, route: Route) -> tuple[str | None, bool]:
        """The path to ask for, None where nothing is suspected, and whether the view is called."""
        if is_static(route):
            return self._file(route), True
        if "<" not in route.path and _MARKS & words_of(self.views[route.endpoint]):
            return route.path, True
        if self.tries and self.scopes.intersection(scopes(route)) and self._begins_anew(route):
            self.tries -= 1
            return sample(route.rule), False
        return None, False

    def _begins_anew(self, route: Route) -> bool:
        """Whether no route was tried yet that such functions would tell from this one by."""
        beginning = (*map(str, scopes(route)), route.path.split("/")[1])
        is_new = beginning not in self.seen
        self.seen.add(beginning)
        return is_new

    def _file(self, route: Route) -> str | None:
        """The path of the first file that a static route serves."""
        blueprint = self.app.blueprints.get(route.endpoint.rpartition(".")[0])
        folder = (blueprint or self.app).static_folder
        if folder is None:
            return None
        files = (file for file in Path(folder).rglob("*") if file.is_file())
        name = next((file.relative_to(folder).as_posix() for file in files), None)
        return name and route.path.replace("<path:filename>", name)

    def _header(self, route: Route, path: str, is_live: bool) -> str:
        stub = self.app.view_functions[route.endpoint]
        if is_live:
            self.app.view_functions[route.endpoint] = self.views[route.endpoint]
        request = Request(_METHOD, url_of(self.app, path))
        try:
            answer = self.ask(request)
            is_told = _is_told_by_policy(self.ask.handled[request], route)
            return (is_told and answer.get("Cache-Control")) or ""
        except CannotTell:  # what it raised passed Flask by
            return ""
        finally:
            self.app.view_functions[route.endpoint] = stub


def _is_told_by_policy(handled: Handled, route: Route) -> bool:
    """Whether it is the route's answer, not that of another host, and has the policy's headers: one
    with an ``Access-Control-Allow-Origin`` of its own is left alone."""
    own = handled.response.get(h.ALLOW_ORIGIN)
    decision = handled.decision
    return handled.rule == route.path and decision is not None and decision.allow_origin == own


def _is_for_all(header: str) -> bool:
    """RFC 9111 5.2.2: ``public``, and ``s-maxage``, which speaks to shared caches alone."""
    directives = {piece.strip().partition("=")[0].lower() for piece in header.split(",")}
    return bool(directives & {"public", "s-maxage"}) and not directives & {"private", "no-store"}
