"""The file of messages, and what the documentation shows for its placeholders."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
FILE = ROOT / "tests" / "data" / "messages.json"

# What the documentation writes where a browser wrote addresses of this machine.
EXAMPLES = {
    "origin": "https://app.example",
    "page": "https://app.example/",
    "url": "https://api.example/data",
    "insecure_url": "http://api.example/data",
    "login": "https://login.example/login",
    "socket": "wss://api.example/data",
    "folder": "file:///home/ada/site",
}


def read() -> dict[str, Any]:
    """Return the file: the browsers, the date, and the messages of each scenario."""
    return dict(json.loads(FILE.read_text(encoding="utf-8")))


def write(collected: dict[str, Any]) -> None:
    text = json.dumps(collected, indent=1, ensure_ascii=False)
    FILE.write_text(f"{text}\n", encoding="utf-8")
