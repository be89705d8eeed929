"""The preflight cache: what a browser remembers, for whom, and for how long."""

from __future__ import annotations

import pytest

from flask_cors.browser import CHROMIUM, FIREFOX, STANDARD, PreflightCache, Quirks, Response
from flask_cors.browser.cache import MAX_ENTRIES
from flask_cors.browser.checks import permission

from .server import APP

URL = "https://api.example/books"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Remembering:
    """A cache, and the lines that a test writes about it."""

    def __init__(self, quirks: Quirks) -> None:
        self.clock = Clock()
        self.cache = PreflightCache(self.clock, quirks)

    def store(
        self,
        methods: str = "",
        names: str = "",
        max_age: str | None = "60",
        credentials: str = "omit",
        url: str = URL,
    ) -> None:
        headers = [
            ("Access-Control-Allow-Methods", methods),
            ("Access-Control-Allow-Headers", names),
        ]
        if max_age is not None:
            headers.append(("Access-Control-Max-Age", max_age))
        response = Response(200, tuple(headers))
        self.cache.store(APP, url, credentials, response, permission(response))

    def serves(
        self, method: str = "GET", *names: str, credentials: str = "omit", url: str = URL
    ) -> bool:
        return self.cache.allows(APP, url, credentials, method, names)


@pytest.fixture(params=[STANDARD, CHROMIUM, FIREFOX], ids=lambda quirks: quirks.name)
def any_browser(request) -> Remembering:
    return Remembering(request.param)


def test_every_method_and_name_that_was_listed_is_remembered(any_browser):
    any_browser.store("PUT, DELETE", "x-a, X-B")
    assert any_browser.serves("DELETE", "x-b")
    assert any_browser.serves("GET", "x-a", "x-b")
    assert len(any_browser.cache) == 4
    assert not any_browser.serves("PUT", "x-c")


def test_nothing_is_shared_between_urls_and_origins(any_browser):
    any_browser.store("PUT")
    assert not any_browser.serves("PUT", url=f"{URL}?q")
    assert not any_browser.cache.allows("https://other.example", URL, "omit", "PUT", ())
    assert any_browser.serves("PUT")


def test_methods_have_a_case(any_browser):
    any_browser.store("put")
    assert not any_browser.serves("PUT")


def test_what_is_too_old_is_forgotten(any_browser):
    any_browser.store("PUT", max_age="60")
    any_browser.clock.now = 59.9
    assert any_browser.serves("PUT")
    any_browser.clock.now = 60
    assert not any_browser.serves("PUT")
    assert len(any_browser.cache) == 0


def test_without_max_age_five_seconds_are_remembered(any_browser):
    any_browser.store("PUT", max_age=None)
    any_browser.clock.now = 4.9
    assert any_browser.serves("PUT")
    any_browser.clock.now = 5
    assert not any_browser.serves("PUT")


@pytest.mark.parametrize("max_age", ["0", "-1"])
def test_neither_0_nor_less_is_remembered(any_browser, max_age):
    any_browser.store("PUT", max_age=max_age)
    assert not any_browser.serves("PUT")


@pytest.mark.parametrize(("quirks", "limit"), [(CHROMIUM, 7200), (FIREFOX, 86400)])
def test_browsers_have_a_limit(quirks, limit):
    browser = Remembering(quirks)
    browser.store("PUT", max_age="999999")
    browser.clock.now = limit - 1
    assert browser.serves("PUT")
    browser.clock.now = limit
    assert not browser.serves("PUT")


def test_the_standard_has_none():
    browser = Remembering(STANDARD)
    browser.store("PUT", max_age="999999")
    browser.clock.now = 999_998
    assert browser.serves("PUT")


def test_firefox_has_to_be_told_about_head():
    for quirks, serves in ((STANDARD, True), (FIREFOX, False)):
        browser = Remembering(quirks)
        browser.store("PUT", "x-a")
        assert browser.serves("HEAD", "x-a") is serves


def test_a_time_of_0_does_not_make_firefox_forget():
    for quirks, serves in ((STANDARD, False), (FIREFOX, True)):
        browser = Remembering(quirks)
        browser.store("PUT")
        browser.store("PUT", max_age="0")
        assert browser.serves("PUT") is serves


def test_a_later_preflight_sets_the_time_of_what_it_lists():
    browser = Remembering(STANDARD)
    browser.store("PUT, DELETE", max_age="60")
    browser.store("PUT", max_age="0")
    assert not browser.serves("PUT")
    assert browser.serves("DELETE")


@pytest.mark.parametrize(
    ("quirks", "serves"), [(STANDARD, True), (CHROMIUM, True), (FIREFOX, False)]
)
def test_a_preflight_with_credentials_serves_requests_without(quirks, serves):
    browser = Remembering(quirks)
    browser.store("PUT", credentials="include")
    assert browser.serves("PUT", credentials="same-origin") is serves
    assert browser.serves("PUT", credentials="include")


def test_a_preflight_without_credentials_serves_none_with_them(any_browser):
    any_browser.store("PUT")
    assert not any_browser.serves("PUT", credentials="include")


@pytest.mark.parametrize(
    ("quirks", "without", "with_credentials"),
    [(STANDARD, True, True), (CHROMIUM, True, False), (FIREFOX, False, False)],
)
def test_whether_a_star_serves_what_was_not_asked_for(quirks, without, with_credentials):
    for credentials, serves in (("omit", without), ("include", with_credentials)):
        browser = Remembering(quirks)
        browser.store("*", "*", credentials=credentials)
        assert browser.serves("PUT", credentials=credentials) is serves
        browser.store("*", "*", credentials=credentials)
        assert browser.serves("GET", "x-a", credentials=credentials) is serves


def test_a_star_never_serves_authorization(any_browser):
    any_browser.store("*", "*")
    assert not any_browser.serves("GET", "authorization")


def test_chromium_keeps_one_preflight_a_url():
    browser, standard = Remembering(CHROMIUM), Remembering(STANDARD)
    for cache in (browser, standard):
        cache.store("PUT")
        assert not cache.serves("DELETE")
    assert not browser.serves("PUT")
    assert standard.serves("PUT")


def test_a_url_can_be_forgotten_and_everything(any_browser):
    other = f"{URL}?q"
    any_browser.store("PUT")
    any_browser.store("PUT", url=other)
    any_browser.cache.clear_url(APP, URL)
    assert not any_browser.serves("PUT")
    assert any_browser.serves("PUT", url=other)
    any_browser.cache.clear()
    assert len(any_browser.cache) == 0


def test_a_server_that_lists_without_end_is_not_remembered_whole():
    browser = Remembering(STANDARD)
    browser.store(",".join(f"M{number}" for number in range(2 * MAX_ENTRIES)))
    assert len(browser.cache) == MAX_ENTRIES
