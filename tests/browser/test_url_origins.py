"""URLs have the origin that ada gives them, the standard-compliant parser of Node.js."""

from __future__ import annotations

import ada_url
import pytest

from flask_cors.browser.urls import parse
from flask_cors.protocol.origin import why_never_sent

from .generated_urls import generated_urls


def by_ada(url: str) -> str | None:
    try:
        return ada_url.URL(url).origin
    except ValueError:
        return None


def origin_of(text: str) -> str | None:
    url = parse(text)
    return None if url is None else url.origin


@pytest.fixture(scope="module")
def urls() -> list[str]:
    return generated_urls(60_000)


def test_a_url_has_the_origin_that_ada_gives_it(urls: list[str]) -> None:
    wrong = [url for url in urls if origin_of(url) != by_ada(url)]
    assert wrong[:10] == []


def test_half_of_the_urls_can_be_read(urls: list[str]) -> None:
    read = sum(by_ada(url) is not None for url in urls[:6000])
    assert 2000 < read < 4000


@pytest.mark.parametrize("path", ["", "/", "/x?y"])
def test_the_origin_that_browsers_send_is_the_one_that_ada_gives(
    urls: list[str], path: str
) -> None:
    hints = 0
    for url in urls[:10_000]:
        scheme, _, authority = url.partition("://")
        literal = f"{scheme}://{authority}{path}"
        why = why_never_sent(literal)
        sent = literal if why is None else why.hint
        hints += sent is not None
        assert sent is None or sent == by_ada(literal), literal
    assert hints > 1000


@pytest.mark.usefixtures("without_idna")
def test_without_idna_a_url_has_the_same_origin_or_none(urls: list[str]) -> None:
    read = 0
    for url in urls[:5000]:
        origin = origin_of(url)
        read += origin is not None
        assert origin in (None, by_ada(url)), url
    assert read > 1000
