"""The decision on a request, and the notes that are kept on the request object."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from flask import Request
from werkzeug.wrappers import Response

from ..policy.policy import Decision, Policy
from .decorated_views import ViewOptions
from .registry import Registry
from .resolver import Resolver

_ORIGIN = "HTTP_ORIGIN"
_METHOD = "HTTP_ACCESS_CONTROL_REQUEST_METHOD"
_HEADERS = "HTTP_ACCESS_CONTROL_REQUEST_HEADERS"
_PRIVATE_NETWORK = "HTTP_ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK"

# The names of the notes. They are attributes of the request, because its WSGI environment may be
# passed on to another app.
DECIDED = "_cors_decided"  # the policy and the decision
BEFORE = "_cors_decided_before"  # the same, for a preflight that is passed on to the app
RESPONDED = "_cors_responded"  # set on a preflight that was responded to instead, and its context
MADE = "_cors_made"  # the response that Flask made for the request and nothing else holds
RETURNED = "_cors_returned"  # what decorated functions returned that are not its view
UNHANDLED = "_cors_unhandled"  # set after an unhandled exception; later the response with headers

# The policy of a request and its decision; both None if no policy applies.
Decided = tuple[Policy, Decision] | tuple[None, None]


class Returned(NamedTuple):
    """The Response of a decorated function that is not the request's view. Its policy applies to
    this Response alone."""

    response: Response
    options: ViewOptions
    function: Callable[..., Any]


def requested_method(request: Request) -> str | None:
    """Return the requested method of a CORS-preflight request (Fetch 3.3.2), or None for any other
    request."""
    if request.method != "OPTIONS" or _ORIGIN not in request.environ:
        return None
    method: str | None = request.environ.get(_METHOD)
    return method


def decide(resolver: Resolver, request: Request, returned: Policy | None = None) -> Decided:
    """Return the policy of a request and its decision.

    :param returned: the policy of the decorated function that returned the response. It never
        decides on a preflight.
    """
    environ = request.environ
    private_network = environ.get(_PRIVATE_NETWORK)
    if request.method == "OPTIONS" and (method := requested_method(request)) is not None:
        policy = resolver.policy_of_preflight(request, method)
        if policy is None:
            return None, None
        origin, names = environ[_ORIGIN], environ.get(_HEADERS)
        return policy, policy.decide_preflight(origin, method, names, private_network)
    policy = returned or resolver.policy_of(request)
    if policy is None:
        return None, None
    return policy, policy.decide(environ.get(_ORIGIN), private_network)


def find_returned_policy(registry: Registry, request: Request, response: Response) -> Policy | None:
    """Return the policy of the decorated function that returned ``response``. None if no decorated
    function did, or if the view has a policy of its own, which takes precedence."""
    endpoint, resolver = request.endpoint, registry.resolver()
    if resolver.view_at(endpoint, request.method) is not None:
        return None
    returned: list[Returned] = vars(request).get(RETURNED, [])
    for each in returned:
        if each.response is response:
            registry.warn_of_hidden_view(endpoint, each.function, each.options)
            return resolver.view_policy(each.options, endpoint)
    return None


def find_decision(request: Request) -> Decided:
    """Return the policy and the decision noted on ``request``, both None if there are none."""
    known: Decided = vars(request).get(DECIDED, (None, None))
    return known
