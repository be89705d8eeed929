from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Blueprint, Flask
from werkzeug.routing import BaseConverter

from flask_cors import CORS, CORSWarning, cross_origin
from flask_cors.diagnostics.source_location import SourceLocation
from flask_cors.tools.export.obstacles import ExportError
from flask_cors.tools.export.path_conditions import exact_path
from flask_cors.tools.export.plan import EdgePlan, RegexDialect, build_plan
from flask_cors.tools.shared.text import format_location
from tests.tools.export.edge_differences import DIFFERENCES, is_one_of
from tests.tools.export.edge_policies import POLICIES, app_of
from tests.tools.export.edge_requests import Sent, requests_for

from .edges import of_app, of_plan

APP = "https://app.example"
ADMIN = "https://admin.example"

View = Callable[..., str]


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


# ---- against the app itself --------------------------------------------------------------------


OWN = [name for name in POLICIES if not name.startswith("corpus")]


@pytest.mark.parametrize("policy", OWN)
def test_a_plan_gives_the_headers_that_the_app_sends(policy: str) -> None:
    app = app_of(policy, with_cors=True)
    edge = build_plan(app, RegexDialect.PCRE)
    differing = [
        f"{sent}\n  app:  {app_says}\n  plan: {plan_says}"
        for sent in requests_for(policy, edge.has_one_policy)
        if (app_says := of_app(app, sent)) != (plan_says := of_plan(edge, sent))
        and not is_one_of(DIFFERENCES, app, sent, app_says, plan_says)
    ]
    assert not differing, "\n".join(differing)


def test_a_plan_is_the_same_each_time() -> None:
    for policy in OWN:
        one, other = (
            build_plan(app_of(policy, with_cors=True), RegexDialect.PCRE) for _ in range(2)
        )
        assert one == other


def test_equal_policies_are_one() -> None:
    app = Flask(__name__)
    CORS(app, resources={"/a/*": {"origins": APP}, "/b/*": {"origins": [APP]}, "/c": {}})
    assert len(build_plan(app).policies) == 2


def policies_at(app: Flask, *paths: str) -> list[bool]:
    """Return whether the edge has a policy for each path, and for a preflight to it."""
    edge = build_plan(app)
    headers = (("Origin", APP), ("Access-Control-Request-Method", "GET"))
    found = []
    for path in paths:
        has_policy = [bool(of_plan(edge, Sent(each, path, headers))) for each in ("GET", "OPTIONS")]
        assert len(set(has_policy)) == 1
        found.append(has_policy[0])
    return found


def test_a_path_with_empty_segments_has_no_policy_unless_one_is_that_of_the_whole_app() -> None:
    app = Flask(__name__)
    CORS(app, resources={"/static/*": {"origins": "*"}, "/static/a/b/*": {"origins": ADMIN}})
    paths = ("/static/a//b/s.txt", "/static//a/b/s.txt", "/static/a/./b/s.txt", "/static/a/b//")
    assert policies_at(app, *paths) == [False] * 4
    assert policies_at(app, "/static/a/b/s.txt", "/static/a/b/", "//static/a") == [True] * 3
    whole = Flask(__name__)
    CORS(whole)
    assert policies_at(whole, *paths) == [True] * 4


def test_a_slash_at_the_end_leaves_no_policy_where_a_view_serves_both_spellings() -> None:
    app = Flask(__name__, static_folder=None)
    CORS(app, resources={"/a": {"origins": APP}, "/b": {"origins": APP}, "/*": {}})
    app.add_url_rule("/a", "a", lambda: "", strict_slashes=False)
    app.add_url_rule("/b", "b", lambda: "")
    assert policies_at(app, "/a", "/a/", "/b", "/b/") == [True, False, True, True]


def test_a_regex_that_takes_both_spellings_keeps_its_policy() -> None:
    app = Flask(__name__)
    CORS(
        app, resources={"/a/[a-z]+/?$": {"origins": APP}, "/b/[a-z]+$": {"origins": APP}, "/*": {}}
    )
    app.add_url_rule("/<path:rest>", "any", lambda rest: rest)
    assert policies_at(app, "/a/x", "/a/x/", "/b/x", "/b/x/") == [True, True, True, False]


def test_regexes_with_other_beginnings_are_not_compared() -> None:
    app = Flask(__name__)
    CORS(app, resources={f"/{n}/[a-z]+$": {"origins": f"https://{n}.example"} for n in range(50)})
    assert len(build_plan(app).rules) == 50


def test_a_view_that_lists_options_has_its_policy() -> None:
    app = Flask(__name__)
    CORS(app, resources={"/a": {"origins": APP}})
    app.add_url_rule("/a", "a", lambda: "", methods=["GET", "OPTIONS"])
    assert policies_at(app, "/a") == [True]
    app = Flask(__name__)
    with_view(app, "/a", methods=["GET", "OPTIONS"])
    assert policies_at(app, "/a") == [True]


def test_an_app_without_cors_has_an_empty_plan() -> None:
    assert build_plan(Flask(__name__, static_folder=None)) == EdgePlan("", (), ())


# ---- obstacles -----------------------------------------------------------------------------------


def obstacles(app: Flask) -> list[str]:
    with pytest.raises(ExportError) as caught:
        build_plan(app)
    assert str(caught.value).splitlines() == list(map(str, caught.value.obstacles))
    return [each.reason for each in caught.value.obstacles]


def only(app: Flask) -> str:
    (why,) = obstacles(app)
    return why


def with_view(app: Flask, rule: str, **options: Any) -> None:
    @app.route(rule, **options)
    @cross_origin(origins=APP)
    def view(**_: Any) -> str:
        return ""


def test_each_obstacle_has_its_source_location() -> None:
    app = Flask(__name__)
    resources = {
        "/a/*": {"origins": lambda origin: True},
        "/b/*": {"origins": r"https://(?=a).*\.example"},
        "/c/*": {"allow_headers": r"(x)-\1", "automatic_options": False},
        r"/d/(?!x)": {},
        "/e/*": {"origins": APP},
    }
    CORS(app, resources=resources)
    with pytest.raises(ExportError) as caught:
        build_plan(app)
    place = format_location(SourceLocation(__file__, _line(), {}))
    rules = {each.subject for each in caught.value.obstacles}
    assert rules == {f"{name} ({place})" for name in map(repr, list(resources)[:4])}
    assert [each.reason.partition(":")[0] for each in caught.value.obstacles] == [
        *(
            "resources",
            "origins",
            "origins",
            "automatic_options=False leaves preflights to the view",
        ),
        "allow_headers",
    ]


def _line() -> int:
    source = test_each_obstacle_has_its_source_location.__code__
    return source.co_firstlineno + 9


def test_a_callable_among_the_origins_is_named() -> None:
    def trusted(origin: str) -> bool:
        return True

    app = Flask(__name__)
    CORS(app, origins=trusted)
    assert (
        "test_a_callable_among_the_origins_is_named.<locals>.trusted can be called in the app alone"
        in only(app)
    )


def test_a_regular_expression_beside_any_origin_is_never_matched() -> None:
    app = Flask(__name__)
    with pytest.warns(CORSWarning, match="^CORS119 "):
        CORS(app, origins=["*", re.compile("(?=a)a")])
    assert build_plan(app).policies[0].origins.any


def test_intercept_exceptions_is_an_obstacle() -> None:
    app = Flask(__name__)
    CORS(app, intercept_exceptions=False)
    assert "why a 500 was sent" in only(app)


def test_invalid_options_of_a_view_are_an_obstacle() -> None:
    app = Flask(__name__)

    @app.route("/a")
    @cross_origin(supports_credentials=True)
    def view() -> str:
        return ""

    with pytest.warns(CORSWarning, match="^CORS601 .*'view'"):
        assert "its CORS options are invalid" in only(app)


@pytest.mark.parametrize(
    ("rule", "options", "why"),
    [
        ("/<int(min=5):number>", {}, "IntegerConverter refuses values"),
        ("/<int(max=5):number>", {}, "IntegerConverter refuses values"),
        ("/<int(fixed_digits=5):number>", {}, "IntegerConverter refuses values"),
        ("/<odd:number>", {}, "_Odd refuses values"),
        ("/<ahead:name>", {}, "look-around"),
        ("/<one><two>", {}, "nothing between"),
        ("/<path:all>/", {}, "its last slash"),
        ("/a", {"redirect_to": "/b"}, "redirects"),
        ("/a", {"alias": True}, "redirects"),
        ("/a", {"host": "api.example"}, "one host"),
    ],
)
def test_a_route_that_its_path_does_not_identify_is_an_obstacle(
    rule: str, options: dict[str, Any], why: str
) -> None:
    app = Flask(__name__, host_matching="host" in options, static_folder=None)
    app.url_map.converters.update(odd=_Odd, ahead=_Ahead)
    with_view(app, rule, **options)
    assert why in only(app)


class _Odd(BaseConverter):
    def to_python(self, value: str) -> str:
        return value


class _Nothing(BaseConverter):
    def to_python(self, value: str) -> None:
        return None


class _Ahead(BaseConverter):
    regex = "(?=a)a"


def test_converters_that_no_policy_depends_on_are_not_an_obstacle() -> None:
    app = Flask(__name__)
    app.url_map.converters["odd"] = _Odd
    app.add_url_rule("/<odd:number>", "odd", lambda number: "")
    app.add_url_rule("/x/<int(min=2):number>", "number", lambda number: "")
    with_view(app, "/y/<int:number>")
    CORS(app)
    assert len(build_plan(app).policies) == 2


def test_views_of_blueprints_need_no_rules_of_their_own() -> None:
    app = Flask(__name__, static_folder=None)
    for number in range(30):
        blueprint = Blueprint(f"b{number}", __name__, url_prefix=f"/api/v1/section{number}")
        CORS(blueprint, origins=f"https://{number}.example")
        for rule in range(10):
            blueprint.add_url_rule(f"/r{rule}/<int(min=1):id>/", f"{rule}", lambda id: "")
        app.register_blueprint(blueprint)
    assert len(build_plan(app).rules) == 30


def test_a_blueprint_covers_its_prefix_however_its_slashes_are_written() -> None:
    app = Flask(__name__, static_folder=None)
    blueprint = Blueprint("b", __name__, url_prefix="/a//b")
    CORS(blueprint, origins=ADMIN)
    blueprint.add_url_rule("/", "own", cross_origin(origins=APP)(lambda: ""))
    app.register_blueprint(blueprint)
    CORS(app, resources=".*")
    edge = build_plan(app)
    for path in ("/a/b", "/a/b/", "/a/b/c"):
        assert of_plan(edge, Sent("GET", path, ())) == of_app(app, Sent("GET", path, ()))


def test_what_takes_no_slash_may_stand_behind_what_does() -> None:
    app = Flask(__name__)
    view = cross_origin()(lambda **_: "")
    app.add_url_rule("/files/<path:p>/<int:n>", "view", view)
    assert next(rule.conditions[0].regex for rule in build_plan(app).rules).endswith(r"/[0-9]+\z")


@pytest.mark.parametrize(
    ("rule", "value"), [("/<path:x>", ""), ("/items/<x>", "a/b"), ("/items/<int:x>", None)]
)
def test_a_default_that_no_path_can_give_redirects_nowhere(rule: str, value: object) -> None:
    app = Flask(__name__)
    view = cross_origin()(lambda x: "")
    app.add_url_rule(rule.partition("<")[0], "view", view, defaults={"x": value})
    app.add_url_rule(rule, "view", view)
    assert len(build_plan(app).policies) == 1


@pytest.mark.parametrize(
    ("rule", "value"), [("/items/<x>", "all"), ("/items/<int:x>", 1), ("/items/<nothing:x>", None)]
)
def test_a_default_that_a_path_can_give_is_an_obstacle(rule: str, value: object) -> None:
    app = Flask(__name__)
    app.url_map.converters["nothing"] = _Nothing
    view = cross_origin()(lambda x: "")
    app.add_url_rule("/items/", "view", view, defaults={"x": value})
    app.add_url_rule(rule, "view", view)
    assert "a rule with defaults" in only(app)


def test_a_regex_of_a_whole_segment_may_have_anchors() -> None:
    app = Flask(__name__)

    class Slug(BaseConverter):
        regex = "^[a-z]+$"

    app.url_map.converters["slug"] = Slug
    app.add_url_rule("/a/<slug:name>", "a", cross_origin()(lambda name: ""))
    assert next(rule.conditions[0].regex for rule in build_plan(app).rules) == r"/a/[a-z]+\z"
    app.add_url_rule("/b/x-<slug:name>", "b", cross_origin()(lambda name: ""))
    assert "the converter Slug holds an anchor" in only(app)


def test_a_route_with_defaults_for_another_is_an_obstacle() -> None:
    app = Flask(__name__)

    @app.route("/all/", defaults={"page": 1})
    @app.route("/all/page/<int:page>")
    @cross_origin()
    def view(page: int) -> str:
        return ""

    assert "a rule with defaults" in only(app)


@pytest.mark.parametrize(
    ("prefix", "subdomain", "why"),
    [("/<ahead:x>", None, "its prefix"), ("/a", "api", "one host")],
)
def test_a_blueprint_whose_scope_cannot_be_stated_is_an_obstacle(
    prefix: str, subdomain: str | None, why: str
) -> None:
    app = Flask(__name__)
    app.url_map.converters["ahead"] = _Ahead
    blueprint = Blueprint("api", __name__, url_prefix=prefix, subdomain=subdomain)
    blueprint.add_url_rule("/view", "view", lambda **_: "")
    CORS(blueprint)
    app.register_blueprint(blueprint)
    assert any(why in each for each in obstacles(app))


# ---- Werkzeug's order --------------------------------------------------------------------------

ROUTES = [
    ("/a/<name>", {}),
    ("/a/<int:number>", {}),
    ("/a/b", {}),
    ("/a/", {}),
    ("/a/<path:all>", {}),
    ("/<x>/b", {}),
    ("/c/", {"strict_slashes": False}),
    ("/d", {"strict_slashes": False}),
    ("/<y>/", {}),
    ("/e/<int:number>/", {}),
    ("/e/<name>", {}),
    ("/f-<name>.html", {}),
    ("/<float:f>", {}),
    ("/g/<any(h,i):letter>/<uuid:u>", {}),
    ("/a/b", {"methods": ["PUT"]}),
    ("/c/d", {}),
    ("/e/q", {"provide_automatic_options": False}),
]
PATHS = [
    *(
        "/",
        "/a",
        "/a/",
        "/a/b",
        "/a/7",
        "/a/x",
        "/a/b/c",
        "/a/b/",
        "/x/b",
        "/c",
        "/c/",
        "/d",
        "/d/",
    ),
    *(
        "/x",
        "/x/",
        "/e/7",
        "/e/7/",
        "/e/x",
        "/e/x/",
        "/f-1.html",
        "/f-.html",
        "/1.5",
        "/1.x",
        "/e/q",
        "/c/d",
    ),
    *("/g/h/12345678-1234-5678-1234-567812345678", "/g/j/12345678-1234-5678-1234-567812345678"),
]


@pytest.mark.parametrize("with_app", [False, True])
def test_routes_come_in_werkzeugs_order(with_app: bool) -> None:
    app = Flask(__name__, static_folder=None)
    for number, (rule, options) in enumerate(ROUTES):
        view: View = lambda **_: ""  # noqa: E731
        own = cross_origin(origins=f"https://{number}.example") if number % 4 else _identity
        app.add_url_rule(rule, str(number), own(view), **options)
    if with_app:
        CORS(app, origins="https://app.example")
    app.url_map.add(_websocket(app))
    edge = build_plan(app)
    for path in PATHS:
        for sent in (
            Sent("GET", path, ()),
            Sent("PUT", path, ()),
            Sent("OPTIONS", path, ()),
            Sent("OPTIONS", path, (("Origin", APP), ("Access-Control-Request-Method", "PUT"))),
            Sent("OPTIONS", path, (("Origin", APP), ("Access-Control-Request-Method", "DELETE"))),
        ):
            assert of_plan(edge, sent) == of_app(app, sent), sent


def _identity(view: View) -> View:
    return view


def _websocket(app: Flask) -> Any:
    app.view_functions["socket"] = cross_origin(origins=ADMIN)(lambda: "")
    return app.url_rule_class("/a/b", endpoint="socket", websocket=True)


def test_a_preflight_for_what_is_redirected_has_the_policy_of_the_view_for_options() -> None:
    app = Flask(__name__, static_folder=None)

    app.add_url_rule("/a/c", "own", cross_origin(origins=APP)(lambda: ""), methods=["OPTIONS"])
    app.add_url_rule("/a/c/", "plain", lambda: "", methods=["GET", "PUT"])
    CORS(app, origins=ADMIN)
    edge = build_plan(app)
    for path in ("/a/c", "/a/c/"):
        for method in ("GET", "PUT", "DELETE"):
            headers = (("Origin", APP), ("Access-Control-Request-Method", method))
            for sent in (Sent(method, path, ()), Sent("OPTIONS", path, headers)):
                assert of_plan(edge, sent) == of_app(app, sent), sent


def test_a_rule_for_any_method_holds_for_all() -> None:
    app = Flask(__name__)
    view = cross_origin(origins=APP)(lambda: "")
    app.view_functions["any"] = view
    app.url_map.add(app.url_rule_class("/any", endpoint="any"))
    (rule,) = {rule.methods for rule in build_plan(app).rules}
    assert rule is None


def test_a_blueprint_scope_may_have_a_converter() -> None:
    app = Flask(__name__)
    blueprint = Blueprint("api", __name__, url_prefix="/<int:number>/v1")
    CORS(blueprint, origins=[APP, ADMIN])
    app.register_blueprint(blueprint)
    edge = build_plan(app)
    for path in ("/7/v1", "/7/v1/x", "/x/v1/x", "/7/v12"):
        sent = Sent("GET", path, (("Origin", APP),))
        assert of_plan(edge, sent) == of_app(app, sent), sent


def test_the_root_of_an_app_may_have_a_policy_of_its_own() -> None:
    app = Flask(__name__, static_folder=None)
    with_view(app, "/")
    assert {rule.conditions for rule in build_plan(app).rules} == {(exact_path("/"),)}


def test_the_root_has_a_slash_at_its_beginning_alone() -> None:
    app = Flask(__name__)
    app.config["APPLICATION_ROOT"] = "/root/"
    CORS(app)
    assert build_plan(app).root == "/root"
    with warnings.catch_warnings():
        app.config["APPLICATION_ROOT"] = "/"
    assert build_plan(app).root == ""
