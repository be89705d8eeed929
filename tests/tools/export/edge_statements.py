"""What each proxy can state: the rows of the documentation's table, and the policies that show
it."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, Flask
from werkzeug.routing import BaseConverter

from tests.tools.export.edge_policies import Configure, of_options

# The matrix sends requests to each of these policies.
STATED: dict[str, tuple[str, ...]] = {
    "every origin, as itself or as `*`": ("any", "any, as a star", "any, not without an Origin"),
    "exact origins, `null`, none": (
        *("none", "one", "one, not without an Origin", "one in upper case"),
        "null and a long one",
    ),
    "subdomains, any port": ("subdomains", "ports"),
    "origins by a regex": ("a regex", "a compiled regex"),
    "look-around in a regex": (
        *("origins by look-around", "paths by look-ahead", "a slash at the end of regexes"),
    ),
    "a regex of 10,000 characters": ("a long regex",),
    "credentials, exposed headers": ("two, with credentials",),
    "methods, every method": ("methods", "any method", "any method and two"),
    "header names": ("dashes", "some headers", "header names with all their signs", "no headers"),
    "header names by a regex": ("headers by a regex",),
    "private network": ("private network",),
    "max age, no `Vary`": ("any, without Vary", "two, without Vary"),
    "resources, the most specific first": ("below /api", "several resources", "paths with signs"),
    "resources by a regex": (
        *("resources by regexes", "regexes of nothing", "regexes in any case"),
    ),
    "a path that is spelled in several ways": (
        *("a file by several spellings", "a file of one policy"),
        *("a slash at the end of exact resources", "a slash at the end in blueprints"),
    ),
    "views that list OPTIONS": ("views that list options",),
    "`/` with defaults beside `/<path:path>`": ("a catch all",),
    "decorated views": ("views alone", "views and the app", "slashes that do not matter"),
    "policies of one URL by method": ("methods of a view",),
    "blueprints": ("blueprints", "redirects and many blueprints"),
    "`APPLICATION_ROOT`": ("below a root",),
}

# By the row, the proxies that cannot, though others can.
EXCEPT = {
    "look-around in a regex": {"caddy", "envoy"},
    "a regex of 10,000 characters": {"apache", "nginx"},
}


def cannot(proxy: str, policy: str) -> bool:
    return any(policy in STATED[row] and proxy in proxies for row, proxies in EXCEPT.items())


# ---- what none can -----------------------------------------------------------------------------


class Even(BaseConverter):
    """A converter that refuses what its regex matches."""

    def to_python(self, value: str) -> int:
        if int(value) % 2:
            raise ValueError
        return int(value)


def _a_rule_of_a_host(app: Flask, cors: Any, cross_origin: Any) -> None:
    app.subdomain_matching = True
    app.config["SERVER_NAME"] = "example.com"
    app.add_url_rule("/", "view", cross_origin()(lambda: ""))
    app.add_url_rule("/", "other", lambda: "", subdomain="admin")


def _of_a_blueprint(rule: str, **options: Any) -> Configure:
    """Return what adds a route of the app below the prefix of a blueprint."""

    def configure(app: Flask, cors: Any, cross_origin: Any) -> None:
        blueprint = Blueprint("api", "api", url_prefix="/api")
        cors(blueprint)
        app.register_blueprint(blueprint)
        app.add_url_rule("/api/<int:n>", "view", lambda n: "")
        app.add_url_rule(rule, "view", **options)

    return configure


def _of_a_route(rule: str, **options: Any) -> Configure:
    def configure(app: Flask, cors: Any, cross_origin: Any) -> None:
        app.url_map.converters["even"] = Even
        app.add_url_rule(rule, "view", cross_origin()(lambda **_: ""), **options)

    return configure


class Text(BaseConverter):
    regex = ".+?"


def _of_a_text_behind_a_path(app: Flask, cors: Any, cross_origin: Any) -> None:
    app.url_map.converters["text"] = Text
    view = cross_origin()(lambda **_: "")
    app.add_url_rule("/files/<path:p>/raw/<text:name>", "view", view)


def _below_a_surrogate(app: Flask, cors: Any, cross_origin: Any) -> None:
    app.config["APPLICATION_ROOT"] = "/a\udcff"
    cors(app)


# The policies of a row.
REFUSED: dict[str, tuple[Configure, ...]] = {
    "a callable in `origins`": (of_options(origins=lambda origin: True),),
    "a back reference, a condition, an anchor in the middle": (
        of_options(origins=r"https://(a)\1"),
        of_options(resources=r"/(a)?(?(1)b|c)"),
        of_options(origins=r"https://(?:a|b$|c)d"),
    ),
    "more repeats than 1,000": (of_options(resources="/(.{2000})"),),
    "half a surrogate pair": (
        of_options(resources="/a\udcff/*"),
        of_options(resources=re.compile("/[\udcff]")),
        _below_a_surrogate,
    ),
    "the flag `MULTILINE`": (of_options(resources=re.compile("^/a$", re.MULTILINE)),),
    "look-around in header names": (of_options(allow_headers=[r"x-(?!secret).*"]),),
    "`automatic_options=False`": (of_options(automatic_options=False),),
    "`intercept_exceptions=False`": (of_options(intercept_exceptions=False),),
    "views or blueprints with policies, and a route of one host or subdomain": (
        _a_rule_of_a_host,
        _of_a_route("/", subdomain="api"),
    ),
    "routes with defaults that another redirects to, or an alias, beside them": (
        _of_a_blueprint("/api/", defaults={"n": 1}),
        _of_a_blueprint("/api/old/<int:n>", alias=True),
    ),
    "a converter that refuses what its regex matches": (
        _of_a_route("/<even:n>"),
        _of_a_route("/<int(max=9):n>"),
        _of_a_blueprint("/api/<int(max=9):n>", methods=["PUT"]),
    ),
    "a converter that takes slashes, behind another": (_of_a_text_behind_a_path,),
    "two converters with nothing between": (_of_a_route("/<a><b>"),),
}
