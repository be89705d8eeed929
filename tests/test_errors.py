"""What is said about a configuration: mistakes, warnings, and the line they point at."""

from __future__ import annotations

import _thread
import pickle
import sys
import warnings

import pytest

from flask_cors.doubts import Doubt
from flask_cors.errors import CORSConfigError, CORSWarning, Mistake, Place, shown

FIRST = Mistake("max_age", "soon", "is not a number of seconds", "write 600")
SECOND = Mistake("methods", "A B", "is no method", 'write ["GET"]')


# ---- mistakes ----------------------------------------------------------------------------------


def test_a_mistake_names_the_option_the_value_the_problem_and_the_mend() -> None:
    assert str(FIRST) == "max_age: 'soon' is not a number of seconds: write 600"


def test_an_error_is_a_value_error() -> None:
    assert issubclass(CORSConfigError, ValueError)


def test_an_error_carries_option_value_and_mend_of_its_first_mistake() -> None:
    error = CORSConfigError([FIRST, SECOND])
    assert (error.option, error.value, error.mend) == ("max_age", "soon", "write 600")


def test_an_error_tells_every_mistake_in_the_order_found_one_a_line() -> None:
    error = CORSConfigError([SECOND, FIRST])
    assert error.mistakes == (SECOND, FIRST)
    assert str(error) == (
        "methods: 'A B' is no method: write [\"GET\"]\n"
        "max_age: 'soon' is not a number of seconds: write 600"
    )


def test_a_mistake_that_reaches_two_resources_is_told_once_where_it_was_first_found() -> None:
    error = CORSConfigError([FIRST, SECOND, Mistake(*(getattr(FIRST, s) for s in FIRST.__slots__))])
    assert error.mistakes == (FIRST, SECOND)


def test_an_error_may_be_given_a_generator() -> None:
    assert CORSConfigError(mistake for mistake in (FIRST, SECOND)).mistakes == (FIRST, SECOND)


@pytest.mark.parametrize(("frozen", "field"), [(FIRST, "mend"), (Place("app.py", 7, {}), "line")])
def test_what_is_told_is_frozen(frozen: object, field: str) -> None:
    with pytest.raises(AttributeError):
        setattr(frozen, field, getattr(frozen, field))


def test_an_error_survives_pickling_as_between_worker_processes() -> None:
    error = pickle.loads(pickle.dumps(CORSConfigError([FIRST, SECOND])))
    assert type(error) is CORSConfigError
    assert error.mistakes == (FIRST, SECOND)
    assert error.option == "max_age"


# ---- values in messages ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", "'a'"),
        (None, "None"),
        (["*"], "['*']"),
        ("b\xfccher\r\n\x1b", r"'b\xfccher\r\n\x1b'"),
        ("x" * 118, f"'{'x' * 118}'"),
        ("x" * 119, f"'{'x' * 116}..."),
    ],
)
def test_a_value_is_shown_as_ascii_python_of_at_most_120_characters(
    value: object, text: str
) -> None:
    assert shown(value) == text
    assert len(shown(value)) <= 120


def test_a_value_that_cannot_be_shown_is_named_by_its_type() -> None:
    class Broken:
        def __repr__(self) -> str:
            raise RuntimeError

    assert shown(Broken()) == "<Broken>"
    assert shown([Broken()]) == "<list>"


# ---- places ------------------------------------------------------------------------------------


def of_caller_in(module: str) -> Place:
    """``Place.of_caller`` as called by a function of ``module``."""
    namespace = {"__name__": module, "Place": Place}
    exec(compile("def call():\n    return Place.of_caller()", f"<{module}>", "exec"), namespace)
    place = namespace["call"]()  # type: ignore[operator]
    assert isinstance(place, Place)
    return place


def line_here() -> int:
    return sys._getframe(1).f_lineno


def test_the_place_of_a_call_from_other_code_is_that_very_line() -> None:
    place, line = Place.of_caller(), line_here()
    assert (place.file, place.line) == (__file__, line)


@pytest.mark.parametrize("module", ["flask_cors", "flask_cors.extension", "flask_cors.policy.x"])
def test_frames_of_this_package_are_passed_over(module: str) -> None:
    assert of_caller_in(module).file == __file__


@pytest.mark.parametrize("module", ["flask_cors_extra", "my.flask_cors", "flask"])
def test_frames_of_a_module_with_a_similar_name_are_not_passed_over(module: str) -> None:
    place = of_caller_in(module)
    assert (place.file, place.line) == (f"<{module}>", 2)


def test_a_place_whose_frames_are_all_ours_is_the_outermost() -> None:
    # A thread of the interpreter's own begins with the function that it was given.
    done = _thread.allocate_lock()
    done.acquire()
    places: list[Place] = []
    namespace = {"__name__": "flask_cors", "Place": Place, "places": places, "done": done}
    source = "def run():\n    places.append(Place.of_caller())\n    done.release()\n"
    exec(compile(source, "<ours>", "exec"), namespace)
    _thread.start_new_thread(namespace["run"], ())  # type: ignore[arg-type]
    assert done.acquire(timeout=10)
    assert list(map(str, places)) == ["<ours>:2"]


def test_a_place_reads_as_file_and_line() -> None:
    assert str(Place("app.py", 7, {})) == "app.py:7"


def test_places_are_equal_by_file_and_line_alone() -> None:
    assert Place("app.py", 7, {}) == Place("app.py", 7, {"warned": True})
    assert Place("app.py", 7, {}) != Place("app.py", 8, {})
    assert hash(Place("app.py", 7, {})) == hash(Place("app.py", 7, {"warned": True}))


def test_a_place_does_not_show_what_python_remembers_there() -> None:
    assert repr(Place("app.py", 7, {"secret": 1})) == "Place(file='app.py', line=7)"


# ---- warnings ----------------------------------------------------------------------------------


def test_a_warning_is_a_user_warning() -> None:
    assert issubclass(CORSWarning, UserWarning)


class Example(Doubt):
    code = "CORS000"
    title = "an example"


def doubt(message: str) -> Doubt:
    return Example(message, "write so")


def test_a_warning_points_at_its_place_and_not_at_who_found_it() -> None:
    with pytest.warns(CORSWarning) as caught:
        Place("app.py", 7, {}).warn(doubt("origins: not so"))
    (warning,) = caught
    assert (warning.filename, warning.lineno) == ("app.py", 7)
    assert warning.category is CORSWarning
    assert str(warning.message) == "CORS000 origins: not so; write so"


def test_a_warning_is_said_once_a_line_under_pythons_default_filter() -> None:
    here = Place.of_caller()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        here.warn(doubt("origins: said twice"))
        here.warn(doubt("origins: said twice"))
        here.warn(doubt("origins: something else"))
        Place(here.file, here.line + 1, here._globals).warn(doubt("origins: said twice"))
    assert [str(warning.message) for warning in caught] == [
        "CORS000 origins: said twice; write so",
        "CORS000 origins: something else; write so",
        "CORS000 origins: said twice; write so",
    ]


def test_what_was_warned_of_is_remembered_where_python_remembers_it() -> None:
    namespace: dict[str, object] = {"__name__": "someones.app", "Place": Place}
    exec("place = Place.of_caller()", namespace)
    place = namespace["place"]
    assert isinstance(place, Place)
    with warnings.catch_warnings(record=True):
        warnings.simplefilter("default")
        place.warn(doubt("origins: not so"))
    registry = namespace["__warningregistry__"]
    assert isinstance(registry, dict)
    assert ("CORS000 origins: not so; write so", CORSWarning, place.line) in registry


def test_a_warning_can_be_filtered_by_the_module_it_points_at() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", module=__name__)
        Place.of_caller().warn(doubt("origins: not so"))  # or it would be raised
