"""The preflight cache: which requests its entries cover, and for how long."""

from __future__ import annotations

import pytest

from flask_cors.browser import CHROMIUM, FIREFOX, STANDARD, PreflightCache, Quirks, Response
from flask_cors.browser.cache import MAX_ENTRIES
from flask_cors.browser.checks import read_permission

from .server import APP

URL = "https://api.example/books"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class CacheOfBrowser:
    """A cache, with short methods for tests."""

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
        self.cache.store(APP, url, credentials, response, read_permission(response))

    def covers(
        self, method: str = "GET", *names: str, credentials: str = "omit", url: str = URL
    ) -> bool:
        return self.cache.allows(APP, url, credentials, method, names)


@pytest.fixture(params=[STANDARD, CHROMIUM, FIREFOX], ids=lambda quirks: quirks.name)
def any_browser(request) -> CacheOfBrowser:
    return CacheOfBrowser(request.param)


def test_every_listed_method_and_header_name_is_cached(any_browser):
    any_browser.store("PUT, DELETE", "x-a, X-B")
    assert any_browser.covers("DELETE", "x-b")
    assert any_browser.covers("GET", "x-a", "x-b")
    assert len(any_browser.cache) == 4
    assert not any_browser.covers("PUT", "x-c")


def test_an_entry_holds_for_one_url_and_one_origin(any_browser):
    any_browser.store("PUT")
    assert not any_browser.covers("PUT", url=f"{URL}?q")
    assert not any_browser.cache.allows("https://other.example", URL, "omit", "PUT", ())
    assert any_browser.covers("PUT")


def test_cached_methods_are_case_sensitive(any_browser):
    any_browser.store("put")
    assert not any_browser.covers("PUT")


def test_expired_entries_are_removed(any_browser):
    any_browser.store("PUT", max_age="60")
    any_browser.clock.now = 59.9
    assert any_browser.covers("PUT")
    any_browser.clock.now = 60
    assert not any_browser.covers("PUT")
    assert len(any_browser.cache) == 0


def test_without_max_age_an_entry_lasts_five_seconds(any_browser):
    any_browser.store("PUT", max_age=None)
    any_browser.clock.now = 4.9
    assert any_browser.covers("PUT")
    any_browser.clock.now = 5
    assert not any_browser.covers("PUT")


@pytest.mark.parametrize("max_age", ["0", "-1"])
def test_a_max_age_of_0_or_less_is_not_cached(any_browser, max_age):
    any_browser.store("PUT", max_age=max_age)
    assert not any_browser.covers("PUT")


@pytest.mark.parametrize(("quirks", "limit"), [(CHROMIUM, 7200), (FIREFOX, 86400)])
def test_browsers_limit_the_max_age(quirks, limit):
    browser = CacheOfBrowser(quirks)
    browser.store("PUT", max_age="999999")
    browser.clock.now = limit - 1
    assert browser.covers("PUT")
    browser.clock.now = limit
    assert not browser.covers("PUT")


def test_the_standard_does_not_limit_the_max_age():
    browser = CacheOfBrowser(STANDARD)
    browser.store("PUT", max_age="999999")
    browser.clock.now = 999_998
    assert browser.covers("PUT")


def test_firefox_needs_an_entry_for_head():
    for quirks, covers in ((STANDARD, True), (FIREFOX, False)):
        browser = CacheOfBrowser(quirks)
        browser.store("PUT", "x-a")
        assert browser.covers("HEAD", "x-a") is covers


def test_a_max_age_of_0_clears_no_entry_in_firefox():
    for quirks, covers in ((STANDARD, False), (FIREFOX, True)):
        browser = CacheOfBrowser(quirks)
        browser.store("PUT")
        browser.store("PUT", max_age="0")
        assert browser.covers("PUT") is covers


def test_a_later_preflight_sets_the_max_age_of_the_entries_that_it_lists():
    browser = CacheOfBrowser(STANDARD)
    browser.store("PUT, DELETE", max_age="60")
    browser.store("PUT", max_age="0")
    assert not browser.covers("PUT")
    assert browser.covers("DELETE")


@pytest.mark.parametrize(
    ("quirks", "covers"), [(STANDARD, True), (CHROMIUM, True), (FIREFOX, False)]
)
def test_a_preflight_with_credentials_covers_requests_without_except_in_firefox(quirks, covers):
    browser = CacheOfBrowser(quirks)
    browser.store("PUT", credentials="include")
    assert browser.covers("PUT", credentials="same-origin") is covers
    assert browser.covers("PUT", credentials="include")


def test_a_preflight_without_credentials_covers_no_request_with_credentials(any_browser):
    any_browser.store("PUT")
    assert not any_browser.covers("PUT", credentials="include")


@pytest.mark.parametrize(
    ("quirks", "without", "with_credentials"),
    [(STANDARD, True, True), (CHROMIUM, True, False), (FIREFOX, False, False)],
)
def test_browsers_differ_in_what_a_cached_wildcard_covers(quirks, without, with_credentials):
    for credentials, covers in (("omit", without), ("include", with_credentials)):
        browser = CacheOfBrowser(quirks)
        browser.store("*", "*", credentials=credentials)
        assert browser.covers("PUT", credentials=credentials) is covers
        browser.store("*", "*", credentials=credentials)
        assert browser.covers("GET", "x-a", credentials=credentials) is covers


def test_a_cached_wildcard_never_covers_authorization(any_browser):
    any_browser.store("*", "*")
    assert not any_browser.covers("GET", "authorization")


def test_chromium_keeps_one_preflight_per_url():
    browser, standard = CacheOfBrowser(CHROMIUM), CacheOfBrowser(STANDARD)
    for cache in (browser, standard):
        cache.store("PUT")
        assert not cache.covers("DELETE")
    assert not browser.covers("PUT")
    assert standard.covers("PUT")


def test_the_entries_of_a_url_or_all_entries_can_be_cleared(any_browser):
    other = f"{URL}?q"
    any_browser.store("PUT")
    any_browser.store("PUT", url=other)
    any_browser.cache.clear_url(APP, URL)
    assert not any_browser.covers("PUT")
    assert any_browser.covers("PUT", url=other)
    any_browser.cache.clear()
    assert len(any_browser.cache) == 0


def test_the_number_of_entries_is_limited():
    browser = CacheOfBrowser(STANDARD)
    browser.store(",".join(f"M{number}" for number in range(2 * MAX_ENTRIES)))
    assert len(browser.cache) == MAX_ENTRIES
