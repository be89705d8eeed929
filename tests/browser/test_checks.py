"""The CORS check, the CORS-preflight check, and a resource's own policy."""

from __future__ import annotations

import pytest

from flask_cors.browser import CHROMIUM, STANDARD, Reason, Response
from flask_cors.browser import checks as c
from flask_cors.browser.urls import parse

from .server import APP, response

ACAO, ACAC = "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials"


def why(failed: object) -> tuple[str, str] | None:
    return None if failed is None else (failed.reason.value, failed.parameter)


@pytest.mark.parametrize(
    ("lines", "anonymous", "include"),
    [
        ([], ("MissingAllowOriginHeader", ""), ("MissingAllowOriginHeader", "")),
        ([(ACAO, "*")], None, ("WildcardOriginNotAllowed", "")),
        ([(ACAO, APP)], None, ("InvalidAllowCredentials", "")),
        ([(ACAO, APP), (ACAC, "true")], None, None),
        ([(ACAO, APP), (ACAC, "True")], None, ("InvalidAllowCredentials", "True")),
        (
            [(ACAO, APP), (ACAC, "true"), (ACAC, "true")],
            None,
            ("InvalidAllowCredentials", "true, true"),
        ),
        *(
            ([(ACAO, value)], (reason, value), (reason, value))
            for value, reason in [
                (f"{APP}/", "AllowOriginMismatch"),
                (APP.upper(), "AllowOriginMismatch"),
                ("null", "AllowOriginMismatch"),
                ("app.example:443", "AllowOriginMismatch"),
                ("app.example", "InvalidAllowOriginValue"),
                ("", "InvalidAllowOriginValue"),
                ("NULL", "InvalidAllowOriginValue"),
                (f"{APP}:443:443", "InvalidAllowOriginValue"),
                ("http://a%20b", "AllowOriginMismatch"),  # observed in Chromium: a space only
                ("http://a%20b:80", "AllowOriginMismatch"),
                ("http://a%23b", "InvalidAllowOriginValue"),
                ("%20:b", "InvalidAllowOriginValue"),
                (f"{APP} {APP}", "MultipleAllowOriginValues"),
                (f"{APP},", "MultipleAllowOriginValues"),
            ]
        ),
        ([(ACAO, APP), (ACAO, APP)], *[("MultipleAllowOriginValues", f"{APP}, {APP}")] * 2),
        ([(ACAO, "http://\xc3\xa9")], *[("AllowOriginMismatch", "http://\xe9")] * 2),
        ([(ACAO, "\xe9")], *[("InvalidAllowOriginValue", "")] * 2),
    ],
)
def test_the_cors_check_fails_with_the_reason_that_chromium_gives(lines, anonymous, include):
    assert why(c.cors_check(response(*lines), APP, "same-origin")) == anonymous
    assert why(c.cors_check(response(*lines), APP, "include")) == include


def test_null_matches_null_even_with_credentials():
    assert c.cors_check(response((ACAO, "null"), (ACAC, "true")), "null", "include") is None


@pytest.mark.parametrize("status", [200, 204, 299])
def test_a_preflight_passes_with_a_status_of_200_to_299(status):
    assert c.preflight_check(response((ACAO, "*"), status=status), APP, "omit") is None


@pytest.mark.parametrize(
    ("status", "headers", "reason", "parameter"),
    [
        (199, [(ACAO, "*")], "PreflightInvalidStatus", ""),
        (300, [(ACAO, "*"), ("Location", "/")], "PreflightInvalidStatus", ""),
        (302, [(ACAO, "*")], "PreflightInvalidStatus", ""),
        (302, [(ACAO, "*"), ("Location", "")], "PreflightInvalidStatus", ""),
        *(
            (status, [("Location", "/")], "PreflightDisallowedRedirect", "")
            for status in (301, 302, 303, 307, 308)
        ),
        (404, [], "PreflightMissingAllowOriginHeader", ""),
        (200, [(ACAO, "x")], "PreflightInvalidAllowOriginValue", "x"),
        (200, [(ACAO, "null")], "PreflightAllowOriginMismatch", "null"),
        (200, [(ACAO, "a b")], "PreflightMultipleAllowOriginValues", "a b"),
    ],
)
def test_a_preflight_fails_with_the_reason_that_chromium_gives(status, headers, reason, parameter):
    failed = c.preflight_check(response(*headers, status=status), APP, "omit")
    assert why(failed) == (reason, parameter)


def allowed_by(*headers: tuple[str, str]) -> c.Permission:
    permission = c.read_permission(response(*headers))
    assert isinstance(permission, c.Permission)
    return permission


METHODS, HEADERS = "Access-Control-Allow-Methods", "Access-Control-Allow-Headers"


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ([(METHODS, "a b"), (HEADERS, "a b")], "InvalidAllowMethodsPreflightResponse"),
        ([(METHODS, "PUT"), (HEADERS, "a b")], "InvalidAllowHeadersPreflightResponse"),
    ],
)
def test_a_malformed_list_in_a_preflight_response_fails(headers, reason):
    assert c.read_permission(response(*headers)).reason is Reason(reason)


@pytest.mark.parametrize(
    ("headers", "method", "unsafe", "anonymous", "include"),
    [
        ([], "GET", [], None, None),
        ([], "PUT", [], "PUT", "PUT"),
        ([(METHODS, "put")], "PUT", [], "PUT", "PUT"),
        ([(METHODS, "PUT")], "PUT", ["x-a"], "x-a", "x-a"),
        ([(METHODS, "*")], "PUT", [], None, "PUT"),
        ([(METHODS, "*")], "*", [], None, None),
        ([(HEADERS, "X-A")], "GET", ["x-a"], None, None),
        ([(HEADERS, "x-a")], "GET", ["x-b", "x-a", "x-c"], "x-b", "x-b"),
        ([(HEADERS, "*")], "GET", ["x-a"], None, "x-a"),
        ([(HEADERS, "*, authorization")], "GET", ["authorization"], None, None),
    ],
)
def test_a_preflight_response_allows_what_it_lists(headers, method, unsafe, anonymous, include):
    permission = allowed_by(*headers)
    for credentials, parameter in (("omit", anonymous), ("include", include)):
        failed = permission.check(method, unsafe, credentials, STANDARD)
        assert (failed and failed.parameter) == parameter


def test_a_wildcard_covers_authorization_in_chromium_but_not_in_the_standard():
    permission = allowed_by((HEADERS, "*"))
    assert why(permission.check("GET", ["authorization"], "omit", STANDARD)) == (
        "HeaderDisallowedByPreflightResponse",
        "authorization",
    )
    assert permission.check("GET", ["authorization"], "omit", CHROMIUM) is None


# ---- Cross-Origin-Resource-Policy --------------------------------------------------------------


@pytest.mark.parametrize(
    ("policy", "origin", "url", "passes"),
    [
        (None, APP, "https://api.other/", True),
        ("cross-origin", APP, "https://api.other/", True),
        ("same-origin, same-origin", APP, "https://api.other/", True),
        ("same-origin", APP, f"{APP}/", True),
        ("same-origin", APP, "https://api.app.example/", False),
        ("same-site", APP, "https://api.app.example/", True),
        ("same-site", APP, "http://app.example/", True),
        ("same-site", "http://app.example", "https://app.example/", False),
        ("same-site", APP, "https://app.test/", False),
        ("same-site", "null", "https://app.test/", False),
        ("same-site", "http://10.0.0.1", "http://11.0.0.1/", False),
    ],
)
def test_cross_origin_resource_policy_blocks_other_origins_or_sites(policy, origin, url, passes):
    headers = () if policy is None else (("Cross-Origin-Resource-Policy", policy),)
    failed = c.resource_policy_check(Response(200, headers), origin, parse(url))
    assert (failed is None) is passes
    assert passes or (failed.reason is None and policy in failed.message)
