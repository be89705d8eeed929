"""The names that existing code imports from ``flask_cors.core``: the CORS headers, of requests
(https://fetch.spec.whatwg.org/#http-requests) and of responses
(https://fetch.spec.whatwg.org/#http-responses), and the methods that are allowed by default."""

from __future__ import annotations

from .headers import ALL_METHODS as ALL_METHODS
from .headers import ALLOW_CREDENTIALS as ACL_CREDENTIALS
from .headers import ALLOW_HEADERS as ACL_ALLOW_HEADERS
from .headers import ALLOW_METHODS as ACL_METHODS
from .headers import ALLOW_ORIGIN as ACL_ORIGIN
from .headers import ALLOW_PRIVATE_NETWORK as ACL_RESPONSE_PRIVATE_NETWORK
from .headers import EXPOSE_HEADERS as ACL_EXPOSE_HEADERS
from .headers import MAX_AGE as ACL_MAX_AGE
from .headers import REQUEST_HEADERS as ACL_REQUEST_HEADERS
from .headers import REQUEST_METHOD as ACL_REQUEST_METHOD
from .headers import REQUEST_PRIVATE_NETWORK as ACL_REQUEST_HEADER_PRIVATE_NETWORK

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
]
