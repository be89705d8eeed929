from __future__ import annotations

import pytest

from flask_cors.tools.export.addresses import (
    parse_gateway,
    parse_hostnames,
    parse_service,
)

LONG_NAME = "a" * 64


def test_a_service_is_a_name_and_a_port() -> None:
    assert parse_service("shop:80") == ("shop", 80)
    assert parse_service(f"{'a' * 63}:65535") == ("a" * 63, 65535)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "shop",
            "shop:",
            ":80",
            "shop:0",
            "shop:65536",
            "shop:http",
            "shop:80\n",
            "shop:\u0661",
        ),
        *("Shop:80", "1shop:80", "shop-:80", "a.b:80", "{{ a }}:80", f"{LONG_NAME}:80"),
    ],
)
def test_what_is_not_a_service_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a service and its port: write shop:80"):
        parse_service(text)


def test_a_gateway_is_a_name_with_or_without_a_namespace() -> None:
    assert parse_gateway("public") == (None, "public")
    assert parse_gateway("edge/public.example") == ("edge", "public.example")


@pytest.mark.parametrize(
    "text",
    ["", "/public", "edge/", "a/b/c", "*.example", "Public", "a b", 'a"', f"{LONG_NAME}/b", "a\n"],
)
def test_what_is_not_a_gateway_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a gateway: write public or edge/public"):
        parse_gateway(text)


def test_hostnames_are_kept_in_order_and_each_once() -> None:
    names = ("b.example", "*.example", "a", "b.example")
    assert parse_hostnames(names) == ("b.example", "*.example", "a")
    assert parse_hostnames(()) == ()


@pytest.mark.parametrize(
    "name", ["", "*", "https://a.example", "a.example:80", "A.example", "a..b", "a.b" * 85, "a\n"]
)
def test_what_is_not_a_hostname_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is not a hostname: write api"):
        parse_hostnames(["a.example", name])


def test_more_hostnames_than_a_route_has_are_refused() -> None:
    with pytest.raises(ValueError, match="at most 16 hostnames"):
        parse_hostnames(f"{number}.example" for number in range(17))
