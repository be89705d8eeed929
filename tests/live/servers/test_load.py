"""Many threads and many origins: no response has the headers of another one, and memory stays flat.

LOAD_REQUESTS=100000 sends as many to each server; CI sends a few.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

pytestmark = pytest.mark.live

REQUESTS = int(os.environ.get("LOAD_REQUESTS", "3000"))
CLIENTS = 12
# What the second half may add to the memory of a server: a warm process still takes a little,
# one that keeps a few hundred bytes per request takes far more in 50,000 of them.
GROWTH = 8 * 1024  # KiB


def requests(client: int, start: int, stop: int) -> Iterator[tuple[str, str | None, bool]]:
    """Yield a method, an origin and whether it is allowed. No two have the same origin."""
    for number in range(start, stop):
        own = f"c{client}n{number}"
        method = ("GET", "OPTIONS", "PUT")[number % 3]
        kind = number % 7
        if kind == 0:
            yield method, f"https://{own}.load.example.evil.test", False
        elif kind == 1:
            yield method, f"https://{own}load.example", False
        elif kind == 2:
            yield method, None, False
        elif kind == 3:
            yield method, f"HTTPS://{own.upper()}.Load.Example", True
        else:
            yield method, f"https://{own}.load.example", True


def find_wrong_responses(server, client: int, start: int, stop: int) -> list[str]:
    """Send the requests of one client in turn, and return what is wrong with the responses."""
    wrong = []
    with server.connect() as wire:
        for method, origin, allowed in requests(client, start, stop):
            headers = {} if origin is None else {"Origin": origin}
            if method == "OPTIONS":
                headers["Access-Control-Request-Method"] = "PUT"
            wire.request(method, "/load", headers=headers)
            response = wire.getresponse()
            body, lines = response.read().decode(), response.msg
            allow_origin = lines.get_all("Access-Control-Allow-Origin", [])
            credentials = lines.get_all("Access-Control-Allow-Credentials", [])
            preflight = method == "OPTIONS" and allowed
            max_age = lines.get_all("Access-Control-Max-Age", [])
            exchange = f"{method} {origin}: {response.status} {body!r} {lines.items()}"
            if response.status != 200:
                wrong.append(f"status: {exchange}")
            if method != "OPTIONS" and body != (origin or "none"):
                wrong.append(f"body: {exchange}")
            if allow_origin != ([origin] if origin and allowed else []):
                wrong.append(f"Access-Control-Allow-Origin: {exchange}")
            if credentials != (["true"] if allowed else []):
                wrong.append(f"Access-Control-Allow-Credentials: {exchange}")
            if max_age != (["60"] if preflight else []):
                wrong.append(f"Access-Control-Max-Age: {exchange}")
            if lines.get("Vary", "").partition(",")[0] != "Origin":
                wrong.append(f"Vary: {exchange}")
    return wrong


def test_no_origin_gets_the_headers_of_another_and_memory_stays_flat(server):
    each = -(-REQUESTS // CLIENTS)
    began = time.monotonic()

    def send(start: int, stop: int) -> list[str]:
        with ThreadPoolExecutor(CLIENTS) as pool:
            tasks = [
                pool.submit(find_wrong_responses, server, client, start, stop)
                for client in range(CLIENTS)
            ]
            return [line for task in tasks for line in task.result()]

    is_linux = Path("/proc/self/status").exists()
    wrong = send(0, each // 2)
    before = server.resident() if is_linux else 0
    wrong += send(each // 2, each)
    after = server.resident() if is_linux else 0
    print(  # noqa: T201  # shown by -s, and where it fails
        f"{server.name}: {each * CLIENTS} requests in {time.monotonic() - began:.1f} s, "
        f"{before} then {after} KiB"
    )
    assert wrong[:5] == []
    assert after - before < GROWTH


def test_each_request_of_the_load_has_its_own_origin():
    origins = [origin for client in (1, 11) for _, origin, _ in requests(client, 0, 100) if origin]
    assert len(set(origins)) == len(origins) > 100
