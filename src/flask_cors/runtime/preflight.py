"""The response to a preflight from an allowed origin, which never reaches the app.

No function of the app runs: a preflight carries no credentials, so a login check would refuse it,
and the request that it announces must not have any effect yet.
"""

from __future__ import annotations

from flask import Request
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response

from .decision import BEFORE, DECIDED, RESPONDED, decide, requested_method
from .registry import Registry
from .reporting import report


def respond_to_preflight(registry: Registry, request: Request) -> Response | None:
    """Return the response to a preflight from an allowed origin, or None for any other request."""
    error = request.routing_exception
    # Other errors, such as that of an untrusted host, are left to Flask.
    if error is not None and not isinstance(error, (NotFound, MethodNotAllowed, RequestRedirect)):
        return None
    if requested_method(request) is None:
        return None
    policy, decision = decided = decide(registry.resolver(), request)
    if (
        policy is None
        or decision is None
        or not (policy.automatic_options and decision.allows_origin)
    ):
        setattr(request, BEFORE, decided)  # a callable in origins is called once per request
        return None
    response = registry.app.response_class(status=200)
    for name, value in decision.headers:
        response.headers.add(name, value)
    if decision.vary:
        response.headers.add("Vary", decision.vary)
    setattr(request, DECIDED, decided)
    setattr(request, RESPONDED, True)
    report(registry.app, registry.hinted, request, policy, decision)
    return response
