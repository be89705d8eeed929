"""Header names, and the grammar of the values that this package reads.

A leaf: it imports nothing of the project and no framework.

The grammar is RFC 9110's (https://www.rfc-editor.org/rfc/rfc9110), the names are those of the
Fetch standard, section 3.3 "CORS protocol" (https://fetch.spec.whatwg.org/#http-cors-protocol).
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

# Private Network Access: no longer in any standard, still asked for by older Chromium.
REQUEST_PRIVATE_NETWORK = "Access-Control-Request-Private-Network"
ALLOW_PRIVATE_NETWORK = "Access-Control-Allow-Private-Network"

ALL_METHODS = ["GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"]

# Fetch 2.2.1: a script that asks for one of these gets a TypeError, so no browser ever sends it.
FORBIDDEN_METHODS = frozenset({"CONNECT", "TRACE", "TRACK"})

# Fetch 2.2.2, forbidden response-header names: of no response does a script see one of these.
FORBIDDEN_RESPONSE_HEADERS = frozenset({"set-cookie", "set-cookie2"})

# RFC 9110 9.2.1, of those that a page may use.
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

# What Access-Control-Request-Headers may hold before nothing in it is allowed: a browser sends
# the few names that a script set, an attacker sends what costs the most.
MAX_LIST_BYTES = 4096
MAX_LIST_NAMES = 128

# RFC 9110 5.6.2
# tchar = "!" / "#" / "$" / "%" / "&" / "'" / "*" / "+" / "-" / "." / "^" / "_" / "`" / "|" / "~"
#         / DIGIT / ALPHA
_TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_is_token = re.compile(_TOKEN).fullmatch

# RFC 9110 5.6.1.2
# #element => [ element ] *( OWS "," OWS [ element ] )          OWS = *( SP / HTAB )
# Elements that are not tokens are passed over. Each element is scanned once: linear.
_find_tokens = re.compile(rf"(?:^|,)[ \t]*({_TOKEN})[ \t]*(?=,|\Z)").findall


def is_token(text: str) -> bool:
    """Whether ``text`` is an RFC 9110 token: a method, or a header's name."""
    return _is_token(text) is not None


def comma_list(text: str) -> list[str]:
    """The items of a list as people write it, ``"GET, PUT"``: trimmed, without empty ones."""
    return [item for piece in text.split(",") if (item := piece.strip())]


def requested_names(value: str) -> list[str]:
    """The header names that ``Access-Control-Request-Headers`` asks for, as the client spelled
    them. None at all when the value is longer than a browser would ever send."""
    if len(value) > MAX_LIST_BYTES:
        return []
    names: list[str] = _find_tokens(value)
    return names if len(names) <= MAX_LIST_NAMES else []
