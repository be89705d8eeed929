"""The rules that the configuration alone decides, each a class with its code.

An invalid value is a ``CORSConfigError``. Every other finding is a ``CORSWarning``, and
``flask cors check`` reports it under the same code. The docstrings are the explanations in the rule
reference. Rules that need the routes of the app or a test request are in ``tools/check/rules/``.
"""

from __future__ import annotations

from .finding import Finding, InvalidValue, Severity

# ---- origins -----------------------------------------------------------------------------------


class OriginWithoutScheme(Finding):
    """An origin begins with a scheme, and browsers always send it. `app.example` is compared with
    `https://app.example` and never matches, so the frontend stays blocked. Write the scheme of the
    frontend's URL; if it is served with both, list both origins."""

    code = "CORS101"
    title = "an origin without a scheme"
    severity = Severity.ERROR


class OriginWithPath(Finding):
    """An origin ends with its host or port. Browsers never send a slash or a path after it, so an
    entry with one never matches and the frontend stays blocked. This is the most common mistake in
    lists of origins: the entry was copied from the address bar. Remove the slash or the path; pages
    of one origin cannot be distinguished by their paths."""

    code = "CORS102"
    title = "an origin with a slash or a path"
    severity = Severity.ERROR


class OriginWithDefaultPort(Finding):
    """Browsers leave out the default port of a scheme, 443 for https and 80 for http, so an origin
    with it never matches and the frontend stays blocked. Leave it out; write any other port."""

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
    """Browsers never send this origin, so the entry never matches: they write a host that looks
    like a number as an IPv4 address, and the highest port is 65535. Leave the entry out; the
    browser's error message has the origin of the frontend."""

    code = "CORS106"
    title = "an entry that is not an origin"
    severity = Severity.ERROR


class EmptyOrigins(Finding):
    """`None`, an empty string or a list of these usually comes from an environment variable that is
    not set. No origin is allowed, so that an unset variable does not open the API. Set the
    variable, or write `[]` to allow no origins on purpose."""

    code = "CORS108"
    title = "origins that are empty"


class LookalikeOrigin(Finding):
    """The regular expression names a host and accepts a lookalike of it: `.*` and an unescaped dot
    match arbitrary text, so `https://.*example\\.com` accepts `https://evilexample.com`. Whoever
    registers that domain can read the responses. Verified by matching the origin in the message.
    Write `https://*.example.com` for the subdomains of `example.com`, which matches nothing else.

    `flask cors check` tries more origins than the configuration does. It reports an error if others
    can register the domain, a warning if the domain is right and the scheme is `http`, which an
    attacker on the network can impersonate, and a note if the pattern matches more than it shows
    and the domain cannot be registered. Some hosting services reserve names such as
    `preview-1--yours.host.example` for the owner of `yours`: then it may be intended."""

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
    """`*` is allowed in three places: alone, for the subdomains in `https://*.example.com`, and for
    the port in `http://localhost:*`. Anywhere else it would not match what it seems to match: in
    `http://192.168.1.*` or `https://app.*` a regular expression would also match
    `http://192.168.1.evil.example`. The pattern in the hint was tried and is valid."""

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


# ---- credentials, methods and headers ----------------------------------------------------------


class WildcardExposeWithCredentials(Finding):
    """With credentials the `*` in `Access-Control-Expose-Headers` is not a wildcard: browsers read
    it as a header named `*`, and scripts cannot read your headers
    ([Fetch](https://fetch.spec.whatwg.org/#ref-for-concept-response-cors-exposed-header-name-list)).
    List the headers that scripts may read."""

    code = "CORS202"
    title = "every header exposed, with credentials"


class UntrustedCredentials(InvalidValue):
    """With `supports_credentials=True` a page on an allowed origin acts as the logged-in visitor.
    List origins that you trust. Not all origins, not `"null"`, which any site can send, and not a
    pattern that accepts an origin that others can register. Verified by matching the origin in the
    message."""

    code = "CORS205"
    title = "credentials for untrusted origins"

    origin: str | None = None  # one that is allowed; None if all are


class ForbiddenMethod(Finding):
    """Browsers never send `CONNECT`, `TRACE` or `TRACK` for a script, so allowing them has no
    effect, and security scanners report a listed `TRACE`. Leave them out."""

    code = "CORS303"
    title = "a method that browsers forbid"


class UnreadableExposedHeader(Finding):
    """Browsers never show `Set-Cookie` to a script, exposed or not. Send what the frontend needs in
    another header or in the body."""

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


# ---- resources ---------------------------------------------------------------------------------


class LiteralRegexResource(Finding):
    """A string in `resources` is a regular expression only if it contains one of these characters:
    ``* \\ ] ? $ ^ [ ( )``. `/api/.+` is an exact path, and the intended routes get another
    policy, or none. Compile it: `re.compile("/api/.+")`."""

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
    """The resources of all `CORS` of an app form one map. If a pattern is configured twice, the
    last one decides; the origins are not combined. Write one `CORS` with all of them."""

    code = "CORS508"
    title = "a resource configured twice"


class InvalidResource(InvalidValue):
    """`resources` is a pattern, a list of patterns, or a dict that maps patterns to options. A
    pattern is a string or a compiled regular expression of a string."""

    code = "CORS510"
    title = "a value that is not a resource"


# ---- decorated views ---------------------------------------------------------------------------


class InvalidViewOptions(Finding):
    """The arguments of `@cross_origin` and `app.config` are invalid together: for example,
    credentials while every origin is allowed. Some of this is known only at the first request of
    the app, when it has already started. The view refuses every origin; its requests are served
    without CORS headers. The message names the option, and the hint what to write."""

    code = "CORS601"
    title = "a decorated view whose CORS options are invalid"
    severity = Severity.ERROR


class DecoratorAboveRoute(Finding):
    """Decorators are applied from the bottom up: `@app.route` registers the function below it, so
    an `@cross_origin` above it decorates a function that Flask never calls. The view gets the
    policy of its blueprint or app, or none: it may be blocked, or more open than its decorator
    says. Write `@app.route` on top."""

    code = "CORS603"
    title = "@cross_origin above @app.route"
    severity = Severity.ERROR


class HiddenDecorator(Finding):
    """A decorator without `functools.wraps` hides the `@cross_origin` below it. Its policy then
    applies only to the response that the view returns: exceptions, preflights and cached responses
    get the policy of the blueprint or app. Write `@functools.wraps(view)` in the decorator."""

    code = "CORS608"
    title = "@cross_origin hidden by a decorator"


class BareDecorator(Finding):
    """`@cross_origin` without parentheses reads the view as a callable in `origins`, and registers
    something that is not a view: each request to it fails. Write `@cross_origin()`."""

    code = "CORS609"
    title = "@cross_origin without parentheses"
    severity = Severity.ERROR


# ---- options and config ------------------------------------------------------------------------


class UnknownOption(Finding):
    """An option that does not exist is ignored, and the intended one keeps its default: with
    `orgins=`, every origin is allowed. Correct the name, or leave it out. A key `CORS_…` of
    `app.config` is reported only if it resembles an option: others are the app's own."""

    code = "CORS701"
    title = "an option that does not exist"


class OldOptionName(Finding):
    """Very old versions had `headers` for `allow_headers`, and many examples still use it. It is
    ignored: every header is allowed, unless `allow_headers` is set elsewhere. Leave it out. Renamed
    to `allow_headers` it would allow these headers alone, and block `Authorization`."""

    code = "CORS702"
    title = "an option name of old versions"


class InvalidRegex(InvalidValue):
    """Python's `re` cannot compile the regular expression, or it is compiled from bytes and cannot
    match text."""

    code = "CORS704"
    title = "a regular expression that cannot be used"


class RegexInCommaList(InvalidValue):
    """A string with commas is a list, and a regular expression may contain commas, so one string
    cannot hold both. Write a list, with each regular expression as its own item. Commas inside
    `{}`, `[]` or `()` do not separate items."""

    code = "CORS705"
    title = "a regular expression in a string with commas"


class SerializedValue(InvalidValue):
    """A string that contains a list or an object in Python or JSON notation would be one entry that
    never matches. It usually comes from an environment variable. Write a string with commas, or
    read the variable with `json.loads`, as `app.config.from_prefixed_env()` does."""

    code = "CORS706"
    title = "a list written as a string"


class InvalidBoolean(InvalidValue):
    """A boolean is `True`, `False`, 0 or 1; as a string, true, false, yes, no, on or off."""

    code = "CORS707"
    title = "a value that is neither true nor false"


class InvalidList(InvalidValue):
    """A list of names is a string or a list of strings, not bytes, a number or a nested list."""

    code = "CORS708"
    title = "a value that is not a list of names"


class NoneInList(Finding):
    """`None` in a list usually comes from an unset environment variable, as in
    `os.getenv("FRONTEND")`. It is left out, so the intended value is not allowed. Set the
    variable."""

    code = "CORS709"
    title = "None in a list"


class EmptyList(Finding):
    """All items of the list are empty, so it lists nothing. It usually comes from an environment
    variable that is not set. Set the variable, or write `[]` if that is intended."""

    code = "CORS710"
    title = "a list of empty items"


class ForeignConfigKey(Finding):
    """The key of `app.config` is another library's name for an option. Flask-CORS ignores it, and
    the option keeps its default: with `CORS_ALLOWED_ORIGINS` of django-cors-headers every origin is
    allowed. Rename the key."""

    code = "CORS711"
    title = "another library's name for an option"
