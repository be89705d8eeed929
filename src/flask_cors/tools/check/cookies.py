"""The cookies that identify the visitors of an app, as browsers see them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flask import Flask, session
from flask.sessions import SecureCookieSessionInterface

from ...protocol.origin import Origin
from ..shared.app_errors import SuppressAppErrors
from .domains import find_registrable_domain

_JWT = "flask-jwt-extended"


class Cookie(NamedTuple):
    """What decides whether a cookie goes with a request from another site.

    :ivar prefix: of the config keys for it.
    :ivar samesite: ``"None"``, ``"Lax"``, ``"Strict"`` or ``""``.
    :ivar needs_header: whether a POST request also needs a header whose value an untrusted page
        cannot know.
    """

    prefix: str
    name: str
    samesite: str
    secure: bool
    needs_header: bool = False

    @property
    def crosses_sites(self) -> bool:
        """Whether browsers send it from other sites: ``SameSite=None`` needs ``Secure``."""
        return self.samesite.lower() == "none" and self.secure

    @property
    def may_cross_sites(self) -> bool:
        """Whether some browser does. Without SameSite some use Lax, and some None."""
        return self.samesite.lower() not in ("lax", "strict")


def iter_cookies(app: Flask) -> Iterator[Cookie]:
    """Yield the session cookie, and the token of Flask-JWT-Extended. Where tokens identify the
    visitors, the session does not, unless there is Flask-Login too."""
    has_tokens = _JWT in app.extensions
    # Without a secret key, Flask's own sessions cannot be written.
    is_signed = isinstance(app.session_interface, SecureCookieSessionInterface)
    has_session = bool(app.secret_key) or not is_signed
    if has_session and (not has_tokens or hasattr(app, "login_manager")):
        yield _read_session_cookie(app)
    if has_tokens and "cookies" in app.config["JWT_TOKEN_LOCATION"]:
        config = app.config
        yield Cookie(
            "JWT_COOKIE",
            config["JWT_ACCESS_COOKIE_NAME"],
            config["JWT_COOKIE_SAMESITE"] or "",
            bool(config["JWT_COOKIE_SECURE"]),
            needs_header=config["JWT_COOKIE_CSRF_PROTECT"] and "POST" in config["JWT_CSRF_METHODS"],
        )


def _read_session_cookie(app: Flask) -> Cookie:
    """Return the cookie that the app would set; by its config where making one would write into a
    store."""
    interface = app.session_interface
    lines: list[str] = []
    if isinstance(interface, SecureCookieSessionInterface):
        lines = _set_session_cookie(app, interface)
    if lines:
        pairs = (piece.partition("=") for piece in lines[0].split(";")[1:])
        attributes = {name.strip().lower(): value.strip() for name, _, value in pairs}
        samesite, secure = attributes.get("samesite", ""), "secure" in attributes
    else:
        samesite = interface.get_cookie_samesite(app) or ""
        secure = bool(interface.get_cookie_secure(app))
    name = interface.get_cookie_name(app)
    return Cookie("SESSION_COOKIE", name, samesite, secure)


def _set_session_cookie(app: Flask, interface: SecureCookieSessionInterface) -> list[str]:
    """Return the ``Set-Cookie`` headers of a response; none where a part of the app fails."""
    response = app.response_class()
    context = app.test_request_context("/", url_scheme="https")
    try:
        with SuppressAppErrors():
            context.push()
            session["flask_cors"] = "check"
            interface.save_session(app, session, response)
        return response.headers.getlist("Set-Cookie")
    finally:
        with SuppressAppErrors():  # teardown functions may rely on others that did not run
            context.pop(None)


# ---- sites -------------------------------------------------------------------------------------


def is_same_site(app: Flask, origin: Origin) -> bool:
    """Return whether an origin is known to be of the app's site, by ``SERVER_NAME``
    (https://html.spec.whatwg.org/#same-site). The scheme counts where ``PREFERRED_URL_SCHEME`` is
    not Flask's default, which says nothing about production."""
    name: str | None = app.config["SERVER_NAME"]
    if not name:
        return False
    scheme: str = app.config["PREFERRED_URL_SCHEME"]
    if scheme != "http" and scheme != origin.scheme:
        return False
    host = name.lower()
    if not host.endswith("]"):
        host = host.partition(":")[0] if host.count(":") < 2 else host.rpartition(":")[0]
    return (find_registrable_domain(host) or host) == (
        find_registrable_domain(origin.host) or origin.host
    )
