"""The names of headers, and the grammar of their values.

Imports nothing of the project and no framework. The names come from the Fetch standard, section
3.3 "CORS protocol" (https://fetch.spec.whatwg.org/#http-cors-protocol), the grammar from RFC 9110
(https://www.rfc-editor.org/rfc/rfc9110).
"""

from __future__ import annotations

import re

# Response headers (Fetch 3.3.3).
ALLOW_ORIGIN = "Access-Control-Allow-Origin"
ALLOW_CREDENTIALS = "Access-Control-Allow-Credentials"
ALLOW_METHODS = "Access-Control-Allow-Methods"
ALLOW_HEADERS = "Access-Control-Allow-Headers"
EXPOSE_HEADERS = "Access-Control-Expose-Headers"
MAX_AGE = "Access-Control-Max-Age"

# Request headers (Fetch 3.3.2).
REQUEST_METHOD = "Access-Control-Request-Method"
REQUEST_HEADERS = "Access-Control-Request-Headers"

# Private Network Access: no longer in any standard, but still sent by older versions of Chromium.
REQUEST_PRIVATE_NETWORK = "Access-Control-Request-Private-Network"
ALLOW_PRIVATE_NETWORK = "Access-Control-Allow-Private-Network"

ALL_METHODS = ["GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"]

# Fetch 2.2.1, forbidden methods: a script that uses one gets a TypeError, and nothing is sent.
FORBIDDEN_METHODS = frozenset({"CONNECT", "TRACE", "TRACK"})

# Fetch 2.2.2, forbidden response-header names: scripts never see them in a response.
FORBIDDEN_RESPONSE_HEADERS = frozenset({"set-cookie", "set-cookie2"})

# RFC 9110 9.2.1, safe methods: those that a script may use.
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

# A longer Access-Control-Request-Headers allows nothing. Browsers send the few names that a script
# sets; an attacker would send a value that takes as long as possible to read.
MAX_LIST_BYTES = 4096
MAX_LIST_NAMES = 128

# RFC 9110 5.6.2
# tchar = "!" / "#" / "$" / "%" / "&" / "'" / "*" / "+" / "-" / "." / "^" / "_" / "`" / "|" / "~"
#         / DIGIT / ALPHA
_TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_is_token = re.compile(_TOKEN).fullmatch

# RFC 9110 5.6.1.2
# #element => [ element ] *( OWS "," OWS [ element ] )          OWS = *( SP / HTAB )
# Elements that are not tokens are skipped. Each element is scanned once, so the time is linear.
_find_tokens = re.compile(rf"(?:^|,)[ \t]*({_TOKEN})[ \t]*(?=,|\Z)").findall


def is_token(text: str) -> bool:
    """Return whether ``text`` is an RFC 9110 token, as methods and header names are."""
    return _is_token(text) is not None


def comma_list(text: str) -> list[str]:
    """Return the items of a list such as ``"GET, PUT"``, trimmed, without empty ones."""
    return [item for piece in text.split(",") if (item := piece.strip())]


def requested_names(value: str) -> list[str]:
    """Return the header names in ``Access-Control-Request-Headers``, as the client spelled them, or
    an empty list if the value is longer than any that a browser sends."""
    if len(value) > MAX_LIST_BYTES:
        return []
    names: list[str] = _find_tokens(value)
    return names if len(names) <= MAX_LIST_NAMES else []
