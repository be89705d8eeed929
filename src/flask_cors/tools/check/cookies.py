"""The session cookie of an app, as browsers see it."""

from __future__ import annotations

from typing import NamedTuple

from flask import Flask, session
from flask.sessions import SecureCookieSessionInterface


class SessionCookie(NamedTuple):
    """What decides whether it goes with a request from another site.

    :ivar samesite: ``"None"``, ``"Lax"``, ``"Strict"`` or ``""``.
    """

    name: str
    samesite: str
    secure: bool

    @property
    def crosses_sites(self) -> bool:
        """Whether every browser sends it: `SameSite=None` needs `Secure`."""
        return self.samesite.lower() == "none" and self.secure

    @property
    def stays(self) -> bool:
        """Whether no browser sends it with a request of another site's page. Without SameSite some
        take it for Lax, and some for None."""
        return self.samesite.lower() in ("lax", "strict")


def session_cookie(app: Flask) -> SessionCookie:
    """The cookie that the app would set; by its config where there is no secret key, or where
    making one would write into a store."""
    interface = app.session_interface
    name: str = app.config["SESSION_COOKIE_NAME"]
    lines: list[str] = []
    if app.secret_key and isinstance(interface, SecureCookieSessionInterface):
        with app.test_request_context("/", url_scheme="https"):
            session["flask_cors"] = "check"
            response = app.response_class()
            interface.save_session(app, session, response)
            lines = response.headers.getlist("Set-Cookie")
    if not lines:
        samesite = interface.get_cookie_samesite(app) or ""
        return SessionCookie(name, samesite, bool(interface.get_cookie_secure(app)))
    name = lines[0].partition("=")[0]
    attributes = dict(_attribute(piece) for piece in lines[0].split(";")[1:])
    return SessionCookie(name, attributes.get("samesite", ""), "secure" in attributes)


def _attribute(piece: str) -> tuple[str, str]:
    name, _, value = piece.partition("=")
    return name.strip().lower(), value.strip()
