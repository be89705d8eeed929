"""``flask cors migrate``: each difference is found in an app in which it changes something, and not
in a similar one that both versions serve alike."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask import Blueprint, Flask, Response, current_app, request_started
from werkzeug.routing import BaseConverter

from flask_cors import CORS, CORSConfigError, cross_origin
from flask_cors.core import ALL_METHODS
from flask_cors.tools.check.run import CATALOGUE
from flask_cors.tools.migrate.rules import RULES, Difference
from flask_cors.tools.migrate.run import migrate
from flask_cors.tools.probe import rules as probe
from flask_cors.tools.shared.example_origins import UNTRUSTED

from .changed_apps import (
    ACAO,
    CATCH_ALL,
    CHANGED,
    FRIEND,
    OTHERS,
    UNREACHED,
    UNSERVED,
    Changed,
    app_with,
    bare,
    class_based,
    decorated,
    plain,
    serving,
    view,
    with_blueprint,
    with_cors_over,
    with_functions,
    with_login,
)
from .differences.test_refusals import REFUSED
from .v6_apps import Request, everything

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "reference" / "differences.md"
pytestmark = pytest.mark.filterwarnings("ignore::flask_cors.CORSWarning")

# The rows of the page that have no rule, and why the app does not show whether they concern it.
NOT_DETECTABLE: dict[str, str] = {
    "Changing the config later": "the app was just loaded, and has not changed its config yet",
    "Unknown options": "ignored before and now; the app warns of them when it is loaded",
    "Empty items, and `None` in a list": "the app warns of `None`; browsers skip empty items",
    "An `Origin` that no browser sends": "no page has such an origin",
    "Very long paths": "no page requests them",
    "A decorated function that is called as a helper": "views are not called",
    "A Response object that is sent more than once": "views are not called",
    "`Allow` on a preflight": "browsers do not read it there",
    "Very many requested headers": "no page sends so many",
    "Names that are not header names": "browsers do not send them",
    "`Vary` on a preflight": "caches do not keep responses to OPTIONS (RFC 9110 9.3.7)",
    "`Vary` beside the view's own": "views are not called, and caches read both forms alike",
    "When the headers are put on the response": "what the app's functions read is not known",
    "Loggers": "no response changes",
    "What `CORS` can be bound to": "the app does not load; the TypeError says what to pass",
}


@pytest.mark.parametrize("case", CHANGED, ids=lambda case: f"{case.title} {case.message}")
def test_a_difference_is_found_where_it_changes_something(case: Changed) -> None:
    (finding,) = [each for each in migrate(case.app()).findings if each.message == case.message]
    assert finding.title == case.title
    assert case.hint in finding.hint
    assert finding.location is not None
    assert Path(finding.location.file).name == "changed_apps.py"


@pytest.mark.parametrize("case", CHANGED, ids=lambda case: f"{case.title} {case.message}")
def test_where_both_versions_do_the_same_nothing_is_found(case: Changed) -> None:
    kinds = {each.message.partition(" at ")[0] for each in found(case.without(), case.title)}
    assert case.message.partition(" at ")[0] not in kinds
    assert case.title == UNREACHED or not kinds


def found(app: Flask, title: str | None = None) -> list[Difference]:
    """Return the findings in an app, without that for paths that no view serves, which each app
    has."""
    return [
        each
        for each in migrate(app).findings
        if UNSERVED not in each.message and title in (None, each.title)
    ]


def test_nothing_else_changes_for_a_plain_app() -> None:
    assert found(app_with()) == []
    assert migrate(bare()).findings == []


def rows_of_the_page() -> dict[str, str]:
    """Return the code of each row, "" where it has none."""
    sections = re.split(r"^### (.+)$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    codes = (
        re.search(r"^- \*\*Code:\*\* (CORS\d{3})$", text, re.MULTILINE) for text in sections[1::2]
    )
    return dict(zip(sections[::2], (code[1] if code else "" for code in codes), strict=True))


def test_each_row_of_the_page_has_a_code_or_a_reason_why_it_is_not_detectable() -> None:
    codes = {rule.title: rule.code for rule in RULES}
    assert {**codes, **dict.fromkeys(NOT_DETECTABLE, "")} == rows_of_the_page()
    assert codes.keys().isdisjoint(NOT_DETECTABLE)
    assert len(set(codes.values())) == len(codes)
    assert all(NOT_DETECTABLE.values())


def test_no_other_command_has_a_code_of_migrate() -> None:
    others = {rule.code for rule in (*CATALOGUE, *probe.RULES)}
    assert others.isdisjoint(rule.code for rule in RULES)
    assert all(rule.code.startswith("CORS0") for rule in RULES)


def test_each_difference_has_a_test() -> None:
    tested = {*(case.title for case in CHANGED), *(case.title for case in REFUSED), *OTHERS}
    assert tested == {rule.title for rule in RULES}


def recorded() -> dict[str, list[dict[str, Any]]]:
    rows = json.loads((ROOT / "tests" / "data" / "v6.json").read_text(encoding="utf-8"))
    return {row["configuration"]: row["responses"] for row in rows}


def is_of_a_page(request: Request) -> bool:
    """Return whether a page may make it: not an origin that no browser sends."""
    return request.origin is None or request.origin == request.origin.lower()


def test_no_origin_is_allowed_or_refused_anew_without_a_finding() -> None:
    responses, without, compared = recorded(), [], 0
    for each in everything():
        if "always_send=None" in each.configuration:
            continue  # it was false, and is not given: no page sees the difference
        try:
            app, findings = each.build(), found(each.build())
        except CORSConfigError:
            continue
        client = app.test_client()
        for tried, before in zip(each.requests, responses[each.configuration], strict=True):
            if tried.requested_method is None and is_of_a_page(tried):
                now = client.get(quote(tried.path), headers=tried.headers)
                compared += 1
                if now.headers.get(ACAO) != before["headers"].get(ACAO) and not findings:
                    without.append((each.configuration, tried))
    assert without == []
    assert compared > 1000


# ---- what is looked at -------------------------------------------------------------------------


def test_callables_are_not_called() -> None:
    def allow(origin: str) -> bool:
        raise AssertionError(origin)

    assert found(app_with(origins=allow)) == []


def test_resources_that_can_be_read_once_are_known() -> None:
    assert found(app_with(resources=iter(["/api/x", "/apikeys"]))) == []


def test_a_route_on_a_host_of_its_own_is_passed_over() -> None:
    app = Flask("app", static_folder=None, host_matching=True)
    app.add_url_rule("/apikeys", "keys", view, host="keys.example")
    CORS(app, resources="/api/*")
    assert found(app) == []


def test_a_route_whose_converter_takes_no_sample_is_passed_over() -> None:
    class Never(BaseConverter):
        def to_python(self, value: str) -> str:
            assert current_app
            raise ValueError(value)

    class Unknown(BaseConverter):
        regex = r"(?=(?=x)y)y"

    app = bare()
    app.url_map.converters.update(never=Never, unknown=Unknown)
    app.add_url_rule("/apikeys/<never:key>", "keys", view)
    app.add_url_rule("/apikeys/<unknown:key>", "others", view)
    CORS(app, resources="/api/*")
    assert found(app) == []


def test_no_function_of_the_app_is_called_for_requests_that_are_only_routed() -> None:
    app = app_with(resources="/api/*", automatic_options=False)
    called: list[object] = []
    app.teardown_request(called.append)
    app.teardown_appcontext(called.append)
    assert [each.title for each in found(app)] == ["`/api/*`"]
    assert called == []


def test_no_view_is_called() -> None:
    called: list[str] = []
    app = serving("/own", "OPTIONS")
    app.view_functions["view"] = lambda: called.append("own") or "done"
    found(app)
    assert called == []


def test_what_cannot_be_tried_is_a_problem() -> None:
    app = app_with()

    def broken(environ: object, start_response: object) -> None:
        raise SystemExit

    app.wsgi_app = broken  # type: ignore[method-assign]
    findings, problems = migrate(app)
    assert findings == []
    assert all(" SystemExit" in problem for problem in problems)
    assert problems


def test_a_decorated_view_that_lists_options_was_not_called_for_preflights_before() -> None:
    app = bare()
    app.add_url_rule("/", "view", cross_origin()(view), methods=["GET", "OPTIONS"])
    assert found(with_cors_over(app)) == []


def test_functions_of_a_blueprint_are_found_where_its_preflights_reached_them() -> None:
    def unreached(**options: Any) -> list[str]:
        app, pages = bare(), Blueprint("pages", __name__)
        pages.add_url_rule("/", "index", view)
        with_functions(pages, "before_request")
        app.register_blueprint(pages)
        app.add_url_rule("/open", "open", view)
        CORS(app, **options)
        return [each.message for each in found(app, UNREACHED)]

    (message,) = unreached()
    assert message.startswith("before_request first, second: ")
    assert unreached(resources="/open") == []


def test_functions_are_found_where_a_resource_covers_some_paths_of_a_view() -> None:
    app = bare()
    app.add_url_rule("/<tenant>/tickets", "tickets", view)
    with_functions(app, "before_request")
    (finding,) = found(with_cors_over(app, resources=["/north/*", "/a", "/.*x"]))
    assert finding.message.startswith("before_request first, second: ")


def test_all_that_preflights_called_is_one_finding() -> None:
    app = app_with()
    for kind in ("before_request", "after_request"):
        with_functions(app, kind)
    app.add_url_rule("/own", "own", view, methods=["OPTIONS"])
    (finding,) = found(app)
    assert finding.severity == "warning"
    assert finding.message == (
        "before_request first, second; after_request first, second; OPTIONS view own: "
        "called for preflights in 6.0.5, not for those from allowed origins now"
    )


def test_receivers_of_the_request_signals_are_no_longer_called() -> None:
    def count(sender: Flask) -> None:
        assert sender

    app = app_with()
    count.__qualname__ = "count"
    with request_started.connected_to(count, app):
        (finding,) = found(app)
    assert finding.message.startswith("receiver of request_started count: called for preflights")
    assert found(app) == []


def test_methods_of_flask_that_the_app_overrides_are_no_longer_called() -> None:
    class Shop(Flask):
        def make_default_options_response(self) -> Response:
            return Response(status=204)

    app = Shop("shop", static_folder=None)
    app.add_url_rule("/", "view", view)
    (finding,) = found(with_cors_over(app))
    assert re.match(r"method \S*Shop\.make_default_options_response: called for", finding.message)


def test_a_preflight_that_the_app_lets_pass_has_the_same_status() -> None:
    (finding,) = found(with_login(app_with(), lets_pass="OPTIONS"))
    assert finding.message.startswith("before_request ")


def test_a_preflight_for_a_path_that_no_view_serves_is_found_for_each_resource() -> None:
    app = app_with(resources=["/api/*", "/apikeys", "/other"])
    (finding,) = [each for each in migrate(app).findings if UNSERVED in each.message]
    assert finding.message == f"{UNSERVED} at /api/*, /other: 404 in 6.0.5, 200 now"
    assert [each.title for each in migrate(serving(CATCH_ALL)).findings] == []


def test_a_preflight_for_a_path_below_a_blueprint_that_no_view_serves_is_found() -> None:
    for prefix in ("/pages", "/<lang>"):
        app = with_blueprint(prefix=prefix, app_options={}, origins="*")
        messages = [each.message for each in migrate(app).findings]
        assert f"{UNSERVED} at /*: 404 in 6.0.5, 200 now" in messages


def test_a_view_with_invalid_options_refuses_every_origin() -> None:
    app = decorated(supports_credentials=True)
    app.add_url_rule("/other", "other", cross_origin(supports_credentials=True)(plain))
    (finding,) = found(with_cors_over(with_login(app), resources="/elsewhere"))
    assert finding.title == "A decorated view with invalid options"
    assert finding.severity == "error"
    assert finding.message == (
        f"origins='*' at view, other: '{UNTRUSTED}' allowed with credentials in 6.0.5, "
        "every origin refused (CORS205) now"
    )
    assert finding.location is not None
    assert Path(finding.location.file).name == "changed_apps.py"


def test_the_errors_of_a_blueprint_with_a_converter_in_its_prefix_are_found_by_its_views() -> None:
    title = "`CORS(blueprint)`: the config, 404 and 405"
    (finding,) = found(with_blueprint(prefix="/<lang>"), title)
    assert finding.message.startswith(
        f"a 405 for a request from '{UNTRUSTED}' at /1/: not readable "
    )


def test_no_preflight_is_tried_from_an_origin_that_no_browser_sends() -> None:
    app = app_with(origins=[f"{FRIEND}/"], max_age=0)
    assert {each.title for each in migrate(app).findings} == {"`Vary` on a refused request"}


def test_a_405_of_a_resource_that_is_one_path_is_found() -> None:
    app = with_blueprint(origins=FRIEND, resources="/pages/")
    (finding,) = found(app, "`CORS(blueprint)`: the config, 404 and 405")
    assert finding.message == (
        f"a 405 for a request from '{FRIEND}' at /pages/: not readable in 6.0.5, readable now"
    )


def test_a_view_of_a_blueprint_that_serves_every_method_has_no_405() -> None:
    app, pages = bare(), Blueprint("pages", __name__, url_prefix="/pages")
    pages.add_url_rule("/", "index", view, methods=ALL_METHODS)
    pages.add_url_rule("/two", "read", view)
    pages.add_url_rule("/two", "write", view, methods=ALL_METHODS)
    pages.add_url_rule("/<path:rest>", "rest", view)
    CORS(pages)
    app.register_blueprint(pages)
    messages = [each.message for each in found(app, "`CORS(blueprint)`: the config, 404 and 405")]
    assert [message.partition(" at ")[2][:8] for message in messages] == ["/pages/1"]


def test_a_view_with_and_without_a_slash_gets_no_policy_where_they_differ() -> None:
    app = serving("/books/", resources={"/books": {"origins": FRIEND}, "/books/*": {}})
    (finding,) = found(app, "Ambiguous spellings of a path")
    assert finding.message.startswith(f"a request from '{UNTRUSTED}' at /books/: allowed in 6.0.5")
    assert finding.severity == "warning"
    assert finding.hint == "give both spellings the same policy, or request the other one"


def test_a_policy_that_allows_no_origin_responds_to_no_preflight() -> None:
    app = with_login(app_with(origins=[], max_age=0, allow_headers=r"X-\w+", methods="*"))
    titles = {each.title for each in found(app)}
    assert titles <= {"`Vary` on a refused request", "`Vary` on a request without `Origin`"}


def test_commas_where_no_origin_is_allowed_change_nothing() -> None:
    app = app_with(origins=[], allow_headers="X-A, X-B", intercept_exceptions=False)
    titles = {each.title for each in found(app)}
    assert titles.isdisjoint({"Lists with commas", "`intercept_exceptions`"})


def test_config_that_says_what_a_blueprint_had_anyway_changes_nothing() -> None:
    app = with_blueprint({"CORS_SEND_WILDCARD": False}, app_options={})
    assert found(app, "`CORS(blueprint)`: the config, 404 and 405") == []


def test_another_resource_with_the_same_options_is_not_a_change() -> None:
    alike: dict[Any, dict[str, Any]] = {
        "/api/.*": {"max_age": None},
        re.compile("/.*"): {"max_age": None},
    }
    assert found(app_with(resources=alike)) == []


def test_a_list_with_commas_that_6_0_5_could_not_compile_is_read_now() -> None:
    (finding,) = found(app_with(resources="*, /api/x"))
    assert finding.title == "Lists with commas"


def test_each_preflight_of_a_class_view_beside_a_function_is_found_once() -> None:
    app = class_based()
    app.add_url_rule("/", "write", cross_origin(origins=FRIEND)(view), methods=["PUT"])
    messages = {each.title: each.message for each in found(app)}
    for title, method in (("A decorated `MethodView`", "GET"), ("Several views on one URL", "PUT")):
        begin = f"a preflight from '{FRIEND}' for {method} at /: "
        assert messages[title].startswith(begin)


def test_a_preflight_for_a_path_that_is_not_redirected_has_the_same_status() -> None:
    app = bare()
    app.add_url_rule("/items/", "items", view, methods=["PUT"], strict_slashes=False)
    assert found(with_cors_over(app)) == []


def test_the_resources_of_the_app_are_not_tried_where_a_blueprint_decides() -> None:
    assert found(with_blueprint(app_options={"resources": "/page/*"}), "`/api/*`") == []


def test_the_resources_of_a_blueprint_are_tried_on_its_own_views() -> None:
    app = with_blueprint(resources="/api/*")
    app.add_url_rule("/apikeys", "keys", view)
    assert found(app) == []


def test_a_nested_blueprint_decides_before_the_outer_one() -> None:
    app, outer, inner = bare(), Blueprint("outer", __name__), Blueprint("inner", __name__)
    inner.add_url_rule("/apikeys", "keys", view)
    CORS(inner, resources="/apikeys", expose_headers="X-A")
    CORS(outer, resources="/api/*", expose_headers="X-A")
    outer.register_blueprint(inner)
    app.register_blueprint(outer)
    assert "`/api/*`" not in {each.title for each in found(app)}


# ---- one finding for many changes --------------------------------------------------------------


def test_what_many_paths_have_in_common_is_one_finding() -> None:
    app = bare()
    for number in range(20):
        app.add_url_rule(f"/api{number}", f"view{number}", view)
    CORS(app, resources="/api/*")
    (finding,) = found(app)
    assert finding.message.startswith(
        f"a request from '{UNTRUSTED}' at /api0, /api1, /api10, and 17 more: "
    )


def test_of_many_changes_of_one_cause_the_first_is_shown() -> None:
    app = bare()
    resources = {f"/a{n}/*": {"origins": f"https://o{n}.example"} for n in range(20)}
    for number in range(20):
        app.add_url_rule(f"/a{number}bc", f"view{number}", view)
    CORS(app, resources=resources)
    (finding,) = found(app, "`/api/*`")
    assert finding.message.startswith(
        "a request from 'https://o0.example' at /a0bc (and 19 more like it): "
    )


def test_a_setting_that_many_decorated_views_read_is_one_cause() -> None:
    app = bare({"CORS_ORIGINS": r"https://.*\.example\.com", "CORS_MAX_AGE": 0})
    for number in range(70):
        app.add_url_rule(f"/{number}", f"view{number}", cross_origin()(lambda: "done"))
    findings = found(app)
    assert len(findings) == len({each.title for each in findings})
    assert [each.subject for each in findings if each.title == "`max_age=0`"] == [
        "CORS_MAX_AGE of app.config"
    ]


def test_findings_are_sorted_by_the_location_of_their_cause() -> None:
    app = app_with(origins=FRIEND, resources="/api/*")
    CORS(app, origins=[r"https://.*\.example\.com"], resources="/apikeys")
    lines = [each.location.line for each in migrate(app).findings if each.location]
    assert lines == sorted(lines)
    assert len(set(lines)) == 2
