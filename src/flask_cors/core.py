"""Names that existing code imports from ``flask_cors.core``: the CORS headers of requests
(https://fetch.spec.whatwg.org/#http-requests) and responses
(https://fetch.spec.whatwg.org/#http-responses), the methods that are allowed by default, and the
option types of flask-cors 6.0.5. New code uses the types of :mod:`flask_cors.typing`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from re import Pattern
from re import Pattern as RegexObject
from typing import TYPE_CHECKING, Any, Union

from .protocol.headers import ALL_METHODS as ALL_METHODS
from .protocol.headers import ALLOW_CREDENTIALS as ACL_CREDENTIALS
from .protocol.headers import ALLOW_HEADERS as ACL_ALLOW_HEADERS
from .protocol.headers import ALLOW_METHODS as ACL_METHODS
from .protocol.headers import ALLOW_ORIGIN as ACL_ORIGIN
from .protocol.headers import ALLOW_PRIVATE_NETWORK as ACL_RESPONSE_PRIVATE_NETWORK
from .protocol.headers import EXPOSE_HEADERS as ACL_EXPOSE_HEADERS
from .protocol.headers import MAX_AGE as ACL_MAX_AGE
from .protocol.headers import REQUEST_HEADERS as ACL_REQUEST_HEADERS
from .protocol.headers import REQUEST_METHOD as ACL_REQUEST_METHOD
from .protocol.headers import REQUEST_PRIVATE_NETWORK as ACL_REQUEST_HEADER_PRIVATE_NETWORK
from .typing import ExposeHeaders as ExposeHeadersInput
from .typing import ExtensionOptions as CorsOptionsInput
from .typing import Resource as ResourcePattern
from .typing import ResourceOptions as CrossOriginOptionsInput

# The same as in 6.0.5: with wider types, code that reads such a value would have to check for more.
ResourceSpec = Union[
    str,
    Pattern[str],
    list[ResourcePattern],
    dict[ResourcePattern, dict[str, Any]],
]
OriginsInput = Union[ResourcePattern, Iterable[ResourcePattern]]
HeadersInput = Union[ResourcePattern, Iterable[ResourcePattern]]
MethodsInput = Union[str, Iterable[str]]
MaxAgeInput = Union[timedelta, int, str, None]

__all__ = [
    "ACL_ALLOW_HEADERS",
    "ACL_CREDENTIALS",
    "ACL_EXPOSE_HEADERS",
    "ACL_MAX_AGE",
    "ACL_METHODS",
    "ACL_ORIGIN",
    "ACL_REQUEST_HEADERS",
    "ACL_REQUEST_HEADER_PRIVATE_NETWORK",
    "ACL_REQUEST_METHOD",
    "ACL_RESPONSE_PRIVATE_NETWORK",
    "ALL_METHODS",
    "CorsOptionsInput",
    "CrossOriginOptionsInput",
    "ExposeHeadersInput",
    "HeadersInput",
    "MaxAgeInput",
    "MethodsInput",
    "OriginsInput",
    "RegexObject",
    "ResourcePattern",
    "ResourceSpec",
]

_OPTIONS = "pass the options to CORS(...) or @cross_origin(...), which read app.config as well"
_HEADERS = "CORS(app) and @cross_origin() set the headers on every response, errors included"
_ALLOWS = "call cors.allows(origin, path=...) on the CORS object that is bound to the app"
_REGEX = "write re.compile(...) for a regular expression"
_COPY = "copy the function, which has nothing to do with CORS"

# The names of 6.0.5 that were removed, and what to use instead.
_REMOVED = {
    **dict.fromkeys(("get_cors_options", "merge_options", "serialize_options"), _OPTIONS),
    **dict.fromkeys(("get_app_kwarg_dict", "parse_resources"), _OPTIONS),
    **dict.fromkeys(("get_cors_headers", "set_cors_headers"), _HEADERS),
    **dict.fromkeys(("get_cors_origins", "try_match_any_pattern", "try_match_pattern"), _ALLOWS),
    **dict.fromkeys(("get_regexp_pattern", "probably_regex", "re_fix"), _REGEX),
    **dict.fromkeys(("ensure_iterable", "flexible_str", "sanitize_regex_param"), _COPY),
    "get_allow_headers": "send a preflight with app.test_client(), and read its response",
    "CONFIG_OPTIONS": "list the keys that are meant, such as CORS_ORIGINS",
    "DEFAULT_OPTIONS": "leave an option out to get its default",
    "FLASK_CORS_EVALUATED": "a response that has Access-Control-Allow-Origin already keeps it",
    "LOG": 'use logging.getLogger("flask_cors")',
}

if not TYPE_CHECKING:  # pragma: no branch  # type checkers would accept any name

    def __getattr__(name: str) -> object:
        if name in _REMOVED:
            # "from flask_cors.core import ..." would replace the message of an AttributeError.
            hint = _REMOVED[name]
            message = f"flask_cors.core.{name} does not exist in Flask-CORS 7: {hint}"
            raise ImportError(message, name=__name__)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
