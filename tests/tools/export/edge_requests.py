"""The requests that are sent to an app and to its proxy."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from flask_cors.browser.messages import Response
from tests.tools.export.edge_policies import ADMIN, APP, LONG, REQUESTS_OF_CORPUS

Headers = tuple[tuple[str, str], ...]


class Sent(NamedTuple):
    """One request, as it is sent."""

    method: str
    path: str
    headers: Headers

    @property
    def origin(self) -> str | None:
        found = [value for name, value in self.headers if name == "Origin"]
        return found[0] if found else None

    def environ(self) -> dict[str, str]:
        """Return the request as the environ of a WSGI server."""
        path, _, query = self.path.partition("?")
        environ = {
            "REQUEST_METHOD": self.method,
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
        }
        for name, value in self.headers:
            key = f"HTTP_{name.upper().replace('-', '_')}"
            environ[key] = f"{environ[key]},{value}" if key in environ else value
        return environ

    def __str__(self) -> str:
        shown = "; ".join(f"{name}: {value[:60]}" for name, value in self.headers)
        return f"{self.method} {self.path[:60]} {shown}"


def actual(path: str, origin: str | None, method: str = "GET", **more: str) -> Sent:
    lines = [] if origin is None else [("Origin", origin)]
    lines += [(name.replace("_", "-"), value) for name, value in more.items()]
    return Sent(method, path, tuple(lines))


def preflight(path: str, origin: str, method: str, names: str | None = None, **more: str) -> Sent:
    lines = [("Origin", origin), ("Access-Control-Request-Method", method)]
    if names is not None:
        lines.append(("Access-Control-Request-Headers", names))
    lines += [(name.replace("_", "-"), value) for name, value in more.items()]
    return Sent("OPTIONS", path, tuple(lines))


PRIVATE = {"Access_Control_Request_Private_Network": "true"}

ORIGINS = [
    None,
    APP,
    ADMIN,
    "HTTPS://App.Example",
    "https://app.example.evil.test",
    "https://evilapp.example",
    "https://a.b.example",
    "https://.example",
    "https://app.example:8443",
    "https://app.example:65535",
    "https://app.example:65536",
    "https://app.example/",
    "http://localhost",
    "http://localhost:3000",
    "http://[::1]:8080",
    "https://users.example",
    "https://other.example",
    "https://b-evil.example",
    "https://7tenant.example",
    "http://a.b.example",
    "http://b.evil.example",
    "null",
    "NULL",
    LONG,
    LONG.upper(),
    "x" * 326,
    "https://" + "x" * 400,
    f"{APP},{ADMIN}",
    f"{APP}, {ADMIN}",
    f"{APP} {ADMIN}",
    "*",
    "https://a$b;{}\"'\\.example",
    "https://\xfc.example",
]

APP_PATHS = [
    "/",
    "/api",
    "/api/",
    "/api/books",
    "/api/books/",
    "/apikeys",
    "/API/books",
    "/api/admin/users",
    "/api/admin",
    "/api/admin/",
    "/api/admin/a/b",
    "/api/7",
    "/api/7/",
    "/api/none",
    "/api/wiki/abc",
    "/api/wiki/%C3%A9t%C3%A9",
    "/api/wiki/%C3%A9",
    "/api/%D9%A3",
    "/api/%FF",
    "/api/wiki/a%2Fb",
    "/api/fails",
    "/api/varies",
    "/v1/x.y",
    "/v%31/x.y",
    "/v1/x.yz",
    "/v1/x.y%0A",
    "/v%D9%A3/x.y",
    "/Exact",
    "/exact",
    "/%45xact",
    "/nowhere",
    "//api/books",
    "/api//books",
    "/%61pi/books",
    "/api%2Fbooks",
    "/api/books?x=/api/admin/users",
    "/apikeys?/../api/books",
    "/api/b%3Fooks",
    "/api/.well-known",
    "/api/..x",
    "/api/../apikeys",
    "/apikeys/../api/books",
    "/apikeys/%2e%2e/api/books",
    "/apikeys/..%2fapi/books",
    "/api/%2e%2e/apikeys",
    "/a%20pi/x",
    "/api/%22%7B%7D%3B%23%27%25%0A%20x",
    "/api/%22%7B%7D%3B%23%24%5C%27%2A/x%C3%A9",
    "/api/wiki/aa%C3%A9%C3%A9",
    "/api/wiki/%C3%A0a",
    "/api/%22%7B%7D%3B%23%24%5C%27%2A/x",
    "/api//",
    "/api/b",
    "/api/a/b",
    "/api/a/b/",
    "/api/us/admin",
    "/api/KS/admin",
    "/api/k/x",
    "/api/%C3%A0/x",
    "/files/%E2%82%AC.txt",
    "/files/%E2%82%ACa.txt",
    "/files/%E2%82%AC/admin",
    "/files/a/admin",
    "/api/wiki/7/x",
    "/api/wiki/77/x",
    "/api/wiki/users",
    "/v1",
    "/v1/",
    "/v1/a",
    "/a%EF%BF%BD",
    "/a%FF",
    "/%5C",
    "/%5C%5C",
    "/own",
    "/api/own",
    "/api/books%00x",
    "/Exact%00",
    # Empty segments and dot segments, encoded or not, and both: a file by several spellings.
    "/static/s.txt",
    "/static/private/s.txt",
    "/static//private/s.txt",
    "/static/private//s.txt",
    "/static%2F%2Fprivate/s.txt",
    "/static/%2Fprivate/s.txt",
    "/static/./private/s.txt",
    "/static/x/../private/s.txt",
    "/static/x/%2E%2e/private/s.txt",
    "/static/private/../s.txt",
    "/static/private/.%2f/s.txt",
    "/static/x//../private/s.txt",
    "/static/private//../s.txt",
    "/static/x/..//private/s.txt",
    "/static/private/%2F%2e%2e/s.txt",
    "/static/private/",
    "/static/private//",
    "/static/private/..",
    # A slash more or less at the end.
    "/ends/exact",
    "/ends/exact/",
    "/ends/exact%2F",
    "/ends/strict",
    "/ends/strict/",
    "/strict",
    "/strict/",
    "/ends/slash",
    "/ends/slash/",
    "/ends/alike",
    "/ends/alike/",
    "/ends/none",
    "/ends/none/",
    "/ends/7",
    "/ends/7/",
    "/ends/77",
    "/ends/77/",
    "/ends/%C3%A9",
    "/ends/%C3%A9/",
    "/ends/a/b",
    "/ends/a/b/",
    "/ends/%D9%A3/",
    "/ends",
    "/ends/",
    "/api/" + "x" * 4091,
    "/api/" + "x" * 4092,
]

MANY = ",".join(f"x-{number}" for number in range(128))


def requests() -> Iterator[Sent]:
    for origin in ORIGINS:
        yield actual("/api/books", origin)
        if origin is not None:
            yield preflight("/api/books", origin, "PUT", "content-type,x-a")
    for path in APP_PATHS:
        yield actual(path, APP)
        yield actual(path, ADMIN)
        yield actual(path, None)
        yield preflight(path, APP, "GET")
        yield preflight(path, ADMIN, "PUT")
    for method in ("HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "PURGE"):
        yield actual("/api/books", APP, method)
        yield actual("/api/books", ADMIN, method)
    for method in (
        *("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PURGE", "put", "Get"),
        *("x-$y", "X-$Y", "*", "GET, PUT", "G ET", "GET /api/admin/users", "-", ",", "BREW"),
    ):
        yield preflight("/api/books", APP, method)
        yield preflight("/api/7", ADMIN, method)
    for names in (
        *(
            "x-a",
            "X-A",
            "content-type,x-a",
            "Content-Type , X-A",
            "x-b,x-a",
            "x-b",
            "authorization",
        ),
        *(
            "",
            ",",
            ",,x-a,",
            " x-a\t,\tcontent-type ",
            "x-a,x-a",
            "xx-a",
            "x-ab",
            "x-$",
            "x!#%&'*-._`~",
        ),
        *(
            "x-a,authorization",
            "x a, x-b",
            "x-b;,content-type",
            "*",
            MANY,
            f"{MANY},x-128",
            "x-" + "a" * 4094,
            "x-" + "a" * 4095,
        ),
    ):
        yield preflight("/api/books", APP, "PUT", names)
    yield actual("/api/books", APP, **PRIVATE)
    yield actual("/api/books", None, **PRIVATE)
    yield actual("/api/books", "https://evil.example", **PRIVATE)
    yield actual("/api/books", APP, Access_Control_Request_Private_Network="TRUE")
    yield preflight("/api/books", APP, "PUT", **PRIVATE)
    yield preflight("/api/books", APP, "BREW", **PRIVATE)
    yield preflight("/api/books", "https://evil.example", "PUT", **PRIVATE)
    for one, other in ((APP, ADMIN), (APP, "https://evil.example"), ("https://evil.example", APP)):
        yield Sent("GET", "/api/books", (("Origin", one), ("Origin", other)))
    yield Sent("GET", "/api/books", (("Origin", ""),))
    yield Sent("OPTIONS", "/api/books", (("Access-Control-Request-Method", "PUT"),))
    yield Sent("GET", "/api/books", (("Origin", APP), ("Access-Control-Request-Method", "PUT")))


REQUESTS = tuple(dict.fromkeys(requests()))


def requests_for(policy: str, has_one_policy: bool) -> tuple[Sent, ...]:
    """Return all requests, and those that the corpus has for the policy.

    :param has_one_policy: whether one policy decides on all paths, so that one is enough.
    """
    own = [
        Sent(*recorded[:2], tuple(recorded[2])) for recorded in REQUESTS_OF_CORPUS.get(policy, ())
    ]
    if has_one_policy and policy != "any":
        return (*(sent for sent in REQUESTS if sent.path == "/api/books"), *own)
    return (*REQUESTS, *own)


class Client:
    """A connection to a server on loopback, made again where the server closes it."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self._connection = http.client.HTTPConnection(host, port, timeout=20)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *error: object) -> None:
        self._connection.close()

    def send(self, sent: Sent, host: str | None = None) -> Response:
        connection = self._connection
        connection.putrequest(
            sent.method, sent.path, skip_host=host is not None, skip_accept_encoding=True
        )
        if host is not None:
            connection.putheader("Host", host)
        for name, value in sent.headers:
            connection.putheader(name, value.encode("latin-1"))
        connection.endheaders()
        response = connection.getresponse()
        response.read()
        return Response(response.status, tuple(response.getheaders()))
