"""Sends requests as a server does, and reads the CORS headers of the responses."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask
from werkzeug.test import EnvironBuilder, TestResponse, run_wsgi_app
from werkzeug.wrappers import Request, Response

APP = "https://app.example"
OTHER = "https://other.example"
EVIL = "https://evil.example"


def send(
    app: Flask,
    path: str = "/",
    origin: str | None = APP,
    method: str = "GET",
    *,
    headers: Mapping[str, str] | None = None,
    base_url: str | None = None,
) -> TestResponse:
    """Send a request with ``path`` as its ``PATH_INFO``, unchanged."""
    sent = {} if origin is None else {"Origin": origin}
    builder = EnvironBuilder(
        "/", base_url=base_url, method=method, headers={**sent, **(headers or {})}
    )
    environ = builder.get_environ()
    builder.close()
    environ["PATH_INFO"] = path
    body, status, response_headers = run_wsgi_app(app, environ, buffered=True)
    return TestResponse(body, status, response_headers, request=Request(environ))


def send_preflight(
    app: Flask,
    path: str = "/",
    origin: str = APP,
    method: str = "PUT",
    *,
    names: str | None = None,
    base_url: str | None = None,
) -> TestResponse:
    headers = {"Access-Control-Request-Method": method}
    if names is not None:
        headers["Access-Control-Request-Headers"] = names
    return send(app, path, origin, "OPTIONS", headers=headers, base_url=base_url)


def allowed(response: Response) -> list[str]:
    """Return the lines of ``Access-Control-Allow-Origin``."""
    return response.headers.getlist("Access-Control-Allow-Origin")


def vary(response: Response) -> list[str]:
    """Return the names in ``Vary``, in their order."""
    lines = response.headers.getlist("Vary")
    return [name.strip() for line in lines for name in line.split(",")]


def cors_headers(response: Response) -> list[str]:
    """Return the names of the ``Access-Control-*`` headers."""
    return sorted(name for name, _ in response.headers if name.startswith("Access-Control-"))
