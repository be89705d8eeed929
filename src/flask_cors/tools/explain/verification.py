"""Repeats a blocked request with another policy, without changing the app.

Views are not called for unsafe methods. They respond as they did to the actual request, or with an
empty 200 if that was not sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask
from werkzeug.wrappers import Response as WSGIResponse

from ...browser import Outcome, Request, Response
from ...policy.path_patterns import PathPattern
from ...policy.policy import Policy
from ...policy.resources import ResourceMap
from ...protocol.headers import SAFE_METHODS
from ...runtime.context import current_request
from ...runtime.install import install
from ...runtime.registry import Registry
from ...runtime.resolver import Resolver
from ..shared.app_transport import AppTransport, HandledRequest, View, with_views
from ..shared.page_request import NoVerdict, PageRequest
from ..shared.silence import silence_reports
from ..shared.verdict import fetch


class Verification:
    """Repeats one blocked request.

    :param root: the path that the app is mounted at.
    :param handled: how the app handled the actual request.
    """

    def __init__(
        self,
        app: Flask,
        page_request: PageRequest,
        root: str,
        handled: Mapping[Request, HandledRequest],
    ) -> None:
        self.app = app
        self.page_request = page_request
        self._root = root
        self._registry = install(app)
        self._handled = {(each.method, each.url): known for each, known in handled.items()}

    def fetch_with(self, other: Policy, instead_of: Policy) -> Outcome | None:
        """Return the outcome if one policy is replaced by another; None if the request leaves the
        app."""
        return self._fetch(
            _make_resolver(self._registry, lambda known: other if known is instead_of else known)
        )

    def fetch_with_resource(self, pattern: PathPattern, policy: Policy) -> Outcome | None:
        """Return the outcome if the app has one more resource; None if the request leaves it."""
        return self._fetch(_make_resolver(self._registry, lambda known: known, (pattern, policy)))

    def _fetch(self, resolver: Resolver) -> Outcome | None:
        transport = AppTransport(self.app, self.page_request.url, self._root)

        def send(request: Request) -> Response:
            known = self._handled.get((request.method, request.url))
            with with_views(self.app, lambda view: _make_harmless(self.app, view, known)):
                return transport(request)

        with silence_reports(self.app), self._registry.resolving_by(resolver):
            try:
                return fetch(self.page_request, send)
            except NoVerdict:
                return None


def _make_resolver(
    registry: Registry,
    choose: Callable[[Policy], Policy],
    *more: tuple[PathPattern, Policy],
) -> Resolver:
    """Return a resolver in which some policies of the registry are replaced."""

    def replace_policies(resources: ResourceMap[Policy]) -> ResourceMap[Policy]:
        return ResourceMap(
            (pattern, choose(known)) for pattern, known in resources.patterns.items()
        )

    return Resolver(
        registry.app,
        replace_policies(registry.resources).extended(more),
        {
            name: bound._replace(resources=replace_policies(bound.resources))
            for name, bound in registry.blueprints.items()
        },
        lambda options, endpoint: choose(registry.view_policy(options, endpoint)),
    )


def _make_harmless(app: Flask, view: View, known: HandledRequest | None) -> View:
    def call(*args: Any, **kwargs: Any) -> Any:
        if current_request().method in SAFE_METHODS:
            return app.ensure_sync(view)(*args, **kwargs)
        return "" if known is None else _respond_again(app, known)

    return call


# What belongs to the body, or is added again.
_NOT_REPEATED = frozenset({"content-encoding", "content-length", "set-cookie", "vary"})


def _respond_again(app: Flask, known: HandledRequest) -> WSGIResponse:
    """Repeat the response without its body, or the exception."""
    if known.error is not None:
        raise known.error
    ours = () if known.decision is None else known.decision.headers
    kept = [
        (name, value)
        for name, value in known.response.headers
        if name.lower() not in _NOT_REPEATED and (name, value) not in ours
    ]
    return app.response_class(status=known.response.status, headers=kept)
