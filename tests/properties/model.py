"""Simple models of an origin, a browser and a shared cache, which are obviously right."""

from __future__ import annotations

import string
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import NamedTuple

from flask import Flask

TCHARS = frozenset("!#$%&'*+-.^_`|~" + string.digits + string.ascii_letters)
LABEL = frozenset(string.ascii_lowercase + string.digits + "-_")
VISIBLE = frozenset(map(chr, range(0x21, 0x7F)))

ORIGIN = "Origin"
METHOD = "Access-Control-Request-Method"
NAMES = "Access-Control-Request-Headers"
PRIVATE = "Access-Control-Request-Private-Network"


def is_token(text: str) -> bool:
    return bool(text) and TCHARS.issuperset(text)


def is_well_formed(origin: str) -> bool:
    return 1 <= len(origin) <= 326 and VISIBLE.issuperset(origin) and "," not in origin


def tokens(value: str) -> list[str]:
    return [item for piece in value.split(",") if is_token(item := piece.strip(" \t"))]


# ---- requests and responses ---------------------------------------------------------------------


class Request(NamedTuple):
    """A request with its header lines."""

    path: str = "/"
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    query: str = ""

    def get(self, name: str) -> str | None:
        """Return all lines of one name, joined as WSGI servers join them."""
        lines = [value for given, value in self.headers if given.lower() == name.lower()]
        return ",".join(lines) if lines else None


class Response(NamedTuple):
    status: int
    headers: tuple[tuple[str, str], ...]

    def lines(self, name: str) -> list[str]:
        return [value for given, value in self.headers if given.lower() == name.lower()]

    def get(self, name: str) -> str | None:
        """Return all values of one name, joined as by the Fetch standard."""
        lines = self.lines(name)
        return ", ".join(lines) if lines else None

    def names(self, name: str) -> set[str]:
        return {item.strip().lower() for item in (self.get(name) or "").split(",")} - {""}

    @property
    def cors(self) -> dict[str, list[str]]:
        """Return the headers that this package writes."""
        names = {name for name, _ in self.headers if name.lower().startswith("access-control-")}
        return {name: self.lines(name) for name in sorted(names | {"Vary"})}


def environment(request: Request) -> dict[str, object]:
    environ: dict[str, object] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": request.path,
        "QUERY_STRING": request.query,
        "SERVER_NAME": "api.example",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "api.example",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
        "wsgi.errors": None,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name in dict(request.headers):
        environ[f"HTTP_{name.upper().replace('-', '_')}"] = request.get(name)
    return environ


def call(app: Flask, request: Request) -> Response:
    """Call the app as a WSGI server does, without a client library that may change the bytes."""
    started: list[Response] = []

    def start_response(status, headers, exc_info=None):
        started.append(Response(int(status.split(" ")[0]), tuple(headers)))

    body = app.wsgi_app(environment(request), start_response)
    for _ in body:
        pass
    close = getattr(body, "close", None)
    if close is not None:
        close()
    (response,) = started
    return response


# ---- origins -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Item:
    """One item of the option ``origins``, and the origins that it allows."""

    kind: str
    option: object
    text: str = ""
    is_open: bool = False  # anyone can take an origin that it allows

    def allows(self, origin: str) -> bool:
        lowered = origin.lower()
        if self.kind == "any":
            return True
        if self.kind == "exact":
            return lowered == self.text
        if self.kind == "subdomains":
            return _is_below(lowered, self.text)
        if self.kind == "ports":
            return lowered in _with_any_port(self.text, lowered)
        if self.kind == "both":
            return any(
                _is_below(lowered.removesuffix(port), self.text)
                for port in ("", *_port_of(lowered))
            )
        if self.kind == "finite":  # a regular expression, or a callable, and all that it allows
            return (lowered if self.text == "i" else origin) in FINITE
        raise AssertionError(self.kind)

    def __repr__(self) -> str:
        return f"{self.kind}:{self.option!r}"


# What the regular expressions and callables of these tests allow.
FINITE = frozenset({"https://app.example", "https://other.example"})


def _is_below(origin: str, text: str) -> bool:
    """``https://a.b.app.example`` is below ``https://*.app.example``."""
    before, after = text.split("*")
    if not origin.startswith(before) or not origin.endswith(after):
        return False
    between = origin[len(before) : len(origin) - len(after)]
    return all(label and LABEL.issuperset(label) for label in between.split("."))


def _port_of(origin: str) -> list[str]:
    _, colon, port = origin.rpartition(":")
    digits = port.isdecimal() and port.isascii() and not port.startswith("0")
    return [f":{port}"] if colon and digits and len(port) <= 5 and int(port) <= 65535 else []


def _with_any_port(base: str, origin: str) -> list[str]:
    return [base, *(base + port for port in _port_of(origin))]


def expected(items: Iterable[Item], send_wildcard: bool, origin: str) -> str | None:
    """Return ``Access-Control-Allow-Origin`` for ``origin``."""
    items = list(items)
    if not is_well_formed(origin) or not any(item.allows(origin) for item in items):
        return None
    if any(item.kind == "any" for item in items):
        return "*" if send_wildcard else origin
    if any(item.kind == "exact" and item.allows(origin) for item in items):
        return origin.lower()
    return origin


def expected_of_everyone(items: Iterable[Item]) -> str | None:
    """Return ``Access-Control-Allow-Origin`` for a request without ``Origin``, if it gets one."""
    items = list(items)
    if any(item.kind == "any" for item in items):
        return "*"
    if {item.kind for item in items} == {"exact"} and len({item.text for item in items}) == 1:
        return items[0].text
    return None


# ---- a browser ---------------------------------------------------------------------------------


def passes_check(response: Response, origin: str, credentials: bool) -> bool:
    """The CORS check (Fetch 4.10)."""
    allowed = response.get("Access-Control-Allow-Origin")
    if allowed == "*" and not credentials:
        return True
    if allowed != origin:
        return False
    return not credentials or response.get("Access-Control-Allow-Credentials") == "true"


def verdict(response: Response, request: Request) -> object:
    """All that a page at the request's origin can see of a response, with and without
    credentials."""
    origin = request.get(ORIGIN)
    assert origin is not None
    method = request.get(METHOD) if request.method == "OPTIONS" else None
    if method is None:
        return [_readable(response, origin, credentials) for credentials in (False, True)]
    names = tokens(request.get(NAMES) or "")
    return [
        _preflight(response, origin, method, names, credentials, request.get(PRIVATE))
        for credentials in (False, True)
    ]


def _readable(response: Response, origin: str, credentials: bool) -> object:
    passes = passes_check(response, origin, credentials)
    return passes and response.names("Access-Control-Expose-Headers")


def _preflight(
    response: Response,
    origin: str,
    method: str,
    names: list[str],
    credentials: bool,
    private_network: str | None,
) -> object:
    """The CORS-preflight fetch (Fetch 4.8), and Private Network Access."""
    if not passes_check(response, origin, credentials) or not 200 <= response.status <= 299:
        return "blocked"
    if private_network and response.get("Access-Control-Allow-Private-Network") != "true":
        return "private network"
    methods = set(tokens(response.get("Access-Control-Allow-Methods") or ""))
    if method not in {"GET", "HEAD", "POST"} | methods and (credentials or "*" not in methods):
        return "method"
    allowed = response.names("Access-Control-Allow-Headers")
    if "*" not in allowed or credentials:
        refused = sorted(name for name in names if name.lower() not in allowed)
        if refused:
            return f"headers {refused}"
    return "passes"


# ---- a shared cache ----------------------------------------------------------------------------


class Stored(NamedTuple):
    request: Request
    response: Response

    def may_be_used(self, request: Request) -> bool:
        """RFC 9111 section 4: same URL, same method (or HEAD of a GET), and every header that
        Vary names is the same."""
        same_url = (self.request.path, self.request.query) == (request.path, request.query)
        methods = {request.method, "GET"} if request.method == "HEAD" else {request.method}
        if not same_url or self.request.method not in methods:
            return False
        vary = self.response.names("Vary")
        return "*" not in vary and all(self.request.get(name) == request.get(name) for name in vary)


class Cache:
    """The worst cache that honours Vary: it keeps every response forever, whatever its status,
    and may use any that matches."""

    def __init__(self, methods: Iterable[str] = ("GET", "HEAD")) -> None:
        self.methods = frozenset(methods)
        self.kept: list[Stored] = []

    def keep(self, request: Request, response: Response) -> None:
        if request.method in self.methods and response.status != 304:
            self.kept.append(Stored(request, response))

    def matching(self, request: Request) -> Iterator[Stored]:
        return (stored for stored in self.kept if stored.may_be_used(request))

    def refresh(self, request: Request, response: Response) -> None:
        """RFC 9111 section 4.3.4: a 304 replaces the headers of the stored response."""
        for stored in list(self.matching(request)):
            replaced = {name.lower() for name, _ in response.headers}
            kept = [line for line in stored.response.headers if line[0].lower() not in replaced]
            fresh = Response(stored.response.status, (*kept, *response.headers))
            self.kept.append(Stored(stored.request, fresh))
