"""The reasons: Chromium's names, each with a sentence."""

from __future__ import annotations

import pytest

from flask_cors.browser import Reason
from flask_cors.browser.reasons import cors_failure

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


def test_the_reasons_are_the_names_of_chromium():
    assert {reason.value for reason in Reason} == NAMES
    assert len(Reason) == 28
    assert str(Reason.ALLOW_ORIGIN_MISMATCH) == "AllowOriginMismatch"


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_printable_sentence(reason):
    message = cors_failure(reason, "x\x00y").message
    assert message.endswith(".")
    assert "{" not in message
    assert message.isprintable()


def test_a_sentence_cuts_a_long_value_and_says_where_there_is_none():
    assert len(cors_failure(Reason.ALLOW_ORIGIN_MISMATCH, "x" * 10_000).message) < 400
    assert "empty or missing" in cors_failure(Reason.INVALID_ALLOW_CREDENTIALS).message
