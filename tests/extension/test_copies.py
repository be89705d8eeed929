"""Copies of a ``CORS`` have the same options and are not bound to any app."""

from __future__ import annotations

import copy
import pickle
import re
import subprocess
import sys
import warnings
from collections.abc import Callable

import pytest
from flask import Blueprint, Flask

from flask_cors import CORS, CORSConfigError, CORSWarning

from .apps import APP, EVIL, OTHER, an_app, here, reads

Copy = Callable[[CORS], CORS]


def pickled(protocol: int) -> Copy:
    def copy_by_pickle(cors: CORS) -> CORS:
        copied: CORS = pickle.loads(pickle.dumps(cors, protocol))
        return copied

    return copy_by_pickle


COPIES = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    **{f"pickle {p}": pickled(p) for p in range(pickle.HIGHEST_PROTOCOL + 1)},
}
every_copy = pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES)


def is_other(origin: str) -> bool:
    return origin == OTHER


OPTIONS = {
    "origins": [APP, re.compile(r"https://[a-z]+\.example\.com"), is_other],
    "resources": {"/api/*": {"max_age": 5}, re.compile("/b"): {"origins": []}},
}


@every_copy
def test_a_copy_gives_an_app_the_same_policy(preflight, copied):
    responses = []
    for cors in (CORS(**OPTIONS), copied(CORS(**OPTIONS)), copied(copied(CORS(**OPTIONS)))):
        app = an_app()
        cors.init_app(app)
        origins = (APP, OTHER, EVIL, "https://a.example.com")
        paths = ("/api/x", "/b", "/c")
        responses.append(
            [[*preflight(app, path, origin=o).headers] for o in origins for path in paths]
        )
    assert responses[0] == responses[1] == responses[2]
    assert ("Access-Control-Allow-Origin", APP) in responses[0][0]


@every_copy
def test_a_copy_is_bound_independently_of_the_original(fetch, copied):
    cors = CORS(origins=APP)
    apps = [an_app(), an_app()]
    for one, app in zip((cors, copied(cors)), apps, strict=True):
        one.init_app(app)
        assert one.allows(APP)
    assert all(reads(fetch, app, APP) for app in apps)
    with pytest.raises(RuntimeError, match="bound to 1 apps"):
        cors.allows(APP, app=apps[1])


@every_copy
def test_a_copy_of_a_bound_cors_is_not_bound_to_any_app(fetch, copied):
    app = an_app()
    cors = CORS(app, origins=APP)
    other = copied(cors)
    with pytest.raises(RuntimeError, match="bound to 0 apps"):
        other.allows(APP, app=app)
    assert cors.allows(APP)
    assert reads(fetch, app, APP)
    app = an_app()  # it is held only weakly by its CORS
    other.init_app(app)
    assert other.allows(APP)


@every_copy
def test_a_copy_of_a_cors_is_not_bound_to_its_blueprint(copied):
    blueprint = Blueprint("shop", __name__)
    other = copied(CORS(blueprint, origins=APP))
    an_app().register_blueprint(blueprint)
    with pytest.raises(RuntimeError, match="bound to 0 apps"):
        other.allows(APP)


@every_copy
def test_the_warnings_of_a_copy_point_at_the_line_of_the_original(copied):
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        cors = CORS(orgins=APP, origins=f"{APP}/")
        line = here() - 1
        copied(cors).init_app(an_app())
    places = [(w.category, w.filename, w.lineno) for w in warned]
    assert places == [(CORSWarning, __file__, line)] * 2
    assert "'orgins'" in str(warned[0].message)
    assert str(warned[1].message).startswith("CORS102 ")


@every_copy
def test_a_copy_of_a_bound_cors_keeps_each_finding_once(copied):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cors = CORS(orgins=APP, origins=f"{APP}/")
        cors.init_app(an_app())
        other = copied(cors)
        other.init_app(an_app())
    assert [each.code for each in other._layer.findings] == [
        each.code for each in cors._layer.findings
    ]


@every_copy
def test_a_copy_with_invalid_options_raises_when_it_is_bound(copied):
    cors = CORS(origins="(", max_age="soon")
    for _ in range(2):
        with pytest.raises(CORSConfigError) as raised:
            copied(cors).init_app(an_app())
        assert len(raised.value.findings) == 2


class Configured(CORS):
    """A subclass, as some projects have."""

    def __init__(self, app: Flask | None = None) -> None:
        self.names = ["one"]
        super().__init__(app, origins=APP)


@every_copy
def test_a_copy_keeps_the_class_and_the_attributes_of_a_subclass(copied):
    cors = Configured()
    other = copied(cors)
    assert type(other) is Configured
    assert other.names == ["one"]
    assert (other.names is cors.names) == (copied is copy.copy)


def test_a_deep_copy_does_not_see_later_changes_of_a_list():
    origins = [APP]
    cors = CORS(origins=origins)
    deep = copy.deepcopy(cors)
    origins[0] = OTHER
    app = an_app()  # it is held only weakly by its CORS
    deep.init_app(app)
    assert deep.allows(APP)
    assert not deep.allows(OTHER)


def test_a_shallow_copy_shares_an_iterator_with_the_original():
    cors = CORS(origins=iter([APP]))
    for one in (copy.copy(cors), cors):
        app = an_app()  # it is held only weakly by its CORS
        one.init_app(app)
        assert one.allows(APP)


def test_pickling_a_cors_with_a_lambda_raises_the_error_of_pickle():
    cors = CORS(origins=lambda origin: True)
    with pytest.raises((pickle.PicklingError, AttributeError), match="lambda"):
        pickle.dumps(cors)
    other = copy.deepcopy(cors)
    app = an_app()  # it is held only weakly by its CORS
    other.init_app(app)
    assert other.allows(APP)


def test_a_pickled_cors_can_be_bound_in_another_process(tmp_path):
    path = tmp_path / "cors.pickle"
    path.write_bytes(pickle.dumps(CORS(origins=f"{APP}/")))
    line = here() - 1
    code = (
        "import pickle, sys, warnings, flask\n"
        "warnings.simplefilter('always')\n"
        "cors = pickle.load(open(sys.argv[1], 'rb'))\n"
        "cors.init_app(flask.Flask('app'))\n"
        "print(cors.allows('https://other.example'))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, path], capture_output=True, text=True, check=True
    )
    assert run.stdout == "False\n"
    assert f"{__file__}:{line}: CORSWarning: " in run.stderr
