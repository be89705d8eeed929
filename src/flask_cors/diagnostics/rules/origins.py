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
    """An entry of `origins` has upper case letters.

    ## Why it matters

    Browsers send the scheme and the host in lower case. Flask-CORS matches the entry all the same,
    and responds in lower case. Another server, a proxy or a test with the same list may refuse the
    origin.

    ## Example

        CORS(app, origins="https://App.example")

    ## Use instead

        CORS(app, origins="https://app.example")

    ## When to ignore

    Where only Flask-CORS reads the list.
    """

    code = "CORS104"
    title = "an origin with upper case letters"


class OriginNotASCII(Finding):
    """The host of an entry of `origins` is not ASCII.

    ## Why it matters

    Browsers send the host in punycode, `xn--…`. The entry never matches, and the frontend stays
    blocked.

    ## Example

        CORS(app, origins="https://bücher.example")

    ## Use instead

        CORS(app, origins="https://xn--bcher-kva.example")

    The browser's error message has the origin in this form.

    ## When to ignore

    Never: the entry matches nothing.
    """

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


class InvalidOrigin(InvalidValue):
    """An entry of `origins` is not a string, a regular expression or a callable.

    ## Why it matters

    Bytes, numbers, URL objects and nested lists cannot be compared with an `Origin`. A compiled
    regular expression has to be one of a string.

    ## Example

        CORS(app, origins=[b"https://app.example"])

    ## Use instead

        CORS(app, origins=["https://app.example"])

    ## When to ignore

    Never: the app does not start.
    """

    code = "CORS115"
    title = "an entry that cannot be an origin"


class InvalidOriginFunction(InvalidValue):
    """A callable in `origins` cannot be called with one argument, or cannot be awaited.

    ## Why it matters

    It is called with the origin, a string, and returns True or False. One that cannot be called
    like this is probably the view below an `@cross_origin` without parentheses. A coroutine
    function needs Flask's async extra.

    ## Example

        def is_tenant():
            return True

        CORS(app, origins=is_tenant)

    ## Use instead

        def is_tenant(origin):
            return origin == "https://ada.app.example"

        CORS(app, origins=is_tenant)

    Above a view, write `@cross_origin()`.

    ## When to ignore

    Never: the app does not start.
    """

    code = "CORS117"
    title = "a callable that cannot decide on an origin"


class RedundantOrigins(Finding):
    """`origins` lists `"*"` beside other origins.

    ## Why it matters

    `"*"` allows every origin, so the other entries have no effect. Whoever reads the list may
    believe that only those are allowed.

    ## Example

        CORS(app, origins=["*", "https://app.example"])

    ## Use instead

        CORS(app, origins=["https://app.example"])

    If every origin is meant, write `origins="*"`.

    ## When to ignore

    Where every origin is meant: the other entries have no effect.
    """

    code = "CORS119"
    title = '"*" beside other origins'
