"""Differences: decorated views, several views on one URL, and what came before preflights."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from inspect import iscoroutinefunction
from itertools import groupby, islice

from .... import headers as h
from ....browser import Request
from ....errors import shown
from ....hooks import binding_of
from ...arguments import CannotTell
from ...in_process import InProcess
from ...survey import Route
from ..patterns.examples import STRANGER
from ..trials.server import server, url_of
from .difference import Difference, Found, allows, is_allowed, says
from .probes import allowed_origins
from .seen import Asked, Sampled, Seen

# Of the views of one blueprint, or of the app, on how many the functions that come before are
# tried: they seldom tell their views apart.
_TRIED = 5


class Errors(Difference):
    heading = "A decorated view that aborts or raises"

    def find(self, seen: Seen) -> Iterator[Found]:
        for route, path in seen.sampled:
            if iscoroutinefunction(seen.app.view_functions.get(route.endpoint)):
                continue  # which never worked
            for method in route.methods[:1]:
                for origin in _probes(seen, route, method):
                    asked = Asked(path, origin, method)
                    before, now = seen.before(asked, is_error=True), seen.now(asked)
                    if before.get(h.ALLOW_ORIGIN) != now.get(h.ALLOW_ORIGIN):
                        yield Found(
                            "an error that the decorated view raises",
                            path,
                            says(before, h.ALLOW_ORIGIN),
                            says(now, h.ALLOW_ORIGIN),
                            "nothing to do; take out what adds headers in error handlers",
                            seen.place(seen.own_policy(route.endpoint, method)),
                        )
                        break


class AsyncView(Difference):
    heading = "A decorated `async def` view"

    def find(self, seen: Seen) -> Iterator[Found]:
        for route, path in seen.sampled:
            view = seen.app.view_functions.get(route.endpoint)
            policy = seen.own_policy(route.endpoint, "GET")
            if policy is not None and iscoroutinefunction(view):
                yield Found(
                    "any request",
                    path,
                    "500: nothing awaited the view",
                    "the answer of the view",
                    "nothing to do: it works",
                    seen.place(policy),
                )


class ClassView(Difference):
    heading = "A decorated `MethodView`"

    def find(self, seen: Seen) -> Iterator[Found]:
        for route, path in seen.sampled:
            if seen.view_class(route.endpoint) is not None:
                origins = {
                    origin for each in route.methods for origin in _probes(seen, route, each)
                }
                fix = "take out an options method that was there for this alone"
                yield from _preflights(seen, route, path, sorted(origins), fix)


class SeveralViews(Difference):
    heading = "Several views on one URL"

    def find(self, seen: Seen) -> Iterator[Found]:
        for _, group in groupby(seen.sampled, key=lambda sampled: sampled.route.path):
            views = list(group)
            origins = {
                origin
                for route, _ in views
                for method in route.methods
                for origin in _probes(seen, route, method)
            }
            for route, path in views if len(views) > 1 else ():
                if seen.view_class(route.endpoint) is None:  # which is a difference of its own
                    fix = "check each decorated view of the URL: its own origins hold"
                    yield from _preflights(seen, route, path, sorted(origins), fix)


def _preflights(
    seen: Seen, route: Route, path: str, origins: list[str], fix: str
) -> Iterator[Found]:
    """The first method of a view whose preflight is answered otherwise."""
    for method in route.methods:
        for origin in origins:
            asked = Asked(path, origin, method, is_preflight=True)
            before, now = seen.before(asked), seen.now(asked)
            if is_allowed(before) != is_allowed(now):
                place = seen.place(seen.policy(asked))
                subject = f"a preflight of {shown(origin)} for {method}"
                yield Found(subject, path, allows(before), allows(now), fix, place)
                return


def _probes(seen: Seen, route: Route, method: str) -> list[str]:
    """Origins to ask for: those that a decorated view allows, and one that nobody lists; none
    where the view is not decorated."""
    policy = seen.own_policy(route.endpoint, method)
    return [] if policy is None else [*allowed_origins(policy)[:1], STRANGER]


_LETS_PASS = (
    "nothing to do; take out what lets OPTIONS pass, such as: "
    'if request.method == "OPTIONS": return'
)


class Preflights(Difference):
    heading = "Login checks, 404, 405 and redirects"

    def find(self, seen: Seen) -> Iterator[Found]:
        if seen.binding.answers_preflights:
            yield from self._redirected(seen)
            yield from self._answered_before(seen)

    def _redirected(self, seen: Seen) -> Iterator[Found]:
        for route, path in seen.sampled:
            unsafe = [method for method in route.methods if method not in h.SAFE_METHODS]
            if path == "/" or not path.endswith("/") or not unsafe:
                continue
            asked = _allowed_preflight(seen, path.rstrip("/"), unsafe[0])
            if asked is not None and seen.is_redirected(asked.path):
                fix = "nothing to do: the browser follows the redirect of the request itself"
                place = seen.place(seen.policy(asked))
                yield Found("a preflight", asked.path, "308", "200", fix, place)

    def _answered_before(self, seen: Seen) -> Iterator[Found]:
        with server(seen.app) as transport, _unanswered(seen):
            for route, path in _first_of_each_blueprint(seen):
                asked = _allowed_preflight(seen, path, route.methods[0])
                status = None if asked is None else _status(seen, transport, asked)
                if asked is None or status is None or 200 <= status < 300:
                    continue
                place = seen.place(seen.policy(asked))
                yield Found("a preflight", path, str(status), "200", _LETS_PASS, place)
                if "OPTIONS" in route.methods and not seen.is_decorated(route.endpoint):
                    yield Found(
                        "the view that handles OPTIONS itself",
                        path,
                        f"{status}, and the view was not called",
                        "the view is called for preflights, unchecked",
                        "check the login in the view, or decorate it with @cross_origin()",
                        place,
                    )


def _first_of_each_blueprint(seen: Seen) -> Iterator[Sampled]:
    def blueprint(sampled: Sampled) -> str:
        return sampled.route.endpoint.rpartition(".")[0]

    for _, group in groupby(sorted(seen.sampled, key=blueprint), key=blueprint):
        yield from islice(group, _TRIED)


def _allowed_preflight(seen: Seen, path: str, method: str) -> Asked | None:
    """A preflight that this version answers itself."""
    policy = seen.policy(Asked(path, STRANGER, method, is_preflight=True))
    if policy is None or not policy.automatic_options:
        return None
    for origin in allowed_origins(policy)[:1]:
        return Asked(path, origin, method, is_preflight=True)
    return None


def _status(seen: Seen, transport: InProcess, asked: Asked) -> int | None:
    headers = tuple(asked.headers.items())
    try:
        return transport(Request("OPTIONS", url_of(seen.app, asked.path), headers)).status
    except CannotTell:
        return None


@contextmanager
def _unanswered(seen: Seen) -> Generator[None]:
    """With preflights left to Flask, behind all functions that come before."""
    binding = binding_of(seen.app)
    before = binding.answers_preflights
    binding.answers_preflights = False
    try:
        yield
    finally:
        binding.answers_preflights = before


DIFFERENCES: tuple[type[Difference], ...] = (
    Preflights,
    Errors,
    AsyncView,
    ClassView,
    SeveralViews,
)
