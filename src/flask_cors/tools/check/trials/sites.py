"""Which origins are of one site, for cookies
(https://html.spec.whatwg.org/#same-site, https://publicsuffix.org/)."""

from __future__ import annotations

from flask import Flask

from ....origin import Origin
from ..patterns.domains import registrable_domain


def is_of_site(app: Flask, origin: Origin) -> bool:
    """Whether an origin is known to be of the app's site, by ``SERVER_NAME``. The scheme counts
    where ``PREFERRED_URL_SCHEME`` is not Flask's default, which says nothing about production."""
    name: str | None = app.config["SERVER_NAME"]
    if not name:
        return False
    scheme: str = app.config["PREFERRED_URL_SCHEME"]
    if scheme != "http" and scheme != origin.scheme:
        return False
    host = name.lower()
    if not host.endswith("]"):
        host = host.partition(":")[0] if host.count(":") < 2 else host.rpartition(":")[0]
    return _site(host) == _site(origin.host)


def _site(host: str) -> str:
    return registrable_domain(host) or host
