"""The README's example does what the README says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def app() -> Any:
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    names: dict[str, Any] = {"__name__": "readme"}
    exec(example, names)
    return names["app"]


@pytest.mark.parametrize(
    ("path", "origin", "allowed", "credentials", "exposed"),
    [
        ("/api/books", "https://app.example", "https://app.example", "true", "X-Total-Count"),
        ("/api/books", "https://a.app.example", "https://a.app.example", "true", "X-Total-Count"),
        ("/api/books", "https://untrusted.example", None, None, None),
        ("/status", "https://untrusted.example", "https://untrusted.example", None, None),
    ],
)
def test_the_example_allows_the_origins_that_it_lists(
    app: Any,
    path: str,
    origin: str,
    allowed: str | None,
    credentials: str | None,
    exposed: str | None,
) -> None:
    response = app.test_client().get(path, headers={"Origin": origin})
    assert response.status_code == 200
    assert response.headers.get("Access-Control-Allow-Origin") == allowed
    assert response.headers.get("Access-Control-Allow-Credentials") == credentials
    assert response.headers.get("Access-Control-Expose-Headers") == exposed


def test_every_option_has_its_row_and_its_default() -> None:
    from flask_cors.policy.options import EXTENSION_OPTIONS

    rows = re.findall(r"^\| `(\w+)` \|", README, re.MULTILINE)
    assert sorted(rows) == sorted(EXTENSION_OPTIONS)
