"""What a configuration may hold that can be used and never does what it says: a class each.

Each is certain from the configuration alone. It is said at run time, as a ``CORSWarning``, and by
``flask cors check``, under the same code; the docstrings are the catalogue's explanations. What is
not certain until it was tried is told by ``flask cors check`` alone, in ``tools/check/``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar


class Severity(str, Enum):
    """How bad it is: it opens a door or never works; it probably does not do what was meant; it is
    good to know."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True)
class Doubt:
    """One thing that is doubtful about a configuration.

    :cvar code: by which everybody calls it; it never changes.
    :cvar title: the same in a few words.
    :ivar message: what is wrong, with the value.
    :ivar fix: what to write instead.
    """

    code: ClassVar[str]
    title: ClassVar[str]
    severity: ClassVar[Severity] = Severity.WARNING

    message: str
    fix: str

    def __str__(self) -> str:
        return f"{self.code} {self.message}; {self.fix}"


# Whoever reads an option says so to one of these.
Warn = Callable[[Doubt], None]

# ---- origins -----------------------------------------------------------------------------------


class NoScheme(Doubt):
    """An origin begins with its scheme, and browsers always send it. `app.example` is compared with
    `https://app.example` and never matches, so that the page stays blocked. Write the scheme that
    the page is served with; where both are meant, list both origins."""

    code = "CORS101"
    title = "an origin without a scheme"
    severity = Severity.ERROR


class WithPath(Doubt):
    """An origin ends with its host or port: browsers send no slash behind it, and no path, so that
    an entry with one never matches and the page stays blocked. It is what most often stands in a
    list that does not work, copied from the address bar. Cut it off; pages of one origin cannot be
    told apart by their paths."""

    code = "CORS102"
    title = "an origin with a slash or a path"
    severity = Severity.ERROR


class WithDefaultPort(Doubt):
    """Browsers leave out the port that the scheme implies: 443 of https, 80 of http. An origin that
    names it never matches, and the page stays blocked. Leave it out; any other port must stand
    there."""

    code = "CORS103"
    title = "an origin with its default port"
    severity = Severity.ERROR


class WithUpperCase(Doubt):
    """Browsers write scheme and host in lower case. Here the origin works all the same, and is
    answered in lower case. Another server, a proxy or a test that is given the same list may
    compare letter by letter, and refuse it: write it as browsers do."""

    code = "CORS104"
    title = "an origin with upper case letters"


class NotASCII(Doubt):
    """Browsers send the host of an origin in punycode, `xn--…`. An entry in other letters never
    matches, and the page stays blocked. Write it as the browser's error message does."""

    code = "CORS105"
    title = "an origin whose host is not ASCII"
    severity = Severity.ERROR


class NoOrigin(Doubt):
    """No page has such an origin, so the entry never matches: files send `null`, a host that looks
    like a number is written as an IPv4 address, and ports end at 65535. Leave it out; the error
    message of the browser names the origin that the page does have."""

    code = "CORS106"
    title = "an entry that is no origin"
    severity = Severity.ERROR


class Nobody(Doubt):
    """`None` and an empty string are what an unset variable of the environment comes as. They
    allow nobody, for they must not open the API. Whether that is meant, only you know: set the
    variable, or write `[]` for nobody."""

    code = "CORS108"
    title = "origins that were left empty"


# ---- credentials, methods and headers ----------------------------------------------------------


class LiteralStar(Doubt):
    """With credentials the star in `Access-Control-Expose-Headers` is no wildcard: browsers take
    it for a header named `*`, and scripts read none of yours
    ([Fetch](https://fetch.spec.whatwg.org/#ref-for-concept-response-cors-exposed-header-name-list)).
    List the headers that they are to read.
    """

    code = "CORS202"
    title = "every header exposed, with credentials"


class ForbiddenMethod(Doubt):
    """Browsers never send `CONNECT`, `TRACE` or `TRACK` for a script, so that to allow them does
    nothing, and scanners for `TRACE` will ask why it is there. Leave them out."""

    code = "CORS303"
    title = "a method that no page can send"


class NeverReadable(Doubt):
    """`Set-Cookie` is the browser's alone: no script ever reads it, exposed or not. What a page is
    to know belongs into a header of its own, or into the body."""

    code = "CORS305"
    title = "an exposed header that no script can read"


class LiteralName(Doubt):
    """A name of `allow_headers` with a star in it, such as `X-*`, allows the header that is called
    so, star and all. A page that sends `X-Token` is blocked. List the names, or write the pattern
    as a regular expression: `X-.*`."""

    code = "CORS307"
    title = "a star in a header's name"


# ---- resources ---------------------------------------------------------------------------------


class LiteralRegex(Doubt):
    """A string of `resources` is an expression only if it holds one of ``* \\ ] ? $ ^ [ ( )``. Any
    other is the path itself: `/api/.+` covers the path `/api/.+` alone, and the routes that were
    meant have another policy, or none. Compile it: `re.compile("/api/.+")`."""

    code = "CORS505"
    title = "a resource that only looks like an expression"


class LiteralConverter(Doubt):
    """Resources are matched against the path that was requested, not against Flask's URL
    rules: `<int:id>` is not read as a converter, no path holds it, and the route that was meant
    has another policy, or none. Write `/users/*` for `/users/<int:id>`, or a regular
    expression."""

    code = "CORS506"
    title = "a converter in a resource"


class NoSlash(Doubt):
    """Every path begins with a slash, and a resource is compared from its first character on: one
    without a slash covers nothing, and the routes that were meant have another policy, or none.
    Put the slash in front."""

    code = "CORS507"
    title = "a resource without its leading slash"


class Twice(Doubt):
    """The rules of all `CORS` of an app form one map, in which a resource stands once. Of two
    for the same one the last decides, and the other is not asked: the origins of the two are not
    added up. Write one `CORS` with all of them."""

    code = "CORS508"
    title = "one resource configured twice"


# ---- bindings and names ------------------------------------------------------------------------


class AboveRoute(Doubt):
    """Decorators work from the inside out: `@app.route` registers what stands below it, so
    a `@cross_origin` above it decorates a function that Flask never calls. The view has
    the policy of its blueprint or app, or none: it may be blocked, and it may be more open than
    its decorator says. Write `@app.route` on top."""

    code = "CORS603"
    title = "@cross_origin above @app.route"
    severity = Severity.ERROR


class UnknownOption(Doubt):
    """An option that does not exist is ignored, and what was meant keeps its default. `orgins=`
    leaves `origins` at `"*"`, which is everybody. Mend the name, or leave it out. A key `CORS_…` of
    `app.config` that is like no option is a note: exempt it if something else reads it."""

    code = "CORS701"
    title = "an option that does not exist"


class OldName(Doubt):
    """Very old versions called `allow_headers` just `headers`, and many examples still do. It
    is ignored: every header is allowed, unless something else says which. Write `allow_headers`,
    or `CORS_ALLOW_HEADERS` in `app.config`."""

    code = "CORS702"
    title = "a name of old versions"
