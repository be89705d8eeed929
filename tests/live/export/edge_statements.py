"""What each proxy can state: the rows of the documentation's table, and the policies that show
it."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask
from werkzeug.routing import BaseConverter

from tests.live.export.edge_policies import Configure, of_options

# The matrix sends requests to each of these policies.
STATED: dict[str, tuple[str, ...]] = {
    "every origin, told its own or `*`": ("any", "any, as a star", "any, not without an Origin"),
    "exact origins, `null`, none": (
        *("nobody", "one", "one, not without an Origin", "one in upper case"),
        "null and a long one",
    ),
    "subdomains, any port": ("subdomains", "ports"),
    "origins by a regex": ("a regex", "a compiled regex"),
    "look-around in a regex": ("origins by look-around", "paths by look-ahead"),
    "a regex of 10,000 characters": ("a long regex",),
    "credentials, exposed headers": ("two, with credentials",),
    "methods, every method": ("methods", "any method", "any method and two"),
    "header names": ("some headers", "header names with all their signs", "no headers"),
    "header names by a regex": ("headers by a regex",),
    "private network": ("private network",),
    "max age, no `Vary`": ("any, without Vary", "two, without Vary"),
    "resources, the most specific first": ("below /api", "several resources", "paths with signs"),
    "resources by a regex": ("resources by regexes",),
    "decorated views": ("views alone", "views and the app"),
    "policies of one URL by method": ("methods of a view",),
    "blueprints": ("blueprints",),
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
    """A converter that refuses what its expression takes."""

    def to_python(self, value: str) -> int:
        if int(value) % 2:
            raise ValueError
        return int(value)


def _of_a_route(rule: str, **options: Any) -> Configure:
    def configure(app: Flask, cors: Any, cross_origin: Any) -> None:
        app.url_map.converters["even"] = Even
        app.add_url_rule(rule, "view", cross_origin()(lambda **_: ""), **options)

    return configure


# The policies of a row.
REFUSED: dict[str, tuple[Configure, ...]] = {
    "a callable in `origins`": (of_options(origins=lambda origin: True),),
    "a back reference, a condition, an anchor in the middle": (
        of_options(origins=r"https://(a)\1"),
        of_options(resources=r"/(a)?(?(1)b|c)"),
        of_options(origins=r"https://(?:a|b$|c)d"),
    ),
    "more repeats than 1,000": (of_options(resources="/(.{2000})"),),
    "the flag `MULTILINE`": (of_options(resources=re.compile("^/a$", re.MULTILINE)),),
    "look-around in header names": (of_options(allow_headers=[r"x-(?!secret).*"]),),
    "`automatic_options=False`": (of_options(automatic_options=False),),
    "`intercept_exceptions=False`": (of_options(intercept_exceptions=False),),
    "a route of one host or subdomain": (_of_a_route("/", subdomain="api"),),
    "a converter that refuses what its expression takes": (
        _of_a_route("/<even:n>"),
        _of_a_route("/<int(max=9):n>"),
    ),
    "two converters with nothing between": (_of_a_route("/<a><b>"),),
}
