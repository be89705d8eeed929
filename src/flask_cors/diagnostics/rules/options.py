"""Rules: options and keys of app.config."""

from __future__ import annotations

from ..finding import Finding, InvalidValue


class UnknownOption(Finding):
    """An argument, or a key of `app.config`, is not an option of Flask-CORS.

    ## Why it matters

    It is ignored, and the intended option keeps its default: with `orgins=`, every origin is
    allowed.

    ## Example

        CORS(app, orgins="https://app.example")

    ## Use instead

        CORS(app, origins="https://app.example")

    ## When to ignore

    Where a key `CORS_…` of `app.config` belongs to the app itself. Only keys that resemble an
    option are reported.
    """

    code = "CORS701"
    title = "an option that does not exist"


class OldOptionName(Finding):
    """The option `headers`, or the key `CORS_HEADERS`, is used for `allow_headers`.

    ## Why it matters

    Very old versions had this name, and many examples still use it. It is ignored: every header is
    allowed, unless `allow_headers` is set elsewhere.

    ## Example

        app.config["CORS_HEADERS"] = "Content-Type"
        CORS(app, origins="https://app.example")

    ## Use instead

        CORS(app, origins="https://app.example")

    Leave it out. Renamed to `allow_headers` it would allow these headers alone, and block
    `Authorization`.

    ## When to ignore

    The line has no effect; it can stay for as long as the same file also configures an old version.
    """

    code = "CORS702"
    title = "an option name of old versions"


class InvalidRegex(InvalidValue):
    """A regular expression cannot be compiled, or is compiled from bytes.

    ## Why it matters

    Python's `re` refuses it, or it cannot match text, so Flask-CORS cannot compare anything with
    it.

    ## Example

        CORS(app, origins=r"https://([a-z]+\\.example\\.com")

    ## Use instead

        CORS(app, origins=r"https://([a-z]+)\\.example\\.com")

    ## When to ignore

    Never: the app does not start.
    """

    code = "CORS704"
    title = "a regular expression that cannot be used"


class RegexInCommaList(InvalidValue):
    """A string with commas contains a regular expression.

    ## Why it matters

    A string with commas is a list, and a regular expression may contain commas, so one string
    cannot hold both. Commas inside `{}`, `[]` or `()` do not separate items.

    ## Example

        CORS(app, origins=r"https://app.example,https://[a-z]+\\.example\\.com")

    ## Use instead

        CORS(app, origins=["https://app.example", r"https://[a-z]+\\.example\\.com"])

    In an environment variable write patterns: `https://app.example,https://*.example.com`.

    ## When to ignore

    Never: the app does not start.
    """

    code = "CORS705"
    title = "a regular expression in a string with commas"


class SerializedValue(InvalidValue):
    """A string contains a list or an object in Python or JSON notation.

    ## Why it matters

    It would be one entry that never matches. Usually it comes from an environment variable.

    ## Example

        CORS(app, origins='["https://app.example", "https://admin.example"]')

    ## Use instead

        CORS(app, origins="https://app.example,https://admin.example")

    Or read the variable with `json.loads`, as `app.config.from_prefixed_env()` does.

    ## When to ignore

    Never: the app does not start.
    """

    code = "CORS706"
    title = "a list written as a string"


class InvalidBoolean(InvalidValue):
    """The value of an option is neither true nor false.

    ## Why it matters

    A boolean is `True`, `False`, 0 or 1; as a string, true, false, yes, no, on or off. Any other
    string would count as true in Python, even one that means the opposite.

    ## Example

        CORS(app, origins="https://app.example", supports_credentials="never")

    ## Use instead

        CORS(app, origins="https://app.example", supports_credentials=False)

    ## When to ignore

    Never: the app does not start.
    """

    code = "CORS707"
    title = "a value that is neither true nor false"


class InvalidList(InvalidValue):
    """The value of an option is not a list of names.

    ## Why it matters

    A list of names is a string or a list of strings, not `True`, bytes or a number. Flask-CORS
    cannot know which names are meant.

    ## Example

        CORS(app, expose_headers=True)

    ## Use instead

        CORS(app, expose_headers=["X-Total-Count"])

    For all names, write `"*"`.

    ## When to ignore

    Never: the app does not start.
    """

    code = "CORS708"
    title = "a value that is not a list of names"


class NoneInList(Finding):
    """A list contains `None`.

    ## Why it matters

    It usually comes from an environment variable that is not set. `None` is left out, so the
    intended value is not allowed.

    ## Example

        CORS(app, origins=["https://app.example", os.getenv("PREVIEW_ORIGIN")])

    ## Use instead

        CORS(app, origins=["https://app.example", os.getenv("PREVIEW_ORIGIN", "http://localhost:3000")])

    Or set the variable.

    ## When to ignore

    Where the variable is set in production, and is missing only where the check runs.
    """

    code = "CORS709"
    title = "None in a list"


class EmptyList(Finding):
    """All items of a list are empty.

    ## Why it matters

    The list has no names. It usually comes from an environment variable that is not set.

    ## Example

        CORS(app, expose_headers=os.getenv("EXPOSED_HEADERS", "").split(","))

    ## Use instead

        CORS(app, expose_headers=os.getenv("EXPOSED_HEADERS", "X-Total-Count").split(","))

    Or set the variable. To list nothing on purpose, write `[]`.

    ## When to ignore

    Where the variable is set in production, and is missing only where the check runs.
    """

    code = "CORS710"
    title = "a list of empty items"


class ForeignConfigKey(Finding):
    """A key of `app.config` is another library's name for an option.

    ## Why it matters

    Flask-CORS ignores it, and the option keeps its default: with `CORS_ALLOWED_ORIGINS` of
    django-cors-headers every origin is allowed.

    ## Example

        app.config["CORS_ALLOWED_ORIGINS"] = ["https://app.example"]
        CORS(app)

    ## Use instead

        app.config["CORS_ORIGINS"] = ["https://app.example"]
        CORS(app)

    ## When to ignore

    Where another extension of the app reads the key.
    """

    code = "CORS711"
    title = "another library's name for an option"


class DictAsList(Finding):
    """A dict is given where a list of names or origins is expected.

    ## Why it matters

    Every key is listed, whatever its value is. With the example, `PUT` is allowed.

    ## Example

        CORS(app, methods={"GET": True, "PUT": False})

    ## Use instead

        CORS(app, methods=["GET"])

    For all keys of a dict, write `list(the_dict)`.

    ## When to ignore

    Never: write a list.
    """

    code = "CORS712"
    title = "a dict instead of a list"
