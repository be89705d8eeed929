"""Rules: credentials, methods and headers."""

from __future__ import annotations

from ..finding import Finding, InvalidValue


class WildcardExposeWithCredentials(Finding):
    """`expose_headers="*"` is combined with `supports_credentials=True`.

    ## Why it matters

    With credentials the `*` in `Access-Control-Expose-Headers` is not a wildcard: browsers read it
    as a header named `*`, and scripts cannot read your headers
    ([Fetch](https://fetch.spec.whatwg.org/#ref-for-concept-response-cors-exposed-header-name-list)).

    ## Example

        CORS(app, origins="https://app.example", supports_credentials=True, expose_headers="*")

    ## Use instead

        CORS(
            app,
            origins="https://app.example",
            supports_credentials=True,
            expose_headers=["X-Total-Count"],
        )

    ## When to ignore

    Where the frontend only sends requests without credentials: for these the `*` is a wildcard.
    Then leave `supports_credentials` out.
    """

    code = "CORS202"
    title = "every header exposed, with credentials"


class UntrustedCredentials(InvalidValue):
    """`supports_credentials=True` is combined with origins that are not a list of trusted ones.

    ## Why it matters

    With credentials a page on an allowed origin acts as the logged-in visitor. If every origin is
    allowed, each site that the visitor opens can read the visitor's data. So are `"null"`, which
    any site can send, and a pattern that accepts an origin that others can register. Verified by
    matching the origin in the message. A pattern with a look-around or a back reference, for which
    no origin is found that it accepts, is refused as well.

    ## Example

        CORS(app, supports_credentials=True)

    ## Use instead

        CORS(app, origins=["https://app.example"], supports_credentials=True)

    If nothing needs cookies, leave `supports_credentials` out. A token in the `Authorization`
    header does not need it.

    ## When to ignore

    Never: the app does not start.
    """

    code = "CORS205"
    title = "credentials for untrusted origins"

    origin: str | None = None  # one that is allowed; None if all are


class ForbiddenMethod(Finding):
    """`methods` lists `CONNECT`, `TRACE` or `TRACK`.

    ## Why it matters

    Browsers never send these methods for a script, so allowing them has no effect, and security
    scanners report a listed `TRACE`.

    ## Example

        CORS(app, methods=["GET", "POST", "TRACE"])

    ## Use instead

        CORS(app, methods=["GET", "POST"])

    ## When to ignore

    The entry has no effect; it can stay where no scanner reports it.
    """

    code = "CORS303"
    title = "a method that browsers forbid"


class UnreadableExposedHeader(Finding):
    """`expose_headers` lists `Set-Cookie`.

    ## Why it matters

    Browsers never show `Set-Cookie` to a script, exposed or not, so the frontend still cannot read
    it.

    ## Example

        CORS(app, expose_headers=["Set-Cookie", "X-Total-Count"])

    ## Use instead

        CORS(app, expose_headers=["X-Total-Count"])

    Send what the frontend needs in another header or in the body.

    ## When to ignore

    The entry has no effect; it can stay where a list is shared with another server.
    """

    code = "CORS305"
    title = "an exposed header that no script can read"


class LiteralHeaderName(Finding):
    """A name in `allow_headers` contains a `*`, such as `X-*`.

    ## Why it matters

    It allows the header of exactly that name. The preflight for `X-Token` is refused, and the
    browser blocks the request.

    ## Example

        CORS(app, allow_headers=["X-*"])

    ## Use instead

        CORS(app, allow_headers=["X-Token", "X-Request-ID"])

    Or write a regular expression: `"X-.*"`.

    ## When to ignore

    Never: no client sends a header of that name.
    """

    code = "CORS307"
    title = "a * in a header's name"


class InvalidMethod(InvalidValue):
    """A name in `methods` is not an HTTP method.

    ## Why it matters

    A method is an RFC 9110 token: letters, digits and a few other characters, without spaces. No
    request has any other method.

    ## Example

        CORS(app, methods=["GET POST"])

    ## Use instead

        CORS(app, methods=["GET", "POST"])

    ## When to ignore

    Never: the app does not start.
    """

    code = "CORS308"
    title = "a name that is not a method"


class InvalidHeaderName(InvalidValue):
    """A name in `allow_headers` or `expose_headers` is not the name of a header.

    ## Why it matters

    The name of a header is an RFC 9110 token: letters, digits and a few other characters, without
    spaces or a colon. No header has any other name.

    ## Example

        CORS(app, allow_headers=["X-Token:"])

    ## Use instead

        CORS(app, allow_headers=["X-Token"])

    ## When to ignore

    Never: the app does not start.
    """

    code = "CORS309"
    title = "a name that is not a header name"


class InvalidMaxAge(InvalidValue):
    """`max_age` is not a number of seconds.

    ## Why it matters

    `max_age` is an int, a float, a `timedelta` or digits. Browsers ignore any other value, and keep
    the response to a preflight for five seconds.

    ## Example

        CORS(app, max_age="1 hour")

    ## Use instead

        CORS(app, max_age=3600)

    `-1` turns the browser's preflight cache off.

    ## When to ignore

    Never: the app does not start.
    """

    code = "CORS404"
    title = "a max_age that is not a number of seconds"
