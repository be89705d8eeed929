"""Reads the YAML of the routes in Kubernetes, and finds the filter of a request as a gateway does:
by the precedence of the Gateway API, and in the order of Istio's routes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote

from flask_cors.tools.export.addresses import Target

TARGET = Target("shop", 80, "public", "edge", ("api.example.com",))

Filter = Mapping[str, Any]


class Seen(NamedTuple):
    """A request as a gateway compares it; the names of the headers are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]


# ---- YAML --------------------------------------------------------------------------------------


def documents(text: str) -> list[Any]:
    """Return the documents, of nothing but blocks and scalars in JSON."""
    parts = re.split(r"^---\n", text, flags=re.MULTILINE)
    read = ([line for line in part.splitlines() if line.strip()[:1] != "#"] for part in parts)
    return [parse(lines) for lines in read if lines]


def parse(lines: list[str]) -> Any:
    if lines[0].startswith("- "):
        return [parse(item) for item in _items(lines)]
    if not re.match(r'(?:[A-Za-z-]+|"(?:[^"\\]|\\.)*"):(?: |$)', lines[0]):
        (line,) = lines
        return scalar(line)
    found = {}
    for first, *block in _blocks(lines):
        match = re.fullmatch(r'([A-Za-z-]+|"(?:[^"\\]|\\.)*"):(?: (.*))?', first)
        assert match is not None, first
        key = scalar(match[1]) if match[1].startswith('"') else match[1]
        found[key] = parse([line[2:] for line in block]) if block else scalar(match[2])
    return found


def scalar(text: str) -> Any:
    return json.loads(re.sub(r"\\U([0-9a-f]{8})", lambda each: chr(int(each[1], 16)), text))


def _blocks(lines: list[str], begins: str = "") -> Iterator[list[str]]:
    """Yield each line that is not indented with the lines behind it that are."""
    block: list[str] = []
    for line in lines:
        if block and not line.startswith("  "):
            yield block
            block = []
        block.append(line)
    yield block


def _items(lines: list[str]) -> Iterator[list[str]]:
    for first, *rest in _blocks(lines):
        yield [first[2:], *(line[2:] for line in rest)]


# ---- Gateway API -------------------------------------------------------------------------------


def filter_of_routes(routes: list[Any], seen: Seen) -> Filter | None:
    """Return the filter of the match that comes first, by the kind of the path, its length, the
    method and the number of headers."""
    matching = [
        (_rank(match), rule)
        for route in routes
        for rule in route["spec"]["rules"]
        for match in rule["matches"]
        if _matches(match, seen)
    ]
    if not matching:
        return None
    best = max(rank for rank, _ in matching)
    filters = [rule.get("filters") for rank, rule in matching if rank == best]
    assert all(each == filters[0] for each in filters), "which of them decides is not defined"
    return filters[0][0]["cors"] if filters[0] else None


def _rank(match: Any) -> tuple[bool, int, bool, int]:
    path = match["path"]
    is_exact = path["type"] == "Exact"
    return is_exact, len(path["value"]), "method" in match, len(match.get("headers", []))


def _matches(match: Any, seen: Seen) -> bool:
    value = match["path"]["value"]
    if match["path"]["type"] == "Exact":
        matches = seen.path == value
    else:
        matches = f"{seen.path}/".startswith(f"{value.rstrip('/')}/")
    return (
        matches
        and match.get("method", seen.method) == seen.method
        and all(seen.headers.get(h["name"]) == h["value"] for h in match.get("headers", []))
    )


# ---- Istio -------------------------------------------------------------------------------------


def filter_of_service(service: Any, seen: Seen) -> Filter | None:
    """Return the filter of the first route that matches."""
    for route in service["spec"]["http"]:
        if "match" not in route or any(_is_met(match, seen) for match in route["match"]):
            return route.get("corsPolicy")  # type: ignore[no-any-return]  # read from text
    return None


def _is_met(match: Any, seen: Seen) -> bool:
    absent = match.get("withoutHeaders", {})
    return (
        _is_text(match["uri"], seen.path)
        and _is_text(match.get("method", {}), seen.method)
        and all(_has(name, text, seen) for name, text in match.get("headers", {}).items())
        and not any(_has(name, text, seen) for name, text in absent.items())
    )


def _has(name: str, text: Any, seen: Seen) -> bool:
    return name in seen.headers and _is_text(text, seen.headers[name])


def _is_text(match: Any, text: str) -> bool:
    if "prefix" in match:
        return text.startswith(match["prefix"])
    if "regex" in match:
        return re.fullmatch(match["regex"].replace(r"\z", r"\Z"), text) is not None
    return bool(match.get("exact", text) == text)


# ---- paths -------------------------------------------------------------------------------------


def normalised(path: str) -> str:
    """Return a path as a gateway does that decodes what needs no escape, and slashes, and removes
    dot segments and empty segments."""
    decoded = re.sub("%[0-9A-Fa-f]{2}", _decode_needless, path)
    segments: list[str] = []
    for segment in re.sub("/{2,}", "/", decoded).split("/")[1:]:
        if segment == "..":
            segments = segments[:-1]
        elif segment != ".":
            segments.append(segment)
    ends = decoded.endswith(("/.", "/.."))
    return "/" + "/".join(segments) + ("/" if ends and segments else "")


def _decode_needless(escape: re.Match[str]) -> str:
    decoded = unquote(escape[0])
    return decoded if re.fullmatch(r"[\w.~/-]", decoded, re.ASCII) else escape[0]
