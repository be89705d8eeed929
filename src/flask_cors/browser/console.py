"""The messages in Chromium's console where CORS blocks a ``fetch()``.

The texts are those of Chromium 156, word for word. Like Chromium, the module escapes everything but
printable ASCII in the values, byte for byte as they came. Unlike Chromium, it cuts long values.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from ..protocol import headers as h
from .outcome import Outcome
from .reasons import MAX_VALUE_SHOWN, Reason

_NOT_SENT = "Fetch API cannot load {url}. "
_ACCESS = "Access to fetch at '{url}' {redirected}from origin '{origin}' "
_BLOCKED = f"{_ACCESS}has been blocked by CORS policy: "
_PREFLIGHT = f"{_BLOCKED}Response to preflight request doesn't pass access control check: "

_HINT = "Have the server send the header with a valid value."

# The CORS check fails with the same text on both responses, after another beginning.
_CORS_CHECK = {
    Reason.MISSING_ALLOW_ORIGIN_HEADER: "No 'Access-Control-Allow-Origin' header is present on the "
    "requested resource.",
    Reason.WILDCARD_ORIGIN_NOT_ALLOWED: "The value of the 'Access-Control-Allow-Origin' header in "
    "the response must not be the wildcard '*' when the request's credentials mode is 'include'.",
    Reason.MULTIPLE_ALLOW_ORIGIN_VALUES: "The 'Access-Control-Allow-Origin' header contains "
    f"multiple values '{{allow_origin}}', but only one is allowed. {_HINT}",
    Reason.INVALID_ALLOW_ORIGIN_VALUE: "The 'Access-Control-Allow-Origin' header contains the "
    f"invalid value '{{allow_origin}}'. {_HINT}",
    Reason.ALLOW_ORIGIN_MISMATCH: "The 'Access-Control-Allow-Origin' header has a value "
    f"'{{allow_origin}}' that is not equal to the supplied origin. {_HINT}",
    Reason.INVALID_ALLOW_CREDENTIALS: "The value of the 'Access-Control-Allow-Credentials' header "
    "in the response is '{allow_credentials}' which must be 'true' when the request's credentials "
    "mode is 'include'.",
}

# Every reason that the simulated browser gives.
TEXTS: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.DISALLOWED_BY_MODE: _NOT_SENT + 'Request mode is "same-origin" but the URL\'s '
        "origin is not same as the request origin {origin}.",
        Reason.NO_CORS_REDIRECT_MODE_NOT_FOLLOW: _NOT_SENT + 'Request mode is "no-cors" but the '
        'redirect mode is not "follow".',
        Reason.CORS_DISABLED_SCHEME: _BLOCKED + "Cross origin requests are only supported for "
        "protocol schemes: chrome, chrome-experimental-site-token-provider, chrome-extension, "
        "chrome-untrusted, data, http, https, isolated-app.",
        Reason.REDIRECT_CONTAINS_CREDENTIALS: _BLOCKED + "Redirect location '' contains a username "
        "and password, which is disallowed for cross-origin requests.",
        **{reason: _BLOCKED + text for reason, text in _CORS_CHECK.items()},
        **{
            Reason(f"Preflight{reason.value}"): _PREFLIGHT + text
            for reason, text in _CORS_CHECK.items()
        },
        Reason.PREFLIGHT_DISALLOWED_REDIRECT: _PREFLIGHT + "Redirect is not allowed for a "
        "preflight request.",
        Reason.PREFLIGHT_INVALID_STATUS: _PREFLIGHT + "It does not have HTTP ok status.",
        Reason.INVALID_ALLOW_METHODS_PREFLIGHT_RESPONSE: _BLOCKED + "Cannot parse "
        "Access-Control-Allow-Methods response header field in preflight response.",
        Reason.INVALID_ALLOW_HEADERS_PREFLIGHT_RESPONSE: _BLOCKED + "Cannot parse "
        "Access-Control-Allow-Headers response header field in preflight response.",
        Reason.METHOD_DISALLOWED_BY_PREFLIGHT_RESPONSE: _BLOCKED + "Method {parameter} is not "
        "allowed by Access-Control-Allow-Methods in preflight response.",
        Reason.HEADER_DISALLOWED_BY_PREFLIGHT_RESPONSE: _BLOCKED + "Request header field "
        "{parameter} is not allowed by Access-Control-Allow-Headers in preflight response.",
    }
)

# For the URL that the script requested itself; the parameter is its scheme.
_SCHEME = _NOT_SENT + 'URL scheme "{parameter}" is not supported.'


def chromium_message(outcome: Outcome) -> str | None:
    """Return the line of Chromium's console; None if CORS is not what blocked the request.

    It is printable ASCII, and each value in it is cut after 200 characters.
    """
    if outcome.reason is None:
        return None
    text = TEXTS[outcome.reason]
    if outcome.reason is Reason.CORS_DISABLED_SCHEME and outcome.parameter:
        text = _SCHEME
    first, last = outcome.url_list[0], outcome.url_list[-1]
    return text.format(
        url=_shorten(last),
        redirected=f"(redirected from '{_shorten(first)}') " if first != last else "",
        origin=_shorten(outcome.origin),
        # As it came; the parameter has it as UTF-8, or not at all.
        allow_origin=_shorten(_last_header(outcome, h.ALLOW_ORIGIN)),
        allow_credentials=_shorten(_last_header(outcome, h.ALLOW_CREDENTIALS)),
        parameter=_shorten(outcome.parameter or ""),
    )


def _last_header(outcome: Outcome, name: str) -> str:
    """Return a header of the last response, the one at fault."""
    return "".join(exchange.response.get(name) or "" for exchange in outcome.exchanges[-1:])


_escapes = re.compile(r"[^ -~]")


def _shorten(text: str) -> str:
    text = _escapes.sub(lambda found: f"\\u{ord(found[0]):04X}", text[: MAX_VALUE_SHOWN + 1])
    return text if len(text) <= MAX_VALUE_SHOWN else f"{text[:MAX_VALUE_SHOWN]}..."
