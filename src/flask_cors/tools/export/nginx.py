"""The configuration for nginx.

All is worked out by maps, which yield empty values for what is not to be said: ``add_header``
leaves these out, so that one list of them serves every response, nginx's own errors among them.
``if`` holds nothing but ``return``.

To nginx, an expression that is too costly is one that does not match, and no further one is tried:
the default decides.
"""

from __future__ import annotations

from collections.abc import Iterator

from .addresses import AUTHORITIES
from .by_maps import HEADERS, IS_ANSWERED, PATH, Request, maps
from .comments import commented
from .expressions import UTF_8, longer_than
from .maps import ITSELF, NOTHING_ELSE, Map, Result, Variable, found
from .nginx_syntax import indented, quoted, variable, with_dollar, written
from .obstacles import CannotExport, Obstacle
from .plan import MAX_PATH, Engine, Plan
from .regexes import escaped

_WHERE = """\
Made by `flask cors export nginx`. Include this file in http { }, and copy what follows into the
server { } in front of the app, before any rewrite. Where there is an add_header, or a
proxy_hide_header, those from outside hold no more: repeat in the server what stands in http { },
and in a location with its own what stands here. With uwsgi_pass, write uwsgi_hide_header."""

ENGINE = Engine.PCRE


def render(plan: Plan) -> str:
    """The part to include in a configuration.

    :raises CannotExport: for a word that is too long for nginx.
    """
    return "\n".join([*commented(_WHERE, _server()), "", *_http(plan)])


def render_whole(plan: Plan, listen: str, upstream: str) -> str:
    """A configuration that runs in the foreground, in a folder of its own.

    :param listen: the address and port, such as ``"127.0.0.1:8080"``.
    :param upstream: the URL of the app, without a path.
    :raises CannotExport: for a word that is too long for nginx.
    """
    temporary = [
        f"{module}_temp_path temp_{module};"
        for module in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    ]
    server = [
        f"listen {quoted(listen)};",
        "client_max_body_size 0;",
        "",
        *_server(),
        "location / {",
        *indented(_to_the_app(upstream)),
        "}",
    ]
    # Of thousands of policies or origins, nginx would warn that its tables are slow.
    roomy = ["variables_hash_max_size 65536;", "map_hash_max_size 1048576;"]
    alone = ["access_log off;", *roomy, *temporary]
    http = [*alone, "", *_http(plan), "server {", *indented(server), "}"]
    lines = [
        "# Made by `flask cors export nginx`. Run it:",
        '# nginx -e stderr -p "$(mktemp -d)" -c "$PWD/FILE"',
        "daemon off;",
        "pid nginx.pid;",
        "error_log stderr;",
        "events { }",
        "http {",
        *indented(http),
        "}",
    ]
    return "\n".join(lines) + "\n"


def _to_the_app(upstream: str) -> Iterator[str]:
    yield f"proxy_pass {quoted(upstream)};"
    # Without files, of which a worker may not be allowed to make any.
    yield from ("proxy_http_version 1.1;", "proxy_request_buffering off;")
    yield "proxy_max_temp_file_size 0;"
    if upstream.startswith("https"):
        yield from (
            "proxy_ssl_server_name on;",
            "proxy_ssl_verify on;",
            "proxy_ssl_verify_depth 9;",
        )
        yield f"proxy_ssl_trusted_certificate {quoted(AUTHORITIES)};"
    else:
        yield "proxy_set_header Host $http_host;"


# ---- server ------------------------------------------------------------------------------------


def _server() -> Iterator[str]:
    for name, result in HEADERS.items():
        yield f"add_header {name} {variable(Result(result))} always;"
    for name in HEADERS:
        if name != "Vary":  # of which the app has more to say
            yield f"proxy_hide_header {name};"
    yield f"if ({variable(IS_ANSWERED)}) {{"
    yield "    return 200;"
    yield "}"


# ---- http --------------------------------------------------------------------------------------


# nginx lets a later map take the place of an earlier one without a word, but takes no name of a
# log_format twice.
_ONCE = (
    "# Two apps in one nginx would get the policy of the later one: this makes nginx refuse that.",
    'log_format cors_of_one_app "";',
    "",
)

_ASKED_FOR, _UNESCAPED = Variable("$request_uri"), Variable("$uri")
_REQUEST = Request(
    method=Variable("$request_method"),
    path=_UNESCAPED,
    origin=Variable("$http_origin"),
    asked=Variable("$http_access_control_request_method"),
    names=Variable("$http_access_control_request_headers"),
    network=Variable("$http_access_control_request_private_network"),
)


def _http(plan: Plan) -> Iterator[str]:
    obstacles: list[Obstacle] = []
    given = maps(plan, _REQUEST, _path(plan))
    lines = [line for each in given for line in written(each, obstacles)]
    if obstacles:
        raise CannotExport(obstacles)
    yield from _ONCE
    yield from with_dollar(lines)


_SLASH, _DOT = "(?:/|%2f)", r"(?:\.|%2e)"


def _path(plan: Plan) -> Iterator[Map]:
    # Without a root, the app takes any number of slashes in front for one.
    begins = "^" if plan.root else "^/*(?=/)"
    asked_for = Result("whole_path")
    yield Map(
        "The path as the app sees it; none where nginx has changed more than escapes.",
        (_ASKED_FOR,),
        asked_for.name,
        [
            found(rf"{begins}(/[^?#%\x80-\xff]*)(?:\?|\z)", ITSELF),
            found(rf"(?i)^[^?]*(?:#|{_SLASH}(?:{_SLASH}|{_DOT}{{1,2}}(?:{_SLASH}|\?|\z)))"),
            found("^/", _UNESCAPED),
            NOTHING_ELSE,
        ],
    )
    below = found("^/", asked_for)
    if plan.root:
        below = found(rf"^{escaped(plan.root)}(?:/+|\z)([\x00-\xff]*)\z", "/", ITSELF)
    no_text = [found(rf"^(?!{UTF_8}*+\z)")] if plan.has_expressions else []
    yield Map(
        "The same, below the root of the app; none of what no browser sends.",
        (asked_for,),
        PATH.name,
        [
            found(longer_than(MAX_PATH + len(plan.root))),
            *no_text,
            found(r"/\.{1,2}(?:/|\z)"),
            below,
            NOTHING_ELSE,
        ],
    )
