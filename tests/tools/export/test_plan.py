from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from edges import answer
from flask import Blueprint, Flask
from werkzeug.datastructures import Headers
from werkzeug.routing import BaseConverter

from flask_cors import CORS, cross_origin
from flask_cors.errors import Place
from flask_cors.tools.export.obstacles import CannotExport
from flask_cors.tools.export.path_tests import PathTest
from flask_cors.tools.export.plan import Engine, Plan, plan
from flask_cors.tools.text import shown_place
from tests.live.export.edge_differences import DIFFERENCES
from tests.live.export.edge_policies import POLICIES, app_of
from tests.live.export.edge_requests import Sent, requests_for

APP = "https://app.example"
ADMIN = "https://admin.example"

View = Callable[..., str]


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


# ---- against the app itself --------------------------------------------------------------------


def of_app(app: Flask, sent: Sent) -> dict[str, Any]:
    path, _, query = sent.path.partition("?")
    environ = {
        "REQUEST_METHOD": sent.method,
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
    }
    for name, value in sent.headers:
        key = f"HTTP_{name.upper().replace('-', '_')}"
        environ[key] = f"{environ[key]},{value}" if key in environ else value
    return comparable(app.test_client().open("/", environ_overrides=environ).headers)


def comparable(headers: Headers) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, _ in headers:
        lowered = name.lower()
        if lowered in ("vary", "access-control-allow-headers", "access-control-allow-methods"):
            listed = ",".join(headers.getlist(name)).split(",")
            found[lowered] = {each.strip() for each in listed} - {"Accept-Encoding"}
        elif lowered.startswith("access-control-"):
            found[lowered] = headers.getlist(name)
    return {name: value for name, value in found.items() if value}


def of_plan(edge: Plan, sent: Sent) -> dict[str, Any]:
    path = unquote_to_bytes(sent.path.partition("?")[0])
    joined: dict[str, str] = {}
    for name, value in sent.headers:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return comparable(Headers(answer(edge, sent.method, path, joined) or {}))


def is_expected(sent: Sent, app: dict[str, Any], edge: dict[str, Any]) -> bool:
    return any(each.concerns(sent) and each.is_so(dict(app), dict(edge)) for each in DIFFERENCES)


OWN = [name for name in POLICIES if not name.startswith("corpus")]


@pytest.mark.parametrize("policy", OWN)
def test_who_does_what_the_plan_says_says_what_the_app_says(policy: str) -> None:
    app = app_of(policy, with_cors=True)
    edge = plan(app, Engine.PCRE)
    differing = [
        f"{sent}\n  app:  {app_says}\n  plan: {plan_says}"
        for sent in requests_for(policy, edge.is_everywhere)
        if (app_says := of_app(app, sent)) != (plan_says := of_plan(edge, sent))
        and not is_expected(sent, app_says, plan_says)
    ]
    assert not differing, "\n".join(differing)


def test_a_plan_is_the_same_each_time() -> None:
    for policy in OWN:
        one, other = (plan(app_of(policy, with_cors=True), Engine.PCRE) for _ in range(2))
        assert one == other


def test_equal_policies_are_one() -> None:
    app = Flask(__name__)
    CORS(app, resources={"/a/*": {"origins": APP}, "/b/*": {"origins": [APP]}, "/c": {}})
    assert len(plan(app).policies) == 2


def test_an_app_without_cors_has_nothing_to_say() -> None:
    assert plan(Flask(__name__)) == Plan("", (), ())


# ---- what stands in the way --------------------------------------------------------------------


def obstacles(app: Flask) -> list[str]:
    with pytest.raises(CannotExport) as caught:
        plan(app)
    assert str(caught.value).splitlines() == list(map(str, caught.value.obstacles))
    return [each.why for each in caught.value.obstacles]


def only(app: Flask) -> str:
    (why,) = obstacles(app)
    return why


def with_view(app: Flask, rule: str, **options: Any) -> None:
    @app.route(rule, **options)
    @cross_origin(origins=APP)
    def view(**_: Any) -> str:
        return ""


def test_each_rule_is_told_with_where_it_was_written() -> None:
    app = Flask(__name__)
    resources = {
        "/a/*": {"origins": lambda origin: True},
        "/b/*": {"origins": r"https://(?=a).*\.example"},
        "/c/*": {"allow_headers": r"(x)-\1", "automatic_options": False},
        r"/d/(?!x)": {},
        "/e/*": {"origins": APP},
    }
    CORS(app, resources=resources)
    with pytest.raises(CannotExport) as caught:
        plan(app)
    place = shown_place(Place(__file__, _line(), {}))
    rules = {each.rule for each in caught.value.obstacles}
    assert rules == {f"{name} ({place})" for name in map(repr, list(resources)[:4])}
    assert [each.why.partition(":")[0] for each in caught.value.obstacles] == [
        *(
            "resources",
            "origins",
            "origins",
            "automatic_options=False leaves preflights to the view",
        ),
        "allow_headers",
    ]


def _line() -> int:
    source = test_each_rule_is_told_with_where_it_was_written.__code__
    return source.co_firstlineno + 9


def test_a_callable_is_named() -> None:
    def trusted(origin: str) -> bool:
        return True

    app = Flask(__name__)
    CORS(app, origins=trusted)
    assert "test_a_callable_is_named.<locals>.trusted can be asked in the app alone" in only(app)


def test_a_callable_beside_any_origin_is_never_asked() -> None:
    app = Flask(__name__)
    CORS(app, origins=["*", re.compile("(?=a)a")])
    assert plan(app).policies[0].origins.any


def test_intercept_exceptions_asks_for_a_cause() -> None:
    app = Flask(__name__)
    CORS(app, intercept_exceptions=False)
    assert "cause of a 500" in only(app)


def test_options_that_make_no_policy_are_told() -> None:
    app = Flask(__name__)

    @app.route("/a")
    @cross_origin(supports_credentials=True)
    def view() -> str:
        return ""

    assert "its options make no policy" in only(app)


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
def test_a_route_that_its_path_does_not_tell_is_told(
    rule: str, options: dict[str, Any], why: str
) -> None:
    app = Flask(__name__, host_matching="host" in options, static_folder=None)
    app.url_map.converters.update(odd=_Odd, ahead=_Ahead)
    with_view(app, rule, **options)
    assert why in only(app)


class _Odd(BaseConverter):
    def to_python(self, value: str) -> str:
        return value


class _Ahead(BaseConverter):
    regex = "(?=a)a"


def test_converters_that_matter_to_no_policy_are_no_obstacle() -> None:
    app = Flask(__name__)
    app.url_map.converters["odd"] = _Odd
    app.add_url_rule("/<odd:number>", "odd", lambda number: "")
    app.add_url_rule("/x/<int(min=2):number>", "number", lambda number: "")
    with_view(app, "/y/<int:number>")
    CORS(app)
    assert len(plan(app).policies) == 2


def test_views_of_blueprints_need_no_rules_of_their_own() -> None:
    app = Flask(__name__, static_folder=None)
    for number in range(30):
        blueprint = Blueprint(f"b{number}", __name__, url_prefix=f"/api/v1/section{number}")
        CORS(blueprint, origins=f"https://{number}.example")
        for rule in range(10):
            blueprint.add_url_rule(f"/r{rule}/<int(min=1):id>/", f"{rule}", lambda id: "")
        app.register_blueprint(blueprint)
    assert len(plan(app).rules) == 30


def test_a_blueprint_covers_its_prefix_however_its_slashes_are_written() -> None:
    app = Flask(__name__, static_folder=None)
    blueprint = Blueprint("b", __name__, url_prefix="/a//b")
    CORS(blueprint, origins=ADMIN)
    blueprint.add_url_rule("/", "own", cross_origin(origins=APP)(lambda: ""))
    app.register_blueprint(blueprint)
    CORS(app, resources=".*")
    edge = plan(app)
    for path in ("/a/b", "/a/b/", "/a/b/c"):
        assert of_plan(edge, Sent("GET", path, ())) == of_app(app, Sent("GET", path, ()))


def test_what_takes_no_slash_may_stand_behind_what_does() -> None:
    app = Flask(__name__)
    view = cross_origin()(lambda **_: "")
    app.add_url_rule("/files/<path:p>/<int:n>", "view", view)
    assert next(rule.tests[0].expression for rule in plan(app).rules).endswith(r"/[0-9]+\z")


def test_a_default_that_no_path_can_give_redirects_nowhere() -> None:
    app = Flask(__name__)
    view = cross_origin()(lambda id: "")
    app.add_url_rule("/items/", "items", view, defaults={"id": None})
    app.add_url_rule("/items/<int:id>", "items", view)
    assert len(plan(app).policies) == 1


def test_an_expression_of_a_whole_segment_may_have_anchors() -> None:
    app = Flask(__name__)

    class Slug(BaseConverter):
        regex = "^[a-z]+$"

    app.url_map.converters["slug"] = Slug
    app.add_url_rule("/a/<slug:name>", "a", cross_origin()(lambda name: ""))
    assert next(rule.tests[0].expression for rule in plan(app).rules) == r"/a/[a-z]+\z"
    app.add_url_rule("/b/x-<slug:name>", "b", cross_origin()(lambda name: ""))
    assert "the converter Slug holds an anchor" in only(app)


def test_a_route_with_defaults_for_another_is_told() -> None:
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
def test_a_blueprint_whose_area_cannot_be_told_is_told(
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
        "/a//b",
        "/e/q",
        "/c/d",
    ),
    *("/g/h/12345678-1234-5678-1234-567812345678", "/g/j/12345678-1234-5678-1234-567812345678"),
]


@pytest.mark.parametrize("with_app", [False, True])
def test_routes_are_told_apart_in_werkzeugs_order(with_app: bool) -> None:
    app = Flask(__name__, static_folder=None)
    for number, (rule, options) in enumerate(ROUTES):
        view: View = lambda **_: ""  # noqa: E731
        own = cross_origin(origins=f"https://{number}.example") if number % 4 else _identity
        app.add_url_rule(rule, str(number), own(view), **options)
    if with_app:
        CORS(app, origins="https://app.example")
    app.url_map.add(_websocket(app))
    edge = plan(app)
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


def test_a_preflight_for_what_is_redirected_belongs_to_whom_options_is_routed_to() -> None:
    app = Flask(__name__, static_folder=None)

    app.add_url_rule("/a/c", "own", cross_origin(origins=APP)(lambda: ""), methods=["OPTIONS"])
    app.add_url_rule("/a/c/", "plain", lambda: "", methods=["GET", "PUT"])
    CORS(app, origins=ADMIN)
    edge = plan(app)
    for path in ("/a/c", "/a/c/"):
        for method in ("GET", "PUT", "DELETE"):
            asks = (("Origin", APP), ("Access-Control-Request-Method", method))
            for sent in (Sent(method, path, ()), Sent("OPTIONS", path, asks)):
                assert of_plan(edge, sent) == of_app(app, sent), sent


def test_a_rule_for_any_method_holds_for_all() -> None:
    app = Flask(__name__)
    view = cross_origin(origins=APP)(lambda: "")
    app.view_functions["any"] = view
    app.url_map.add(app.url_rule_class("/any", endpoint="any"))
    (rule,) = {rule.methods for rule in plan(app).rules}
    assert rule is None


def test_the_area_of_a_blueprint_with_a_converter_is_told() -> None:
    app = Flask(__name__)
    blueprint = Blueprint("api", __name__, url_prefix="/<int:number>/v1")
    CORS(blueprint, origins=[APP, ADMIN])
    app.register_blueprint(blueprint)
    edge = plan(app)
    for path in ("/7/v1", "/7/v1/x", "/7//v1/x", "/x/v1/x", "/7/v12"):
        sent = Sent("GET", path, (("Origin", APP),))
        assert of_plan(edge, sent) == of_app(app, sent), sent


def test_the_root_of_an_app_may_have_a_policy_of_its_own() -> None:
    app = Flask(__name__, static_folder=None)
    with_view(app, "/")
    assert {rule.tests for rule in plan(app).rules} == {(PathTest(r"/\z", exact="/"),)}


def test_a_root_stands_in_front_of_each_path() -> None:
    app = Flask(__name__)
    app.config["APPLICATION_ROOT"] = "/root/"
    CORS(app)
    assert plan(app).root == "/root"
    with warnings.catch_warnings():
        app.config["APPLICATION_ROOT"] = "/"
    assert plan(app).root == ""
