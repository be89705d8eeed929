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
