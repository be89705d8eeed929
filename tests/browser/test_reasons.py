"""The reasons are Chromium's names, and each says what is wrong."""

from __future__ import annotations

import pytest

from flask_cors.browser import Reason
from flask_cors.browser.reasons import failure

# Network.CorsError of the DevTools protocol, Chromium 156.
NAMES = {
    *("DisallowedByMode", "InvalidResponse"),
    *("WildcardOriginNotAllowed", "MissingAllowOriginHeader"),
    *("MultipleAllowOriginValues", "InvalidAllowOriginValue"),
    *("AllowOriginMismatch", "InvalidAllowCredentials"),
    *("CorsDisabledScheme", "PreflightInvalidStatus"),
    *("PreflightDisallowedRedirect", "PreflightWildcardOriginNotAllowed"),
    *("PreflightMissingAllowOriginHeader", "PreflightMultipleAllowOriginValues"),
    *("PreflightInvalidAllowOriginValue", "PreflightAllowOriginMismatch"),
    *("PreflightInvalidAllowCredentials", "PreflightMissingAllowExternal"),
    *("PreflightInvalidAllowExternal", "InvalidAllowMethodsPreflightResponse"),
    *("InvalidAllowHeadersPreflightResponse", "MethodDisallowedByPreflightResponse"),
    *("HeaderDisallowedByPreflightResponse", "RedirectContainsCredentials"),
    *("InsecureLocalNetwork", "InvalidLocalNetworkAccess"),
    *("NoCorsRedirectModeNotFollow", "LocalNetworkAccessPermissionDenied"),
}


def test_the_values_are_the_names_that_chromium_gives():
    assert {reason.value for reason in Reason} == NAMES
    assert len(Reason) == 28
    assert str(Reason.ALLOW_ORIGIN_MISMATCH) == "AllowOriginMismatch"


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_sentence(reason):
    message = failure(reason, "x\x00y").message
    assert message.endswith(".")
    assert "{" not in message
    assert message.isprintable()


def test_a_sentence_shows_the_beginning_of_a_long_value():
    assert len(failure(Reason.ALLOW_ORIGIN_MISMATCH, "x" * 10_000).message) < 400
    assert "empty or missing" in failure(Reason.INVALID_ALLOW_CREDENTIALS).message
