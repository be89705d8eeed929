"""What a configuration may hold that never does what it says: one class, one code each."""

from __future__ import annotations

import re
import warnings

import pytest
from flask import Flask
from flask.views import MethodView

from flask_cors import CORS, CORSWarning, cross_origin
from flask_cors.doubts import Doubt, Severity

APP = "https://app.example"

KINDS = [kind for kind in Doubt.__subclasses__() if kind.__module__ == Doubt.__module__]


def test_each_has_a_code_of_its_own():
    codes = [kind.code for kind in KINDS]
    assert len(codes) > 15
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"CORS[1-9][0-9]{2}", code) for code in codes)


@pytest.mark.parametrize("kind", KINDS)
def test_each_has_a_title_and_an_explanation(kind: type[Doubt]):
    assert kind.title[0].islower() or kind.title.startswith("@")
    assert (kind.__doc__ or "").rstrip().endswith((".", ")."))
    assert kind.severity in (Severity.ERROR, Severity.WARNING)  # a note is no warning


def test_a_warning_begins_with_the_code_so_that_it_can_be_silenced_by_it():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", "CORS101 ")
        CORS(Flask(__name__), origins="app.example")
        with pytest.raises(CORSWarning, match=r"^CORS102 origins: .*; write 'https:"):
            CORS(Flask(__name__), origins="https://app.example/")


def said_by(app: Flask, path: str = "/") -> list[str]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(2):
            app.test_client().get(path)
    return [f"{warning.lineno} {warning.message}" for warning in caught]


# ---- CORS702 -----------------------------------------------------------------------------------


def test_the_old_name_of_allow_headers_is_told():
    with pytest.warns(CORSWarning, match="^CORS702 .* 'headers'; its name is 'allow_headers'$"):
        CORS(Flask(__name__), headers="Content-Type")  # type: ignore[call-arg]
    app = Flask(__name__)
    app.config["CORS_HEADERS"] = "Content-Type"
    with pytest.warns(CORSWarning, match="^CORS702 .* its name is 'CORS_ALLOW_HEADERS'$"):
        CORS(app)


# ---- CORS202 -----------------------------------------------------------------------------------


@pytest.mark.parametrize("exposed", ["*", "X-A, *", ["*", "X-A"]])
def test_to_expose_everything_with_credentials_is_warned_of(exposed: object):
    with pytest.warns(CORSWarning, match="^CORS202 expose_headers: "):
        CORS(Flask(__name__), origins=APP, supports_credentials=True, expose_headers=exposed)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        CORS(Flask(__name__), origins=APP, expose_headers=exposed)


# ---- CORS603 -----------------------------------------------------------------------------------


def test_a_decorator_above_the_route_is_told_with_the_first_request():
    app = Flask(__name__)

    @cross_origin(origins=APP)
    @app.get("/")
    def books():
        return ""

    line = books.__wrapped__.__code__.co_firstlineno
    (said,) = said_by(app)
    assert said == (
        f"{line} CORS603 @cross_origin does not reach the view 'books', which @app.route "
        "registered; write @app.route(...) above @cross_origin(...)"
    )


def test_it_is_told_once_however_often_the_app_meets_its_views():
    app = Flask(__name__)

    @cross_origin(origins=APP)
    @app.get("/")
    def books():
        return ""

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        app.test_client().get("/")
        CORS(app, origins=APP)  # from now on they are looked at again
        app.test_client().get("/")
    assert len(caught) == 1


def test_one_above_the_route_and_other_decorators_is_told_beside_a_cors():
    def other(view):
        return lambda *args, **kwargs: view(*args, **kwargs)

    def wrapping(view):
        wrapper = other(view)
        wrapper.__wrapped__ = view
        return wrapper

    app = Flask(__name__)
    CORS(app, origins=APP)

    @cross_origin(
        origins=APP,
    )
    @wrapping
    @app.get("/")
    def books():
        return ""

    (said,) = said_by(app)
    assert "CORS603 @cross_origin does not reach the view 'books'" in said


def test_one_above_a_route_that_another_one_is_below_of_is_told():
    app = Flask(__name__)

    @cross_origin(origins=APP)
    @app.get("/")
    @cross_origin(origins=APP)
    def books():
        return ""

    assert [said.split(" ")[1] for said in said_by(app)] == ["CORS603"]


def test_nothing_is_told_where_the_decorator_reaches_its_view():
    app = Flask(__name__)

    @app.get("/")
    @cross_origin(origins=APP)
    @cross_origin(origins=APP)
    def books():
        return ""

    class Authors(MethodView):
        decorators = (cross_origin(origins=APP),)

        @cross_origin(origins=APP)
        def get(self):
            return ""

    app.add_url_rule("/authors", view_func=Authors.as_view("authors"))
    assert said_by(app) == said_by(app, "/authors") == []


def test_a_view_that_one_app_decorates_and_another_does_not_is_no_mistake():
    def books():
        return ""

    decorating, plain = Flask(__name__), Flask(__name__)
    decorating.add_url_rule("/", view_func=cross_origin(origins=APP)(books))
    plain.add_url_rule("/", view_func=books)
    assert said_by(decorating) == said_by(plain) == []


def test_what_is_no_plain_function_may_be_decorated_all_the_same():
    app = Flask(__name__)
    app.add_url_rule("/", "made", cross_origin(origins=APP)(str))
    made = type("Callable", (), {"__slots__": (), "__call__": lambda self: ""})()
    app.add_url_rule("/made", "slotted", cross_origin(origins=APP)(made))
    app.add_url_rule("/bare", "bare", made)
    assert (
        app.test_client()
        .get("/made", headers={"Origin": APP})
        .headers["Access-Control-Allow-Origin"]
        == APP
    )
    assert said_by(app, "/bare") == []
