"""The cookies by which an app knows its visitors, as browsers see them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, NamedTuple

import flask
from flask import Flask, session
from flask.sessions import SecureCookieSessionInterface

from .contexts import RAISED, requested
from .words import parts_of


class Cookie(NamedTuple):
    """What decides whether a cookie goes with a request that a page of another site makes.

    :ivar prefix: of the config keys for it.
    :ivar samesite: ``"None"``, ``"Lax"``, ``"Strict"`` or ``""``.
    :ivar is_sure: whether the app can set it, as it is configured.
    """

    prefix: str
    name: str
    samesite: str
    secure: bool
    is_sure: bool = True

    @property
    def crosses_sites(self) -> bool:
        """Whether browsers send it: `SameSite=None` needs `Secure`."""
        return self.samesite.lower() == "none" and self.secure

    @property
    def stays(self) -> bool:
        """Whether no browser sends it. Without SameSite some take it for Lax, and some for None."""
        return self.samesite.lower() in ("lax", "strict")


def cookies_of(app: Flask) -> Iterator[Cookie]:
    """The session, and the token of Flask-JWT-Extended, where they may tell who a visitor is."""
    if _uses_session(app):
        yield _session_cookie(app)
    if JWT in app.extensions and "cookies" in app.config["JWT_TOKEN_LOCATION"]:
        config = app.config
        yield Cookie(
            "JWT_COOKIE",
            config["JWT_ACCESS_COOKIE_NAME"],
            config["JWT_COOKIE_SAMESITE"] or "",
            bool(config["JWT_COOKIE_SECURE"]),
        )


JWT = "flask-jwt-extended"


def _uses_session(app: Flask) -> bool:
    """Whether it may: not where tokens do, and no view touches the session."""
    if JWT not in app.extensions or hasattr(app, "login_manager"):
        return True
    return any(map(_reads_session, app.view_functions.values()))


def _reads_session(view: Callable[..., Any]) -> bool:
    return any(
        part.__globals__.get(name) is flask.session
        for part in parts_of(view)
        for name in part.__code__.co_names
    )


def _session_cookie(app: Flask) -> Cookie:
    """The cookie that the app would set; by its config where there is no secret key, or where
    making one would write into a store."""
    interface = app.session_interface
    lines: list[str] = []
    if app.secret_key and isinstance(interface, SecureCookieSessionInterface):
        # Where it fails, there is none to look at.
        with suppress(*RAISED), requested(app, "/", url_scheme="https"):
            session["flask_cors"] = "check"
            response = app.response_class()
            interface.save_session(app, session, response)
            lines = response.headers.getlist("Set-Cookie")
    if lines:
        attributes = dict(map(_attribute, lines[0].split(";")[1:]))
        samesite, secure = attributes.get("samesite", ""), "secure" in attributes
    else:
        samesite = interface.get_cookie_samesite(app) or ""
        secure = bool(interface.get_cookie_secure(app))
    name = interface.get_cookie_name(app)
    return Cookie("SESSION_COOKIE", name, samesite, secure, bool(app.secret_key))


def _attribute(piece: str) -> tuple[str, str]:
    name, _, value = piece.partition("=")
    return name.strip().lower(), value.strip()
