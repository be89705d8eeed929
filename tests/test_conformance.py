"""The corpus of ``data/policy.json``: the responses that a browser has to accept.

The cases are facts taken from the test suites of other CORS libraries (each names its source),
in neutral terms. Each case that is left out is in a table here, with its reason.
"""

from __future__ import annotations

import json
import re
import warnings
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import Headers

from flask_cors import CORS, CORSConfigError, CORSWarning

CORPUS = json.loads((Path(__file__).parent / "data" / "policy.json").read_text(encoding="utf-8"))
CASES = {case["id"]: case for case in CORPUS["cases"]}
REJECTS = {case["id"]: case for case in CORPUS["rejects"]}
TABLES = {table["id"]: table for table in CORPUS["tables"]}

SAFELISTED_METHODS = ["GET", "HEAD", "POST"]

# Cases whose configuration the contract refuses: origins that anyone can take, with credentials.
REFUSED_CONFIGURATIONS = {
    "rs-any-creds",
    "rs-actual-method-block",
    "starlette-all-creds-pf",
    "starlette-all-creds-get",
    "starlette-all-creds-cookie",
    "starlette-noncors",
    "starlette-regex-get",
    "starlette-regex-no",
    "django-all-creds-get",
    "django-err-401",
}

# Other cases left out, and why.
LEFT_OUT = {
    "flask-always-send": "without Origin a response has '*', which is right for every origin",
    "rs-predicate-vary": "a callable that reads other request headers is not pure",
}


def cases(select: Any) -> list[Any]:
    return [
        pytest.param(case, id=case["id"])
        for case in CASES.values()
        if case["id"] not in REFUSED_CONFIGURATIONS | LEFT_OUT.keys() and select(case)
    ]


def origin_option(item: Any) -> Any:
    """Return one item of ``origins`` in the corpus in our terms."""
    if isinstance(item, str):
        return item
    if "regex" in item:
        return re.compile(item["regex"])
    if "predicate" in item:
        assert item["predicate"] == "startswith"
        return lambda origin: origin.startswith(item["value"])
    return item.get("subdomains") or item["glob"]


def options(config: dict[str, Any]) -> dict[str, Any]:
    """Return a configuration of the corpus in our terms."""
    headers = [
        re.compile(item["regex"]) if isinstance(item, dict) else item
        for item in config["allow_headers"]
    ]
    return {
        "origins": [origin_option(item) for item in config["origins"]],
        "send_wildcard": config["any_origin_as"] == "star",
        "supports_credentials": config["credentials"],
        # The peers allow the safelisted methods unnamed; ours are all named.
        "methods": [*config["methods"], *SAFELISTED_METHODS],
        "allow_headers": headers,
        "expose_headers": config["expose_headers"],
        "max_age": config["max_age"],
        "allow_private_network": config["private_network"],
        "always_send": config.get("always_send", True),
    }


def respond(case: dict[str, Any]) -> Headers:
    """Return the headers of the response of an app with the configuration of the case."""
    app = Flask(__name__)
    response = case.get("app", {"status": 200, "headers": []})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CORSWarning)
        if "rules" in case:
            resources = {re.compile(r["path_regex"]): options(r["config"]) for r in case["rules"]}
            CORS(app, resources=resources)
        else:
            CORS(app, **options(case["config"]))

    def view() -> Any:
        return "", response["status"], response["headers"]

    request = case["request"]
    app.add_url_rule(request["path"], view_func=view, methods=["GET", "POST", "PUT"])
    lines: dict[str, list[str]] = {}
    for name, value in request["headers"]:
        lines.setdefault(name, []).append(value)
    joined = {name: ",".join(values) for name, values in lines.items()}  # as WSGI servers do
    client = app.test_client()
    return client.open(request["path"], method=request["method"], headers=joined).headers


# ---- what a browser would make of it (Fetch 4.9, 4.10) -----------------------------------------


def combined(headers: Headers, name: str) -> str | None:
    return ", ".join(headers.getlist(name)) if name in headers else None


def listed(headers: Headers, name: str) -> list[str]:
    return [item.strip() for item in (combined(headers, name) or "").split(",") if item.strip()]


def passes_cors_check(headers: Headers, origin: str, credentialed: bool) -> bool:
    allowed = combined(headers, "Access-Control-Allow-Origin")
    if allowed == "*" and not credentialed:
        return True
    if allowed != origin:
        return False
    return not credentialed or combined(headers, "Access-Control-Allow-Credentials") == "true"


def passes_preflight_check(
    headers: Headers, method: str, names: list[str], credentialed: bool
) -> bool:
    methods = listed(headers, "Access-Control-Allow-Methods")
    allowed = {name.lower() for name in listed(headers, "Access-Control-Allow-Headers")}
    any_method = "*" in methods and not credentialed
    any_name = "*" in allowed and not credentialed
    if method not in [*SAFELISTED_METHODS, *methods] and not any_method:
        return False
    return all(name.lower() in allowed or any_name for name in names)


def verdict(case: dict[str, Any], headers: Headers, credentialed: bool) -> bool:
    request = Headers(case["request"]["headers"])
    if not passes_cors_check(headers, request["Origin"], credentialed):
        return False
    if case["derived"]["browser"]["kind"] == "actual":
        return True
    names = listed(request, "Access-Control-Request-Headers")
    method = request["Access-Control-Request-Method"]
    return passes_preflight_check(headers, method, names, credentialed)


@pytest.mark.parametrize("mode", ["anonymous", "credentialed"])
@pytest.mark.parametrize(
    "case", cases(lambda case: case["level"] == "fetch" and case["derived"]["browser"])
)
def test_the_simulated_browser_reaches_the_verdict_of_the_standard(
    case: dict[str, Any], mode: str
) -> None:
    headers = respond(case)
    assert verdict(case, headers, mode == "credentialed") == case["derived"]["browser"][mode]


@pytest.mark.parametrize("case", cases(lambda case: case["derived"]["vary_origin"] == "required"))
def test_a_response_that_differs_by_origin_varies_on_it(case: dict[str, Any]) -> None:
    assert "Origin" in listed(respond(case), "Vary")


@pytest.mark.parametrize("case", cases(lambda case: case["category"] == "per-path"))
def test_a_path_gets_the_resource_that_other_libraries_give_it(case: dict[str, Any]) -> None:
    assert verdict(case, respond(case), False) == case["derived"]["browser"]["anonymous"]


@pytest.mark.parametrize("case_id", sorted(REFUSED_CONFIGURATIONS))
def test_a_case_left_out_for_its_configuration_is_refused(case_id: str) -> None:
    with pytest.raises(CORSConfigError) as raised:
        CORS(Flask(__name__), **options(CASES[case_id]["config"]))
    assert {finding.code for finding in raised.value.findings} == {"CORS205"}


@pytest.mark.parametrize("case_id", sorted(LEFT_OUT))
def test_each_case_that_is_left_out_is_in_the_corpus(case_id: str) -> None:
    assert case_id in CASES


# ---- origins -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "table", [pytest.param(t, id=i) for i, t in TABLES.items() if t["kind"] == "origin-match"]
)
def test_patterns_accept_and_reject_the_origins_of_the_table(table: dict[str, Any]) -> None:
    cors = CORS()
    app = Flask(__name__)
    cors.init_app(app, origins=table["patterns"])
    assert [o for o in table["accepts"] if not cors.allows(o, app=app)] == []
    assert [o for o in table["rejects"] if cors.allows(o, app=app)] == []


# What jub0bs/cors calls malformed and this contract accepts without a warning.
ACCEPTED_HERE = {
    "null": "an exact origin; refused together with credentials",
    "http://xn--f": "whether punycode is valid is not looked into",
    " http://example.com:6060 ": "white space around an origin is dropped",
    "http://[::ffff:7f7f:7f7f]:90": "Python and the URL standard write mapped addresses apart",
    # Regular expressions, by the characters that the contract lists.
    "https://example.com:6060?": "a regular expression",
    "https://example.com:6060?foo=bar": "a regular expression",
    "https://^foo": "a regular expression",
    "https://::1]:90": "a regular expression",
    "https://abc[::1]:90": "a regular expression",
    "https://foo.^bar": "a regular expression",
    "http://[example]:90": "a regular expression",
    "http://[fe80::1ff:fe23:4567:890a%eth2]:90": "a regular expression",
    "http://[::::::::::::::::1]:90": "a regular expression",
}


def pattern_parse(kind: str) -> list[str]:
    patterns: list[str] = [item["pattern"] for item in TABLES["pattern-parse"][kind]]
    return patterns


@pytest.mark.parametrize("pattern", pattern_parse("valid"))
def test_a_well_formed_origin_causes_no_warning(pattern: str) -> None:
    CORS(Flask(__name__), origins=[pattern])  # a warning would be an error here


@pytest.mark.parametrize("pattern", [p for p in pattern_parse("invalid") if p not in ACCEPTED_HERE])
def test_a_malformed_origin_is_refused_or_warned_of(pattern: str) -> None:
    with pytest.raises((CORSConfigError, CORSWarning)):
        CORS(Flask(__name__), origins=[pattern])


@pytest.mark.parametrize("pattern", ACCEPTED_HERE)
def test_each_origin_accepted_by_this_package_alone_is_in_the_corpus(pattern: str) -> None:
    assert pattern in pattern_parse("invalid")
    CORS(Flask(__name__), origins=[pattern])


# ---- header lists ------------------------------------------------------------------------------


def allowed_names(allowed: list[str], lines: list[str]) -> tuple[list[str], list[str]]:
    """Return the names that a preflight requests in these lines, and those that are allowed."""
    app = Flask(__name__)
    CORS(app, allow_headers=allowed)
    headers = {
        "Origin": "https://app.example",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": ",".join(lines),
    }
    response = app.test_client().options("/", headers=headers).headers
    requested = [name.strip() for name in ",".join(lines).split(",") if name.strip()]
    return requested, listed(response, "Access-Control-Allow-Headers")


HEADER_LISTS = [t for t in CORPUS["tables"] if t["kind"] == "header-list"]


@pytest.mark.parametrize("table", HEADER_LISTS, ids=lambda table: table["id"])
def test_header_lists_are_read_as_the_table_says(table: dict[str, Any]) -> None:
    for lines in [*table["accepted"], *table["rejected_policy"]]:
        requested, allowed = allowed_names(table["allowed"], lines)
        assert sorted(set(requested)) == allowed
    for lines in table["rejected"]:
        requested, allowed = allowed_names(table["allowed"], lines)
        assert set(requested) > set(allowed)


# ---- configurations that a careful library refuses ---------------------------------------------

REFUSED = {
    "reject-jub0bs-nontoken-reqhdr": "CORS309",
    "reject-jub0bs-nontoken-reshdr": "CORS309",
    "reject-jub0bs-maxage-low": "CORS404",
    "reject-jub0bs-psl-creds": "CORS205",
    "reject-flask-star-creds": "CORS205",
}
WARNED_OF = {
    "reject-jub0bs-empty-reqhdr": "CORS710",
    "reject-jub0bs-origin-with-path": "CORS102",
    "reject-jub0bs-forbidden-method": "CORS303",
    "reject-jub0bs-setcookie-reshdr": "CORS305",
    "reject-jub0bs-expose-star-creds": "CORS202",
    "reject-django-path": "CORS102",
}
ALLOWED = {
    "reject-jub0bs-missing-origin": "origins=[] allows no origins, on purpose",
    "reject-jub0bs-null-origin": "allowed, but not together with credentials",
    "reject-jub0bs-proxy-reqhdr": "left to `flask cors check`",
    "reject-jub0bs-acao-as-reqhdr": "left to `flask cors check`",
    "reject-jub0bs-acrm-as-reshdr": "left to `flask cors check`",
    "reject-django-maxage-negative": "-1 switches the browser's cache off",
}


def test_every_configuration_of_the_corpus_has_an_expectation() -> None:
    assert REJECTS.keys() == REFUSED.keys() | WARNED_OF.keys() | ALLOWED.keys()


@pytest.mark.parametrize("case_id", REFUSED)
def test_an_unsafe_configuration_raises(case_id: str) -> None:
    with pytest.raises(CORSConfigError) as raised:
        CORS(Flask(__name__), **options(REJECTS[case_id]["config"]))
    assert {finding.code for finding in raised.value.findings} == {REFUSED[case_id]}


@pytest.mark.parametrize("case_id", WARNED_OF)
def test_a_configuration_that_is_probably_not_meant_causes_a_warning(case_id: str) -> None:
    with pytest.warns(CORSWarning, match=f"^{WARNED_OF[case_id]} "):
        CORS(Flask(__name__), **options(REJECTS[case_id]["config"]))


@pytest.mark.parametrize("case_id", ALLOWED)
def test_a_configuration_valid_in_this_package_causes_no_warning(case_id: str) -> None:
    CORS(Flask(__name__), **options(REJECTS[case_id]["config"]))
