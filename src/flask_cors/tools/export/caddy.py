"""The configuration for Caddy.

All is worked out by maps. Go's engine reads characters, not bytes: what is none is one of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from ... import headers as h
from .by_maps import HEADERS, IS_ANSWERED, PATH, Request, maps
from .caddy_syntax import indented, quoted, variable, written
from .comments import commented
from .expressions import longer_than
from .maps import ITSELF, NOTHING_ELSE, Map, Result, Variable, found, otherwise
from .plan import MAX_PATH, Engine, Plan
from .regexes import escaped

_WHERE = """\
Made by `flask cors export caddy`. Import this file into the site in front of the app, as the first
line of one route { } that holds all else of the site: Caddy would otherwise ask for logins, and
enter a handle { }, before it answers. And copy what follows into each reverse_proxy { }:"""

ENGINE = Engine.RE2


def render(plan: Plan) -> str:
    """The part to include in a configuration."""
    return "\n".join([*commented(_WHERE, _proxy()), "", *_route(plan)]) + "\n"


def render_whole(plan: Plan, listen: str, upstream: str) -> str:
    """A configuration that runs in the foreground.

    :param listen: the address and port, such as ``"127.0.0.1:8080"``.
    :param upstream: the URL of the app, without a path.
    """
    address, _, port = listen.rpartition(":")
    proxy = [f"reverse_proxy {quoted(upstream)} {{", *indented(_proxy()), "}"]
    inside = [*_route(plan), *proxy]
    lines = [
        "# Made by `flask cors export caddy`. Run it: caddy run --adapter caddyfile --config FILE",
        "{",
        *indented(["admin off", "auto_https off"]),
        "}",
        f"{quoted(f'http://:{port}')} {{",
        *indented([f"bind {quoted(address)}", "route {"]),
        *indented(indented(inside)),
        "\t}",
        "}",
    ]
    return "\n".join(lines) + "\n"


def _proxy() -> Iterator[str]:
    for name in HEADERS:
        if name != "Vary":  # of which the app has more to say
            yield f"header_down -{name}"


def _header(name: str) -> Variable:
    return Variable(f"{{header.{name}}}")


_IN_ASCII = Result("ascii_names")
# As they came: a rewrite changes the others.
_REQUEST = Request(
    method=Variable("{http.request.orig_method}"),
    path=Variable("{http.request.orig_uri.path}"),
    origin=_header("Origin"),
    asked=_header(h.REQUEST_METHOD),
    names=_IN_ASCII,
    network=_header(h.REQUEST_PRIVATE_NETWORK),
)


def _route(plan: Plan) -> Iterator[str]:
    for each in (_ascii_names(), *maps(plan, _REQUEST, [_path(plan)])):
        yield from written(each)
    for name, result in HEADERS.items():
        value = variable(Result(result))
        yield f'@cors_{result} `{value} != ""`'
        yield f"header @cors_{result} {'+' if name == 'Vary' else ''}{name} {value}"
    yield f'@cors_is_answered `{variable(IS_ANSWERED)} == "1"`'
    yield "respond @cors_is_answered 200"


def _ascii_names() -> Map:
    return Map(
        "Header names, of ASCII alone: to Go, other characters are another case of k and s.",
        (_header(h.REQUEST_HEADERS),),
        _IN_ASCII.name,
        [found(r"[^\x00-\x7f]"), otherwise(_header(h.REQUEST_HEADERS))],
    )


def _path(plan: Plan) -> Map:
    # What is no character, or to Go another case of k and s, an expression must not meet.
    doubts = [found(r"[\x{fffd}\x{212a}\x{17f}]")] if plan.has_expressions else []
    # Without a root, the app takes any number of slashes in front for one.
    begins = rf"^{escaped(plan.root)}(?:/+|\z)" if plan.root else "^/+"
    return Map(
        "The path as the app sees it, below its root; none of what no browser sends.",
        (_REQUEST.path,),
        PATH.name,
        [
            found(longer_than(MAX_PATH + len(plan.root))),
            *doubts,
            found(r"/\.{1,2}(?:/|\z)"),
            found(rf"{begins}([\x00-\xff]*)\z", "/", ITSELF),
            NOTHING_ELSE,
        ],
    )
