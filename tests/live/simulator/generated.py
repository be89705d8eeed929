"""Requests, servers and their policies, made up: cases in the form of ``data/browser.json``."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.browser.corpus import CORPUS

Pairs = list[tuple[str, str]]

PAGES = (CORPUS["origins"]["local"], CORPUS["origins"]["remote"], "null")
SERVERS = tuple(CORPUS["origins"].values())

METHODS = ("GET", "GET", "HEAD", "POST", "post", "PUT", "put", "DELETE", "PATCH", "patch", "X")
HEADERS = (
    ("X-A", "1"),
    ("x-b", "2"),
    ("Authorization", "Bearer 1"),
    ("Content-Type", "application/json"),
    ("Content-Type", "text/plain;charset=utf-8"),
    ("Content-Type", "text/plain, a/b"),
    ("Accept", "application/json"),
    ("Accept", "(a)"),
    ("Accept-Language", "de, en;q=0.5"),
    ("Accept-Language", "a" * 129),
    ("Range", "bytes=0-99"),
    ("Range", "bytes=-99"),
    ("User-Agent", "made up"),
    ("DPR", "1"),
    ("Cookie", "forbidden=1"),
    ("X-HTTP-Method-Override", "TRACE"),
)

ORIGINS = (
    *["{request-origin}"] * 9,
    *["*"] * 4,
    PAGES[0],
    f"{PAGES[0]}/",
    PAGES[0].upper(),
    "null",
    "http://other.test",
    f"{PAGES[0]}, {PAGES[1]}",
    "http://a%20b",
    "web-platform.test",
    "",
)
CREDENTIALS = (*["true"] * 5, "TRUE", "false", "true, true", None, None)
ALLOW_METHODS = (*["PUT, DELETE, PATCH, X"] * 4, "*", "*", "put,patch", "PUT;DELETE", "", None)
ALLOW_HEADERS = (
    *["x-a, X-B,Content-Type,authorization , range"] * 4,
    *["*"] * 3,
    "*, Authorization",
    "X-A",
    "x-a; x-b",
    None,
)
EXPOSED = ("X-A", "x-a, *", "*", '"X-A"', "Set-Cookie", None, None)
KEPT = ("same-origin", "same-site", "cross-origin", *(None,) * 9)  # from pages in mode no-cors


def cases(seed: int, count: int) -> list[dict[str, Any]]:
    random = Random(seed)
    return [_case(random, f"g{number:04}") for number in range(count)]


def _case(random: Random, name: str) -> dict[str, Any]:
    hops = [_hop(random, number) for number in range(1 + random.choice((0, 0, 0, 0, 1, 1, 2)))]
    for number in range(1, len(hops)):
        user = random.choice(("", "", "", "", "|user:word@"))
        location = ("Location", f"{{hop{number}{user}}}")
        redirect = hops[number - 1]["response"]
        redirect["status"] = random.choice((301, 302, 303, 307, 308))
        redirect["headers"].append(location)
    return {"id": name, "request": _request(random, hops[0]["url"]), "hops": hops}


def _request(random: Random, url: str) -> dict[str, Any]:
    mode = random.choice(("cors",) * 8 + ("no-cors", "same-origin"))
    method = random.choice(("GET", "HEAD", "POST") if mode == "no-cors" else METHODS)
    with_body = method not in ("GET", "HEAD") and random.random() < 0.7
    return {
        "origin": random.choice(PAGES),
        "url": url,
        "method": method,
        "mode": mode,
        "credentials": random.choice(("omit", "same-origin", "include", "include")),
        "headers": random.sample(HEADERS, random.choice((0, 0, 1, 1, 2, 3))),
        "body": "made up" if with_body else None,
        "redirect": random.choice(("follow",) * 8 + ("error", "manual")),
    }


def _hop(random: Random, number: int) -> dict[str, Any]:
    policy = _policy(random)
    preflight = {
        "status": random.choice((200,) * 6 + (204,) * 6 + (299, 302, 404, 500)),
        # Most servers send the same headers with both responses.
        "headers": policy if random.random() < 0.8 else _policy(random),
        "body": "",
    }
    if preflight["status"] == 302:
        preflight["headers"] = [*preflight["headers"], ("Location", "/login")]
    return {
        "url": f"{random.choice(SERVERS)}/{{id}}/h{number}",
        "preflight_response": preflight,
        "response": {
            "status": random.choice((200,) * 8 + (201, 204, 299, 304, 401, 404, 500)),
            "headers": [*policy, ("X-A", "1"), ("x-a", "2"), ("Set-Cookie", "a=b"), ("Age", "1")],
            "body": "ok",
        },
    }


def _policy(random: Random) -> Pairs:
    chosen = [
        ("Access-Control-Allow-Origin", random.choice(ORIGINS)),
        ("Access-Control-Allow-Credentials", random.choice(CREDENTIALS)),
        ("Access-Control-Allow-Methods", random.choice(ALLOW_METHODS)),
        ("Access-Control-Allow-Headers", random.choice(ALLOW_HEADERS)),
        ("Access-Control-Expose-Headers", random.choice(EXPOSED)),
        ("Cross-Origin-Resource-Policy", random.choice(KEPT)),
    ]
    headers = [(name, value) for name, value in chosen if value is not None]
    fault = random.random()
    if fault < 0.05:
        return headers[1:]  # it forgot
    if fault < 0.1:
        return [*headers, headers[0]]  # and its proxy repeats it
    return headers
