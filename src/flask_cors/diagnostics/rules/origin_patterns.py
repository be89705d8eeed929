"""Rules: patterns and regular expressions for origins."""

from __future__ import annotations

from ..finding import Finding, InvalidValue, Severity


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
    """A regular expression can take very long to match a text.

    ## Why it matters

    Some match one text in so many ways that every few characters double the time until the
    match fails: `(a+)+`, `(\\w+\\.?)*`, alternatives that overlap. Any client can send such a text
    as `Origin`, as a header name or as a path, and each request then keeps a worker busy. Verified
    by matching a text: it took more than 20 ms of processor time.

    ## Example

        CORS(app, origins=r"https://([a-z0-9-]+\\.?)+\\.example\\.com")

    ## Use instead

        CORS(app, origins=r"https://([a-z0-9-]+\\.)+example\\.com")

    End the repeated part with a character that it cannot contain, here the dot.

    ## When to ignore

    Never: the app does not start.
    """

    code = "CORS112"
    title = "a regular expression that takes too long"


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


class QuantifiedColon(Finding):
    """A regular expression in `origins` repeats the colon, as in `:*`.

    ## Why it matters

    `:*` matches any number of colons, and never a port: no origin has two colons after the host, or
    one at its end. In a string, `:*` at the end of an alternative means any port or none, because
    that is widely used, and anywhere else it is refused. A compiled regular expression is used as
    it is.

    ## Example

        CORS(app, origins=re.compile("http://localhost:*"))

    ## Use instead

        CORS(app, origins=re.compile("http://localhost(:[0-9]+)?"))

    Or write the pattern `"http://localhost:*"`, not compiled.

    ## When to ignore

    Where the frontend is served on the default port: the regular expression matches its origin.
    """

    code = "CORS118"
    title = "a repeated colon in a regular expression"
