"""What routes in Kubernetes can state: the rows of the documentation's table, each with apps that
show it."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from flask import Blueprint, Flask

from tests.tools.export.edge_policies import POLICIES, Configure, of_options
from tests.tools.export.edge_statements import REFUSED

FORMATS = ("gateway-api", "istio")
BOTH, NEITHER = frozenset(FORMATS), frozenset[str]()
ISTIO = frozenset({"istio"})


class Statement(NamedTuple):
    """Which formats state what the apps have."""

    formats: frozenset[str]
    apps: tuple[Configure, ...]


def _of_views(*rules: str, **options: Any) -> Configure:
    def configure(app: Flask, cors: Any, cross_origin: Any) -> None:
        view = cross_origin(**options)(lambda **_: "")
        for rule in rules:
            app.add_url_rule(rule, rule, view)

    return configure


def _of_a_blueprint(app: Flask, cors: Any, cross_origin: Any) -> None:
    shop = Blueprint("shop", "shop", url_prefix="/shop")
    cors(shop, origins="https://a.example")
    shop.add_url_rule("/books", "books", lambda: "")
    app.register_blueprint(shop)


def _of(*names: str) -> tuple[Configure, ...]:
    return tuple(POLICIES[name] for name in names)


MANY = [f"https://{number}.example" for number in range(65)]
NAMES = [f"X-{number}" for number in range(65)]
LONG_PATH = "/" + "a" * 1024

STATEMENTS: dict[str, Statement] = {
    "every origin; no origin": Statement(BOTH, _of("any", "any, as a star", "none")),
    "exact origins of `http` and `https`, on host names": Statement(
        BOTH, _of("one", "one in upper case", "two, without Vary")
    ),
    "`null`, other schemes, IPv6 addresses": Statement(
        ISTIO,
        (
            *_of("null and a long one"),
            of_options(origins="app://."),
            of_options(origins="http://[::1]:8080"),
            of_options(origins="http://my_host"),
            of_options(origins="https://" + "a" * 63 + ".b" * 120),
        ),
    ),
    "subdomains": Statement(BOTH, _of("subdomains")),
    "any port": Statement(ISTIO, _of("ports")),
    "origins by a regex": Statement(ISTIO, _of("a regex", "a compiled regex")),
    "a regex that matches `*`, which Envoy takes for all origins": Statement(
        NEITHER, (of_options(origins=re.compile(r"https://a\.example|.")),)
    ),
    "a regex of more than 1,024 characters": Statement(
        NEITHER,
        (*_of("a long regex"), of_options(resources=f"/({'ab|' * 400}c)$", origins="*")),
    ),
    "more than 64 origins, allowed or exposed header names": Statement(
        ISTIO,
        (
            of_options(origins=MANY),
            of_options(allow_headers=NAMES),
            of_options(expose_headers=NAMES),
        ),
    ),
    "credentials, exposed headers": Statement(BOTH, _of("two, with credentials")),
    "credentials with `*` as methods or header names": Statement(BOTH, _of("any method")),
    "credentials with `*` as exposed headers": Statement(
        ISTIO,
        (of_options(origins="https://a.example", supports_credentials=True, expose_headers="*"),),
    ),
    "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS; every method": Statement(
        BOTH, (*_of("any method and two"), of_options(methods=["GET", "PATCH"]))
    ),
    "other methods, such as PURGE": Statement(NEITHER, (of_options(methods="PURGE"),)),
    "every method, where policies depend on views": Statement(
        NEITHER, (_of_views("/a", methods="*"),)
    ),
    "header names; every name": Statement(
        BOTH, _of("some headers", "header names with all their signs", "no headers")
    ),
    "header names by a regex": Statement(NEITHER, _of("headers by a regex")),
    "private network": Statement(NEITHER, _of("private network")),
    "max age of at least 1 second": Statement(BOTH, _of("any, without Vary")),
    "max age of 0, -1, or over 2,147,483,647": Statement(
        NEITHER,
        (of_options(max_age=0), of_options(max_age=-1), of_options(max_age=2**31)),
    ),
    "resources: a path, or all below one": Statement(
        BOTH, _of("below /api", "a file of one policy")
    ),
    "a path below another that allows more": Statement(
        ISTIO, _of("a file by several spellings", "blueprints")
    ),
    "several policies of the paths of a view that takes slashes": Statement(
        ISTIO, _of("a slash at the end of exact resources")
    ),
    "a path with characters that browsers escape, such as spaces": Statement(
        NEITHER, (*_of("paths with signs"), of_options(resources="/a b/*"))
    ),
    "a path with other signs than `-`, `.`, `_` and `~`": Statement(
        ISTIO, (of_options(resources="/@me"),)
    ),
    "a path of more than 1,024 characters": Statement(ISTIO, (of_options(resources=LONG_PATH),)),
    "resources by a regex": Statement(ISTIO, _of("several resources", "resources by regexes")),
    "decorated views and blueprints of fixed paths": Statement(
        BOTH, (_of_a_blueprint, _of_views("/a", "/b"))
    ),
    "decorated views with converters": Statement(
        ISTIO, _of("views alone", "views and the app", "slashes that do not matter")
    ),
    "several policies of one path, by the method": Statement(
        ISTIO, _of("methods of a view", "views that list options")
    ),
    "a path on which several regexes decide": Statement(
        NEITHER, _of("a catch all", "a slash at the end in blueprints", "regexes in any case")
    ),
    "`APPLICATION_ROOT`": Statement(BOTH, _of("below a root")),
    "`APPLICATION_ROOT`, and a regex that may not begin with `/`": Statement(
        NEITHER, _of("regexes of nothing")
    ),
    "look-around in a regex": Statement(
        NEITHER, _of("origins by look-around", "paths by look-ahead")
    ),
    "[what no proxy can express](export.md#what-each-proxy-supports)": Statement(
        NEITHER, tuple(configure for all_ in REFUSED.values() for configure in all_)
    ),
}
