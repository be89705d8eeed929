"""Rules: credentials, methods and headers."""

from __future__ import annotations

from ..finding import Finding, InvalidValue


class WildcardExposeWithCredentials(Finding):
    """With credentials the `*` in `Access-Control-Expose-Headers` is not a wildcard: browsers read
    it as a header named `*`, and scripts cannot read your headers
    ([Fetch](https://fetch.spec.whatwg.org/#ref-for-concept-response-cors-exposed-header-name-list)).
    List the headers that scripts may read."""

    code = "CORS202"
    title = "every header exposed, with credentials"


class UntrustedCredentials(InvalidValue):
    """`supports_credentials=True` is combined with origins that are not a list of trusted ones.

    ## Why it matters

    With credentials a page on an allowed origin acts as the logged-in visitor. If every origin is
    allowed, each site that the visitor opens can read the visitor's data. So are `"null"`, which
    any site can send, and a pattern that accepts an origin that others can register. Verified by
    matching the origin in the message.

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
    """Browsers never send `CONNECT`, `TRACE` or `TRACK` for a script, so allowing them has no
    effect, and security scanners report a listed `TRACE`. Leave them out."""

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
    """A name in `allow_headers` with a `*`, such as `X-*`, allows the header of exactly that name:
    `X-Token` is blocked. List the names, or write a regular expression: `X-.*`."""

    code = "CORS307"
    title = "a * in a header's name"


class InvalidMethod(InvalidValue):
    """A method is an RFC 9110 token: letters, digits and a few other characters, without spaces. No
    request has any other method."""

    code = "CORS308"
    title = "a name that is not a method"


class InvalidHeaderName(InvalidValue):
    """The name of a header is an RFC 9110 token: letters, digits and a few other characters,
    without spaces or a colon. No header has any other name."""

    code = "CORS309"
    title = "a name that is not a header name"


class InvalidMaxAge(InvalidValue):
    """`max_age` is a number of seconds: an int, a float, a `timedelta` or digits. `-1` turns the
    browser's preflight cache off."""

    code = "CORS404"
    title = "a max_age that is not a number of seconds"
