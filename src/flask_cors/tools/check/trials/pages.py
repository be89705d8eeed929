"""What a browser makes of the answers of one policy, without an app between."""

from __future__ import annotations

from .... import headers as h
from ....browser import Browser, Request, Response
from ....browser.arguments import Credentials
from ....policy.policy import Policy

_URL = "https://api.flask-cors.example/"


def passes(
    policy: Policy,
    origin: str,
    method: str = "GET",
    headers: dict[str, str] | None = None,
    credentials: Credentials = "omit",
) -> bool:
    """Whether a page of ``origin`` gets to read the answer."""

    def answer(request: Request) -> Response:
        asked = request.get(h.REQUEST_METHOD)
        sent = request.get("Origin") or ""
        decision = (
            policy.decide(sent)
            if asked is None
            else policy.decide_preflight(sent, asked, request.get(h.REQUEST_HEADERS))
        )
        return Response(200, decision.headers)

    fetch = Browser(answer).fetch
    return fetch(
        _URL, origin=origin, method=method, headers=headers or {}, credentials=credentials
    ).allowed
