"""``flask_cors.core``: the names that other people's code imports."""

from __future__ import annotations

import pytest

from flask_cors import core

NAMES = {
    "ACL_ORIGIN": "Access-Control-Allow-Origin",
    "ACL_METHODS": "Access-Control-Allow-Methods",
    "ACL_ALLOW_HEADERS": "Access-Control-Allow-Headers",
    "ACL_EXPOSE_HEADERS": "Access-Control-Expose-Headers",
    "ACL_CREDENTIALS": "Access-Control-Allow-Credentials",
    "ACL_MAX_AGE": "Access-Control-Max-Age",
    "ACL_RESPONSE_PRIVATE_NETWORK": "Access-Control-Allow-Private-Network",
    "ACL_REQUEST_METHOD": "Access-Control-Request-Method",
    "ACL_REQUEST_HEADERS": "Access-Control-Request-Headers",
    "ACL_REQUEST_HEADER_PRIVATE_NETWORK": "Access-Control-Request-Private-Network",
}


@pytest.mark.parametrize(("name", "value"), NAMES.items())
def test_a_constant_holds_the_name_of_its_header(name: str, value: str) -> None:
    assert getattr(core, name) == value


def test_all_methods_are_the_seven_in_their_old_order() -> None:
    assert core.ALL_METHODS == ["GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"]


def test_nothing_else_is_exported() -> None:
    public = {name for name in vars(core) if not name.startswith("_")} - {"annotations"}
    assert public == set(core.__all__) == {*NAMES, "ALL_METHODS"}
    assert len(core.__all__) == len(NAMES) + 1
