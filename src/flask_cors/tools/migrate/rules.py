"""The rules of ``flask cors migrate``: one per row of the page "Differences from flask-cors 6" that
an app shows. ``tests/tools/migrate/test_migrate.py`` has the other rows, each with the reason."""

from __future__ import annotations

from typing import cast

from ...diagnostics.finding import Finding, Severity


class Difference(Finding):
    """A difference from flask-cors 6 that changes something for an app. The title is the heading of
    its row. An error stops the app or a view from working, a warning is noticed by a browser or by
    an operator, a note by neither."""


def _difference(code: str, title: str, severity: Severity = Severity.WARNING) -> type[Difference]:
    attributes = {"code": code, "title": title, "severity": severity}
    return cast("type[Difference]", type("Difference", (Difference,), attributes))


# Options
UNSET_ORIGINS = _difference("CORS011", "An unset `CORS_ORIGINS`")
EMPTY_STRING = _difference("CORS025", "An empty string in the config")
CREDENTIALS = _difference("CORS012", "Credentials for untrusted origins", Severity.ERROR)
REQUESTED_METHOD = _difference("CORS013", "The requested method")
ANY_METHOD = _difference("CORS014", '`methods="*"`')
METHODS_NONE = _difference("CORS015", "`methods=None`")
MAX_AGE_ZERO = _difference("CORS016", "`max_age=0`")
INVALID_MAX_AGE = _difference(
    "CORS017", "A `max_age` that is not a number of seconds", Severity.ERROR
)
BOOLEANS = _difference("CORS018", "Booleans written as strings")
ONE_RESOURCE_TWICE = _difference("CORS019", "One resource in two `CORS`")
COMMAS = _difference("CORS020", "Lists with commas")
SERIALIZED_LIST = _difference("CORS021", "A list written into a string", Severity.ERROR)
NOT_NAMES = _difference("CORS022", "Values that are not names", Severity.ERROR)
SLOW_REGEX = _difference("CORS023", "A regular expression that takes too long", Severity.ERROR)
ALLOW_HEADERS_REGEX = _difference("CORS024", "Regular expressions in `allow_headers`")
# Origins
WHOLE_ORIGIN = _difference("CORS031", "Regular expressions match the whole origin")
ORIGIN_CASE = _difference("CORS032", "The case of an exact origin", Severity.NOTE)
ORIGIN_PATTERNS = _difference("CORS033", "Patterns for subdomains and ports")
OTHER_WILDCARD = _difference("CORS034", "Any other `*` in an origin", Severity.ERROR)
QUANTIFIED_COLON = _difference("CORS035", "`:*` in a regular expression", Severity.ERROR)
NEW_REGEX = _difference("CORS036", "`+`, `|` and braces in an origin")
# Resources
PREFIX = _difference("CORS041", "`/api/*`")
DECODED_PATH = _difference("CORS042", "Decoding a path", Severity.NOTE)
AMBIGUOUS_PATH = _difference("CORS043", "Ambiguous spellings of a path")
CLOSEST_RESOURCE = _difference("CORS044", "Which resource decides")
# Which policy
BLUEPRINT_REFUSES = _difference("CORS051", "A blueprint that refuses")
INTERCEPT_EXCEPTIONS = _difference("CORS052", "`intercept_exceptions`")
INVALID_VIEW = _difference("CORS053", "A decorated view with invalid options", Severity.ERROR)
AUTOMATIC_OPTIONS = _difference("CORS054", "`automatic_options=False` on a decorated view")
# Preflights
PREFLIGHTS = _difference("CORS061", "Preflights do not reach the app")
PREFLIGHT_HEADERS = _difference(
    "CORS062", "Exposed headers and the maximum age on preflights", Severity.NOTE
)
# Response headers
VARY_REFUSED = _difference("CORS071", "`Vary` on a refused request", Severity.NOTE)
VARY_WITHOUT_ORIGIN = _difference("CORS072", "`Vary` on a request without `Origin`", Severity.NOTE)
SEVERAL_ORIGINS = _difference("CORS073", "A request without `Origin`, several origins allowed")
# Your own code
CORE_FUNCTIONS = _difference("CORS081", "Functions of `flask_cors.core`", Severity.ERROR)
# What did not work before
ERRORS_OF_VIEWS = _difference("CORS091", "A decorated view that aborts or raises")
ASYNC_VIEW = _difference("CORS092", "A decorated `async def` view")
METHOD_VIEW = _difference("CORS093", "A decorated `MethodView`")
SEVERAL_VIEWS = _difference("CORS094", "Several views on one URL")
BLUEPRINT = _difference("CORS095", "`CORS(blueprint)`: the config, 404 and 405")
IPV6 = _difference("CORS096", "IPv6 origins")

RULES: tuple[type[Difference], ...] = tuple(Difference.__subclasses__())
