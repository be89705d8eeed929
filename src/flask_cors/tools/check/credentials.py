"""Checks: credentials."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flask import Flask

from ...doubts import Severity
from ...errors import shown
from ...origin import parse
from ..survey import Bound, Route
from ..text import listed
from ..trial import quiet
from .base import Check
from .finding import Finding
from .patterns.domains import is_loopback
from .patterns.examples import examples
from .served import Served, by_setting, named, served, some_of
from .subject import Subject, key_of, where_of_option
from .trials.cookies import Cookie, cookies_of
from .trials.csrf import METHOD, Stranger, cookies_at_risk, takes_json_alone
from .trials.pages import passes
from .trials.sites import is_of_site

_MOST = 5  # origins that a message names


class InsecureOrigin(Check):
    """Nothing protects a page that comes over plain `http`: whoever is on the way, in a café or at
    a provider, can put a script into it, and that script speaks for the logged-in visitor.
    TLS of your own does not help, for the request comes from the visitor's browser. Serve the page
    over `https`. Loopback addresses are passed over: nothing of theirs is on the way.
    """

    code = "CORS201"
    title = "credentials for origins without encryption"

    def find(self, subject: Subject) -> Iterator[Finding]:
        for bound in _with_credentials(subject.bound):
            setting = bound.policy.options.origins
            insecure = dict.fromkeys(
                entry
                for entry, origin in examples(setting.value)
                if _is_insecure(origin) and passes(bound.policy, origin, credentials="include")
            )
            if insecure:
                yield self.finding(
                    f"origins: {listed(list(insecure), _MOST)} gets credentials over "
                    "http, which anyone on the way can change",
                    where_of_option("origins", setting, bound),
                    f"write {listed(list(dict.fromkeys(map(_over_tls, insecure))), _MOST)}",
                )


def _with_credentials(bounds: Iterable[Bound]) -> Iterator[Bound]:
    """The policies with credentials, one for each setting of the origins."""
    seen: set[object] = set()
    for bound in bounds:
        options = bound.policy.options
        key = key_of(options.origins)
        if options.supports_credentials.value and key not in seen:
            seen.add(key)
            yield bound


def _is_insecure(origin: str) -> bool:
    parsed = parse(origin.lower())
    return parsed is not None and parsed.scheme == "http" and not is_loopback(parsed.host)


def _over_tls(entry: str) -> str:
    if not entry.startswith('"http://'):
        return "an expression that begins with https://"
    return entry.replace("http://", "https://", 1)


class CookieStays(Check):
    """Browsers keep a cookie at home: without `SameSite=None` and `Secure` the session cookie does
    not go with a request that a page of another site makes, so that `supports_credentials=True` has
    no effect, and visitors seem to be logged out. The same holds for a token of Flask-JWT-Extended
    in a cookie. Once a cookie does cross sites, anybody's page can send it: see to CORS204.

    Where page and API are on one site, such as `app.example.com` and `api.example.com`, nothing is
    wrong: set `SERVER_NAME`, and the check knows. It is a note where the app has no secret key, and
    so no session yet."""

    code = "CORS203"
    title = "a session cookie that does not cross sites"

    def find(self, subject: Subject) -> Iterator[Finding]:
        app = subject.app
        for bound in _with_credentials(subject.bound):
            page = _of_another_site(app, bound)
            if page is None:
                continue
            staying = [cookie for cookie in cookies_of(app) if not cookie.crosses_sites]
            if staying:
                setting = bound.policy.options.supports_credentials
                yield self.finding(
                    f"{' and '.join(map(_told, staying))}: browsers do not send it with requests "
                    f"of pages such as {shown(page)}",
                    where_of_option("supports_credentials", setting, bound),
                    f"app.config.update({', '.join(map(_crossing, staying))}); or set SERVER_NAME, "
                    "where page and app are on one site",
                    None if any(cookie.is_sure for cookie in staying) else Severity.NOTE,
                )
            return


def _told(cookie: Cookie) -> str:
    samesite = f"SameSite={cookie.samesite}" if cookie.samesite else "no SameSite"
    secure = "Secure" if cookie.secure else "no Secure"
    return f"the cookie {shown(cookie.name)} has {samesite} and {secure}"


def _crossing(cookie: Cookie) -> str:
    return f'{cookie.prefix}_SAMESITE="None", {cookie.prefix}_SECURE=True'


def _of_another_site(app: Flask, bound: Bound) -> str | None:
    """An origin of a policy that is not of the app's site, as far as is known."""
    for _, origin in examples(bound.policy.options.origins.value):
        parsed = parse(origin.lower())
        if parsed and not is_loopback(parsed.host) and not is_of_site(app, parsed):
            return origin
    return None


class NoProtection(Check):
    """CORS decides who may read, not who may send: a form on any page posts to your app, cookies
    and all, before anybody asks what the policy allows
    ([OWASP](https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html)).
    Use `CSRFProtect` of Flask-WTF, the double submit of Flask-JWT-Extended, or
    `SESSION_COOKIE_SAMESITE="Lax"` where page and app are on one site; a cookie without `SameSite`
    stays at home in some browsers, and in others it does not. The check sends what such a form
    sends through the `before_request` functions, and does not call the view.

    It is a note where the app has no secret key, and so no session yet, and where the views seem to
    take JSON alone, which a form cannot send: see that they read it before they do anything."""

    code = "CORS204"
    title = "no protection against forged requests"

    def find(self, subject: Subject) -> Iterator[Finding]:
        app = subject.app
        at_risk = cookies_at_risk(app)
        if not at_risk:
            return
        told = " and ".join(shown(cookie.name) for cookie in at_risk)
        fix = _PROTECTED[at_risk[0].prefix]
        stranger = Stranger(app)
        for setting, members in by_setting(served(subject), "supports_credentials"):
            if not setting.value:
                continue
            with quiet(app):
                reached = list(filter(stranger.reaches, _posted(members)))
            plain = [route for route in reached if not takes_json_alone(app, route)]
            routes = some_of(named(METHOD, route) for route in plain or reached)
            is_sure = plain and any(cookie.is_sure for cookie in at_risk)
            if reached:
                yield self.finding(
                    f"a form on any page reaches {routes} with the cookie {told}",
                    where_of_option("supports_credentials", setting, members[0].bound),
                    fix,
                    None if is_sure else Severity.NOTE,
                )


# The line that protects what a cookie allows.
_PROTECTED = {
    "SESSION_COOKIE": "flask_wtf.CSRFProtect(app)",
    "JWT_COOKIE": 'app.config["JWT_COOKIE_CSRF_PROTECT"] = True',
}


def _posted(members: Iterable[Served]) -> Iterator[Route]:
    for member in members:
        yield from (route for route, methods in member.routes if METHOD in methods)


CHECKS: tuple[type[Check], ...] = (InsecureOrigin, CookieStays, NoProtection)
