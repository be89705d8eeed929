"""Rules: resources."""

from __future__ import annotations

from ..finding import Finding, InvalidValue


class LiteralRegexResource(Finding):
    """A string in `resources` looks like a regular expression and is treated as an exact path.

    ## Why it matters

    A string is an exact path unless it contains one of the characters ``* \\ ] ? $ ^ [ ( )``. So
    `/api/.+` is that one path, and the intended routes get another policy, or none.

    ## Example

        CORS(app, resources="/api/.+")

    ## Use instead

        CORS(app, resources="/api/*")

    If it has to be a regular expression, compile it: `re.compile("/api/.+")`.

    ## When to ignore

    Where a route really has such a path.
    """

    code = "CORS505"
    title = "a resource that only looks like a regular expression"


class LiteralConverterResource(Finding):
    """Resources are compared with the path of a request, not with Flask's URL rules. `<int:id>` is
    not read as a URL converter, so the resource matches no path, and the intended route gets
    another policy, or none. Write `/users/*` for `/users/<int:id>`, or a regular expression."""

    code = "CORS506"
    title = "a URL converter in a resource"


class ResourceWithoutSlash(Finding):
    """Every path begins with a slash, so a resource without one matches nothing, and the intended
    routes get another policy, or none. Add the slash."""

    code = "CORS507"
    title = "a resource without its leading slash"


class DuplicateResource(Finding):
    """Two `CORS` of one app configure the same resource.

    ## Why it matters

    The resources of all `CORS` of an app form one map. If a pattern is configured twice, the last
    one decides; the origins are not combined.

    ## Example

        CORS(app, origins="https://app.example")
        CORS(app, origins="https://admin.example")

    ## Use instead

        CORS(app, origins=["https://app.example", "https://admin.example"])

    ## When to ignore

    Where the first `CORS` is in code that you cannot change, and the last one is meant to replace
    it.
    """

    code = "CORS508"
    title = "a resource configured twice"


class InvalidResource(InvalidValue):
    """`resources` is a pattern, a list of patterns, or a dict that maps patterns to options. A
    pattern is a string or a compiled regular expression of a string."""

    code = "CORS510"
    title = "a value that is not a resource"
