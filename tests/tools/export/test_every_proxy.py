"""What holds of the configuration for each proxy."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from flask import Flask
from hypothesis import example, given, settings

from flask_cors import cross_origin
from flask_cors.tools.export.command import PROXIES
from flask_cors.tools.export.plan import build_plan

from . import apache_reader, caddy_reader, envoy_reader, haproxy_reader, nginx_reader
from .configured import PLAIN, PLAIN_WITH_REPLACEMENT, RESOURCES, app_with, plain_for

# All that an app cannot change in a whole configuration.
SHAPES: dict[str, Callable[[str], Any]] = {
    "apache": apache_reader.shape,
    "caddy": caddy_reader.shape,
    "envoy": envoy_reader.shape,
    "haproxy": haproxy_reader.shape,
    "nginx": nginx_reader.shape,
}


class Exported(NamedTuple):
    """A proxy, and what it is given."""

    name: str

    def part(self, app: Flask) -> str:
        return PROXIES[self.name].render(build_plan(app))

    def whole(self, app: Flask) -> str:
        return PROXIES[self.name].render_whole(
            build_plan(app), "127.0.0.1:8080", "http://127.0.0.1:5000"
        )

    def shape(self, app: Flask) -> Any:
        return SHAPES[self.name](self.whole(app))


@pytest.fixture(params=PROXIES, scope="module")
def proxy(request: Any) -> Exported:
    return Exported(request.param)


@settings(max_examples=50)
@given(resources=RESOURCES)
@example(resources=PLAIN_WITH_REPLACEMENT)
@example(resources={"/\u00e9 \ufffd{}": PLAIN["/a"]})
def test_what_an_app_is_configured_with_stays_in_its_place(
    proxy: Exported, resources: dict[str, Any]
) -> None:
    app, plain = app_with(resources=resources), app_with(resources=plain_for(resources))
    assert proxy.shape(app) == proxy.shape(plain)


@pytest.mark.parametrize("root", ["/r\u00e9;{}\"'#$", "/%{x}${y}"])
def test_the_root_of_the_app_stays_in_its_place(proxy: Exported, root: str) -> None:
    app, plain = app_with(resources=PLAIN), app_with(resources=PLAIN)
    app.config["APPLICATION_ROOT"], plain.config["APPLICATION_ROOT"] = root, "/root"
    assert proxy.shape(app) == proxy.shape(plain)


@settings(max_examples=20)
@given(resources=RESOURCES)
def test_what_is_rendered_is_printable_ascii(proxy: Exported, resources: dict[str, Any]) -> None:
    app = app_with(resources=resources)
    for text in (proxy.part(app), proxy.whole(app)):
        assert text.isascii()
        assert all(line.expandtabs().isprintable() for line in text.split("\n"))


def test_no_line_of_a_comment_comes_from_the_app(proxy: Exported) -> None:
    app = app_with(resources={"/evil\n}": {"origins": "https://evil.example"}})
    lines = proxy.whole(app).splitlines()
    assert any("evil" in line for line in lines)
    assert all("evil" not in line for line in lines if line.strip().startswith("#"))


def test_what_is_rendered_is_the_same_each_time(proxy: Exported) -> None:
    options = {"origins": [f"https://{number}.example" for number in range(50)]}
    options["origins"] += [f"https://*.{number}.example" for number in range(50)]
    assert proxy.whole(app_with(**options)) == proxy.whole(app_with(**options))


def test_a_comment_says_first_where_the_part_belongs(proxy: Exported) -> None:
    first, *_ = proxy.part(app_with()).splitlines()
    assert first.startswith(f"# Made by `flask cors export {proxy.name}`. ")


def test_a_thousand_views_do_not_make_a_thousand_lines_to_try(proxy: Exported) -> None:
    def app_of_views(number: int) -> Flask:
        app = Flask(__name__)
        for each in range(number):
            view = cross_origin(origins=f"https://{each % 3}.example")(lambda **_: "")
            app.add_url_rule(f"/api/r{each}/<int:key>", f"{each}", view)
        return app

    def regexes(number: int) -> int:
        text = proxy.whole(app_of_views(number))
        return len(re.findall("safe_regex|-m reg|=~ m#|~", text))

    assert regexes(1000) < regexes(100) + 200
