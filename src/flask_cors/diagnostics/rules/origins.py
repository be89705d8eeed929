"""Rules: origins."""

from __future__ import annotations

from ..finding import Finding, InvalidValue, Severity


class OriginWithoutScheme(Finding):
    """An entry of `origins` has no scheme.

    ## Why it matters

    An origin begins with a scheme, and browsers always send it. `app.example` is compared with
    `https://app.example` and never matches, so the frontend stays blocked.

    ## Example

        CORS(app, origins="app.example")

    ## Use instead

        CORS(app, origins="https://app.example")

    If the frontend is served with both schemes, list both origins.

    ## When to ignore

    Never: the entry matches nothing.
    """

    code = "CORS101"
    title = "an origin without a scheme"
    severity = Severity.ERROR


class OriginWithPath(Finding):
    """An entry of `origins` ends with a slash or has a path.

    ## Why it matters

    An origin ends with its host or port. Browsers never send a slash or a path after it, so the
    entry never matches and the frontend stays blocked. This is the most common mistake in lists of
    origins: the entry was copied from the address bar.

    ## Example

        CORS(app, origins="https://app.example/")

    ## Use instead

        CORS(app, origins="https://app.example")

    Pages of one origin cannot be distinguished by their paths.

    ## When to ignore

    Never: the entry matches nothing.
    """

    code = "CORS102"
    title = "an origin with a slash or a path"
    severity = Severity.ERROR


class OriginWithDefaultPort(Finding):
    """An entry of `origins` names the default port of its scheme: 443 for https, 80 for http.

    ## Why it matters

    Browsers leave the default port out, so the entry never matches and the frontend stays blocked.

    ## Example

        CORS(app, origins="https://app.example:443")

    ## Use instead

        CORS(app, origins="https://app.example")

    Write any other port, such as the 3000 of a development server.

    ## When to ignore

    Never: the entry matches nothing.
    """

    code = "CORS103"
    title = "an origin with its default port"
    severity = Severity.ERROR


class OriginWithUpperCase(Finding):
    """Browsers send scheme and host in lower case, and so does Flask-CORS. Another server, a proxy
    or a test with the same list may refuse the origin. Write it in lower case."""

    code = "CORS104"
    title = "an origin with upper case letters"


class OriginNotASCII(Finding):
    """Browsers send the host of an origin in punycode, `xn--…`. An entry in other letters never
    matches, and the frontend stays blocked. Write the origin as in the browser's error message."""

    code = "CORS105"
    title = "an origin whose host is not ASCII"
    severity = Severity.ERROR


class NotAnOrigin(Finding):
    """An entry of `origins` is a text that no browser sends as an origin.

    ## Why it matters

    The entry never matches. Browsers write a host that looks like a number as an IPv4 address, and
    the highest port is 65535.

    ## Example

        CORS(app, origins=["https://app.example", "https://app.example:99999"])

    ## Use instead

        CORS(app, origins=["https://app.example", "https://app.example:9999"])

    The browser's error message has the origin of the frontend.

    ## When to ignore

    Never: the entry matches nothing.
    """

    code = "CORS106"
    title = "an entry that is not an origin"
    severity = Severity.ERROR


class EmptyOrigins(Finding):
    """`origins` is `None`, an empty string or a list of these.

    ## Why it matters

    The value usually comes from an environment variable that is not set. No origin is allowed, so
    that an unset variable does not open the API.

    ## Example

        CORS(app, origins=os.environ.get("SHOP_ORIGINS"))

    ## Use instead

        CORS(app, origins=os.environ.get("SHOP_ORIGINS", "https://app.example"))

    Or set the variable. To allow no origins on purpose, write `origins=[]`.

    ## When to ignore

    Where the variable is set in production, and is missing only where the check runs.
    """

    code = "CORS108"
    title = "origins that are empty"


class LookalikeOrigin(Finding):
    """A regular expression in `origins` names a host and accepts a lookalike of it.

    ## Why it matters

    `.*` and an unescaped dot match arbitrary text, so the expression below accepts
    `https://evilexample.com`. Whoever registers that domain can read the responses. Verified by
    matching the origin in the message.

    ## Example

        CORS(app, origins=r"https://.*example\\.com")

    ## Use instead

        CORS(app, origins=["https://example.com", "https://*.example.com"])

    ## When to ignore

    Where a hosting service reserves the lookalikes for you: some keep names such as
    `preview-1--yours.host.example` for the owner of `yours`.

    `flask cors check` tries more origins than the configuration does. It reports an error if others
    can register the domain, a warning if the domain is right and the scheme is `http`, which an
    attacker on the network can impersonate, and a note if the pattern matches more than it shows
    and the domain cannot be registered.
    """

    code = "CORS109"
    title = "a pattern that accepts another domain"
    severity = Severity.ERROR


class SlowRegex(InvalidValue):
    """Some regular expressions match the same text in so many ways that every few characters double
    the time until the match fails: `(a+)+`, `(\\w+\\.?)*`, alternatives that overlap. Any client
    can send such a text as `Origin`, as a header name or as a path, and each request then keeps a
    worker busy. Verified by matching a text: it took more than 20 ms of processor time. End the
    repeated part with a character that it cannot contain: `([a-z0-9-]+\\.)*`."""

    code = "CORS112"
    title = "a regular expression that takes too long"


class InvalidOrigin(InvalidValue):
    """A string, a compiled regular expression of a string or a callable can be an entry of
    `origins`. Bytes, numbers, URL objects and nested lists cannot be compared with an `Origin`."""

    code = "CORS115"
    title = "an entry that cannot be an origin"


class InvalidOriginPattern(InvalidValue):
    """A `*` in an origin is neither the wildcard, nor in a pattern, nor in a regular expression.

    ## Why it matters

    `*` has a meaning alone, for the subdomains in `https://*.example.com`, for the port in
    `http://localhost:*`, and in regular expressions such as `https://[a-z]*\\.example\\.com`. Any
    other does not match what it seems to match: as a regular expression, `http://192.168.1.*` also
    matches `http://192.168.1.evil.example`.

    ## Example

        CORS(app, origins="*.example.com")

    ## Use instead

        CORS(app, origins="https://*.example.com")

    The pattern in the hint was tried and is valid.

    ## When to ignore

    Never: the app does not start.
    """

    code = "CORS116"
    title = "a * that is not a valid pattern"


class InvalidOriginFunction(InvalidValue):
    """A callable in `origins` is called with the origin, a string, and returns True or False. A
    function that cannot be called with one argument is probably the view below an `@cross_origin`
    without parentheses: write `@cross_origin()`. A coroutine function needs Flask's async extra."""

    code = "CORS117"
    title = "a callable that cannot decide on an origin"


class QuantifiedColon(Finding):
    """`:*` in a regular expression matches any number of colons, and never a port: no origin has
    two colons after the host, or one at its end. In a string, `:*` at the end of an alternative
    means any port or none, because that is widely used, and anywhere else it is refused. A compiled
    regular expression is used as it is: write `(:[0-9]+)?` for a port."""

    code = "CORS118"
    title = "a repeated colon in a regular expression"


class RedundantOrigins(Finding):
    """`"*"` allows every origin, so the other entries have no effect. Remove `"*"` to allow the
    listed origins alone, or remove the list."""

    code = "CORS119"
    title = '"*" beside other origins'
