"""A server that is an app in this process, and what the app did with each request."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, got_request_exception, request_tearing_down

from ..browser import Request, Response
from ..browser.arguments import parse_url
from ..context import current_request
from ..policy.policy import Decision, Policy
from ..responses import decided
from ..testing import address, sent
from .arguments import CannotTell
from .text import one_line


@dataclass
class Handled:
    """What an app did with one request.

    :ivar response: as the app's test client gave it.
    :ivar policy: whose decision it is; None where no policy speaks.
    :ivar path: as Flask saw it.
    :ivar rule: the URL rule that serves it; None where routing found none.
    :ivar error: the exception that the app did not handle.
    """

    response: Response
    policy: Policy | None = None
    decision: Decision | None = None
    path: str = ""
    rule: str | None = None
    error: BaseException | None = None


class InProcess:
    """A transport to an app, which brings no body back.

    An exception that the app does not handle is answered with 500, as in production, whatever
    ``testing``, ``debug`` and ``PROPAGATE_EXCEPTIONS`` say.

    :param url: where the app is asked; it serves no other host.
    :ivar handled: by the request, what was done with it.
    """

    def __init__(self, app: Flask, url: str) -> None:
        self.app = app
        self.handled: dict[Request, Handled] = {}
        self._host = urlsplit(str(parse_url(url))).netloc  # as the browser writes it
        self._root = urlsplit(address(app)).path
        self._client = app.test_client(use_cookies=False)

    def __call__(self, request: Request) -> Response:
        to = urlsplit(request.url)
        root = self._root if to.path.startswith(self._root) else "/"
        if to.netloc != self._host:
            raise CannotTell(
                f"the app sends the browser on to {request.url[:200]!r}, which is another server: "
                "ask that one with `flask cors probe`"
            )
        seen: dict[str, Any] = {}

        def on_exception(_: Flask, exception: BaseException, **__: Any) -> None:
            seen["error"] = exception

        def on_teardown(_: Flask, **__: Any) -> None:
            flask_request = current_request()
            seen["policy"], seen["decision"] = decided(flask_request)
            seen["path"] = flask_request.path
            seen["rule"] = flask_request.url_rule and flask_request.url_rule.rule

        with (
            got_request_exception.connected_to(on_exception, self.app),
            request_tearing_down.connected_to(on_teardown, self.app),
            _as_in_production(self.app),
        ):
            try:
                answer = sent(self._client, request, root)
                answer.close()  # a body may have no end
            except (Exception, SystemExit) as error:  # of WSGI middleware, or what passes Flask by
                said = one_line(f"{type(error).__name__}: {error}")
                raise CannotTell(f"the app raised, outside of Flask, {said}") from error
        response = Response(answer.status_code, tuple(answer.headers))
        self.handled[request] = Handled(response, **seen)
        return response


@contextmanager
def _as_in_production(app: Flask) -> Generator[None]:
    before = app.config["PROPAGATE_EXCEPTIONS"]
    app.config["PROPAGATE_EXCEPTIONS"] = False
    try:
        yield
    finally:
        app.config["PROPAGATE_EXCEPTIONS"] = before
