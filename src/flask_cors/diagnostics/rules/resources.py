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
    """A resource contains a URL converter, such as `<int:id>`.

    ## Why it matters

    Resources are compared with the path of a request, not with Flask's URL rules. The converter is
    treated literally, so the resource matches no path, and the intended route gets another policy,
    or none.

    ## Example

        CORS(app, resources="/users/<int:id>")

    ## Use instead

        CORS(app, resources="/users/*")

    Or a regular expression: `re.compile("/users/[0-9]+$")`.

    ## When to ignore

    Never: the resource matches nothing.
    """

    code = "CORS506"
    title = "a URL converter in a resource"


class ResourceWithoutSlash(Finding):
    """A resource does not begin with a slash.

    ## Why it matters

    Every path begins with a slash. The resource matches nothing, and the intended routes get
    another policy, or none.

    ## Example

        CORS(app, resources="api/*")

    ## Use instead

        CORS(app, resources="/api/*")

    ## When to ignore

    Never: the resource matches nothing.
    """

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
    """`resources` is not a pattern, a list of patterns, or a dict that maps patterns to options.

    ## Why it matters

    A pattern is a string or a compiled regular expression of a string. From anything else
    Flask-CORS cannot know which paths are meant.

    ## Example

        CORS(app, resources=[("/api/*", {"origins": "https://app.example"})])

    ## Use instead

        CORS(app, resources={"/api/*": {"origins": "https://app.example"}})

    ## When to ignore

    Never: the app does not start.
    """

    code = "CORS510"
    title = "a value that is not a resource"
