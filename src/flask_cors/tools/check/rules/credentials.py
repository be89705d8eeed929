"""Rules: credentials."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice

from flask import Flask

from ....diagnostics.finding import Finding, Severity
from ....diagnostics.format import format_value
from ....protocol.origin import parse
from ...shared.example_origins import UNTRUSTED, iter_examples
from ...shared.inventory import BoundPolicy, Route
from ...shared.rule_paths import sample_path
from ...shared.text import format_list
from ..context import CheckContext, CheckRule, group_by_option, locate_option
from ..cookies import Cookie, is_same_site, iter_cookies
from ..domains import is_loopback
from ..policy_routes import Served, find_served, list_some, name_route
from ..sample_requests import make_request
from ..tracing import Send, trace_requests

MAX_ORIGINS_SHOWN = 5
MAX_FORMS = 200  # sent to an app


class InsecureOrigin(CheckRule):
    """`supports_credentials=True` is combined with an origin that is served over plain `http`.

    ## Why it matters

    Anyone on the network can put a script into such a page, and that script sends requests as the
    logged-in visitor. TLS on your server does not help, because the request comes from the
    visitor's browser.

    ## Example

        CORS(app, origins="http://app.example", supports_credentials=True)

    ## Use instead

        CORS(app, origins="https://app.example", supports_credentials=True)

    Serve the page over `https`.

    ## When to ignore

    Where the network is trusted, such as one for tests. Loopback addresses are not reported: what
    they serve does not leave the machine.
    """

    code = "CORS201"
    title = "credentials for origins without encryption"

    @classmethod
    def find(cls, context: CheckContext) -> Iterator[Finding]:
        for bound in _iter_with_credentials(context.bound):
            insecure = dict.fromkeys(
                entry
                for entry, origin in iter_examples(bound.policy.options.origins.value)
                if _is_insecure(origin) and bound.policy.decide(origin).allow_origin is not None
            )
            if insecure:
                shown = format_list(list(insecure), MAX_ORIGINS_SHOWN)
                secure = dict.fromkeys(map(_rewrite_with_tls, insecure))
                message = f"origins: {shown} gets credentials over http, which anyone on the way "
                yield cls(
                    message + "can change", f"write {format_list(list(secure), MAX_ORIGINS_SHOWN)}"
                ).at(*locate_option("origins", bound))


def _iter_with_credentials(bounds: Iterable[BoundPolicy]) -> Iterator[BoundPolicy]:
    """Yield the policies with credentials, one for each value of the origins."""
    found = (bound for bound in bounds if bound.policy.options.supports_credentials.value)
    yield from (members[0] for _, members in group_by_option(found, "origins"))


def _is_insecure(origin: str) -> bool:
    parsed = parse(origin.lower())
    return parsed is not None and parsed.scheme == "http" and not is_loopback(parsed.host)


def _rewrite_with_tls(entry: str) -> str:
    if not entry.startswith('"http://'):
        return "a regular expression that begins with https://"
    return entry.replace("http://", "https://", 1)


class SameSiteCookie(CheckRule):
    """A cookie that identifies visitors does not reach the app from a page of another site.

    ## Why it matters

    Browsers send the session cookie with a request from another site only if it has `SameSite=None`
    and `Secure`: otherwise `supports_credentials=True` has no effect, and visitors seem to be
    logged out. The same holds for a token of Flask-JWT-Extended in a cookie.

    ## Example

        app.secret_key = "from the environment"
        CORS(app, origins="https://app.example", supports_credentials=True)

    ## Use instead

        app.secret_key = "from the environment"
        app.config.update(SESSION_COOKIE_SAMESITE="None", SESSION_COOKIE_SECURE=True)
        CORS(app, origins="https://app.example", supports_credentials=True)

    Any site can make browsers send a cookie that crosses sites: see CORS204.

    ## When to ignore

    Where page and API are on one site, such as `app.example.com` and `api.example.com`: the cookie
    is sent. Set `SERVER_NAME`, and the check knows. An app without a secret key has no session.
    """

    code = "CORS203"
    title = "a session cookie that does not cross sites"

    @classmethod
    def find(cls, context: CheckContext) -> Iterator[Finding]:
        for bound in _iter_with_credentials(context.bound):
            entry = _find_other_site(context.app, bound)
            if entry is None:
                continue
            staying = [cookie for cookie in iter_cookies(context.app) if not cookie.crosses_sites]
            if staying:
                settings = ", ".join(
                    f'{cookie.prefix}_SAMESITE="None", {cookie.prefix}_SECURE=True'
                    for cookie in staying
                )
                yield cls(
                    f"{' and '.join(map(_describe, staying))}: browsers do not send it with "
                    f"requests of pages on {entry}",
                    f"app.config.update({settings}); or set SERVER_NAME, if page and app are on "
                    "one site",
                ).at(*locate_option("supports_credentials", bound))
            return


def _describe(cookie: Cookie) -> str:
    samesite = f"SameSite={cookie.samesite}" if cookie.samesite else "no SameSite"
    secure = "Secure" if cookie.secure else "no Secure"
    return f"the cookie {format_value(cookie.name)} has {samesite} and {secure}"


def _find_other_site(app: Flask, bound: BoundPolicy) -> str | None:
    """Return the first entry of a policy's origins, as source code, that allows an origin that is
    not known to be of the app's site."""
    for entry, origin in iter_examples(bound.policy.options.origins.value):
        parsed = parse(origin.lower())
        if parsed and not is_loopback(parsed.host) and not is_same_site(app, parsed):
            return entry
    return None


class ForgeableRequest(CheckRule):
    """A form on any page reaches a view with the visitor's cookie.

    ## Why it matters

    CORS decides which origins can read responses, not which can send requests: a form on any page
    can post to your app with the visitor's cookie, and no CORS policy prevents it
    ([OWASP](https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html)).
    Verified with the request of such a form, without cookies: it reaches the view. A request that
    is refused before the view is not reported.

    ## Example

        app.secret_key = "from the environment"
        app.config.update(SESSION_COOKIE_SAMESITE="None", SESSION_COOKIE_SECURE=True)
        CORS(app, origins="https://app.example", supports_credentials=True)

        @app.post("/transfer")
        def transfer():
            return {"state": "sent"}

    ## Use instead

        from flask_wtf import CSRFProtect

        app.secret_key = "from the environment"
        app.config.update(SESSION_COOKIE_SAMESITE="None", SESSION_COOKIE_SECURE=True)
        CORS(app, origins="https://app.example", supports_credentials=True)
        CSRFProtect(app)

        @app.post("/transfer")
        def transfer():
            return {"state": "sent"}

    Or the double submit of Flask-JWT-Extended, or `SESSION_COOKIE_SAMESITE="Lax"` where page and
    app are on one site; a cookie without `SameSite` is sent by some browsers.

    ## When to ignore

    Where the view or its decorator verifies a token. The view is not called, so that is not known:
    the finding is a note.
    """

    code = "CORS204"
    title = "a view that forged requests reach"
    severity = Severity.NOTE

    @classmethod
    def find(cls, context: CheckContext) -> Iterator[Finding]:
        cookies = [
            cookie
            for cookie in iter_cookies(context.app)
            if cookie.may_cross_sites and not cookie.needs_header
        ]
        if not cookies:
            return
        names = " and ".join(format_value(cookie.name) for cookie in cookies)
        with trace_requests(context.app, context.calls) as send:
            groups = list(group_by_option(find_served(context), "supports_credentials"))
            for option, members in groups:
                routes = list(_find_reached(context.app, members, send)) if option.value else []
                if routes:
                    shown = list_some(name_route("POST", route) for route in routes)
                    yield cls(
                        f"a form on any page reaches the view of {shown} with the cookie {names}",
                        f"{_PROTECTION[cookies[0].prefix]}, unless the view verifies a token",
                    ).at(*locate_option("supports_credentials", members[0].bound))


# What protects an app, by the cookie that identifies its visitors.
_PROTECTION = {
    "SESSION_COOKIE": "flask_wtf.CSRFProtect(app)",
    "JWT_COOKIE": 'app.config["JWT_COOKIE_CSRF_PROTECT"] = True',
}


def _find_reached(app: Flask, members: Iterable[Served], send: Send) -> Iterator[Route]:
    """Yield the routes whose view a form on an untrusted page reaches."""
    posted = (
        route
        for member in members
        for route, methods in member.routes
        if "POST" in methods and not route.host
    )
    headers = {"Origin": UNTRUSTED, "Content-Type": "application/x-www-form-urlencoded"}
    for route in islice(posted, MAX_FORMS):
        path = sample_path(route.rule)
        if path is None:
            continue
        trace = send(replace(make_request(app, "POST", path, headers), body=b"a=1"))
        handled = trace.handled
        is_refused = trace.response is None or trace.response.status != 200 or trace.responded
        if handled is not None and handled.rule == route.path and not is_refused:
            yield route
