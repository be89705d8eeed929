"""The file and line of a ``CORS(…)`` or ``@cross_origin``, and warnings that point there."""

from __future__ import annotations

import _thread
import pickle
import sys
import warnings
from copy import copy, deepcopy
from typing import Any

import pytest

from flask_cors.diagnostics.finding import Finding
from flask_cors.diagnostics.source_location import SourceLocation
from flask_cors.errors import CORSWarning

# ---- of a caller -------------------------------------------------------------------------------


def from_caller_in(module: str) -> SourceLocation:
    """Return ``SourceLocation.from_caller`` as a function of ``module`` calls it."""
    namespace = {"__name__": module, "SourceLocation": SourceLocation}
    source = "def call():\n    return SourceLocation.from_caller()"
    exec(compile(source, f"<{module}>", "exec"), namespace)
    location = namespace["call"]()  # type: ignore[operator]
    assert isinstance(location, SourceLocation)
    return location


def line_here() -> int:
    return sys._getframe(1).f_lineno


def test_the_location_of_a_call_is_the_line_of_the_caller() -> None:
    location, line = SourceLocation.from_caller(), line_here()
    assert (location.file, location.line) == (__file__, line)


@pytest.mark.parametrize("module", ["flask_cors", "flask_cors.extension", "flask_cors.policy.x"])
def test_frames_of_this_package_are_skipped(module: str) -> None:
    assert from_caller_in(module).file == __file__


@pytest.mark.parametrize("module", ["flask_cors_extra", "my.flask_cors", "flask"])
def test_frames_of_a_module_with_a_similar_name_are_not_skipped(module: str) -> None:
    location = from_caller_in(module)
    assert (location.file, location.line) == (f"<{module}>", 2)


def test_code_that_runs_without_a_module_name_is_other_code() -> None:
    namespace: dict[str, object] = {"SourceLocation": SourceLocation}
    exec(compile("location = SourceLocation.from_caller()", "<nameless>", "exec"), namespace)
    assert str(namespace["location"]) == "<nameless>:1"


def test_the_location_is_the_outermost_frame_if_all_belong_to_this_package() -> None:
    # A thread of the interpreter's own begins with the function that it was given.
    done = _thread.allocate_lock()
    done.acquire()
    locations: list[SourceLocation] = []
    namespace: dict[str, Any] = {
        "__name__": "flask_cors",
        "SourceLocation": SourceLocation,
        "locations": locations,
        "done": done,
    }
    source = "def run():\n    locations.append(SourceLocation.from_caller())\n    done.release()\n"
    exec(compile(source, "<ours>", "exec"), namespace)
    _thread.start_new_thread(namespace["run"], ())
    assert done.acquire(timeout=10)
    assert list(map(str, locations)) == ["<ours>:2"]


# ---- as a value --------------------------------------------------------------------------------


def test_a_location_reads_as_file_and_line() -> None:
    assert str(SourceLocation("app.py", 7)) == "app.py:7"


def test_locations_with_the_same_file_and_line_are_equal() -> None:
    location = SourceLocation("app.py", 7)
    assert location == SourceLocation("app.py", 7, {"__name__": "app"})
    assert hash(location) == hash(SourceLocation("app.py", 7, {"__name__": "app"}))
    assert location != SourceLocation("app.py", 8)
    assert location != SourceLocation("other.py", 7)
    assert location != "app.py:7"


def test_a_location_equals_nothing_of_another_type() -> None:
    assert (SourceLocation("app.py", 7) == "app.py:7") is False


def test_a_location_does_not_show_the_globals_of_its_module() -> None:
    shown = repr(SourceLocation("app.py", 7, {"secret": 1}))
    assert "app.py" in shown
    assert "7" in shown
    assert "secret" not in shown


def test_a_location_can_be_copied_and_pickled_whatever_its_module_holds() -> None:
    location = SourceLocation("app.py", 7, {"lock": _thread.allocate_lock()})
    for copied in (copy(location), deepcopy(location), pickle.loads(pickle.dumps(location))):
        assert copied == location


# ---- warnings ----------------------------------------------------------------------------------


class Example(Finding):
    code = "CORS000"
    title = "an example"


def finding(message: str) -> Finding:
    return Example(message, "write so")


def test_a_warning_points_at_its_location_and_not_at_its_caller() -> None:
    with pytest.warns(CORSWarning) as caught:
        SourceLocation("app.py", 7).warn(finding("origins: not so"), CORSWarning)
    (warning,) = caught
    assert (warning.filename, warning.lineno) == ("app.py", 7)
    assert warning.category is CORSWarning
    assert str(warning.message) == str(finding("origins: not so"))


def test_a_warning_is_issued_once_per_line_under_pythons_default_filter() -> None:
    here = SourceLocation.from_caller()
    below = SourceLocation(here.file, here.line + 1, here._globals)
    first, second = finding("origins: issued twice"), finding("origins: something else")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        for location, found in ((here, first), (here, first), (here, second), (below, first)):
            location.warn(found, CORSWarning)
    assert [str(warning.message) for warning in caught] == [str(first), str(second), str(first)]


def test_an_issued_warning_is_recorded_in_the_registry_of_its_module() -> None:
    namespace: dict[str, object] = {"__name__": "someones.app", "SourceLocation": SourceLocation}
    exec("location = SourceLocation.from_caller()", namespace)
    location = namespace["location"]
    assert isinstance(location, SourceLocation)
    found = finding("origins: not so")
    with warnings.catch_warnings(record=True):
        warnings.simplefilter("default")
        location.warn(found, CORSWarning)
    registry = namespace["__warningregistry__"]
    assert isinstance(registry, dict)
    assert (str(found), CORSWarning, location.line) in registry


def test_a_warning_can_be_filtered_by_the_module_it_points_at() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", module=__name__)
        SourceLocation.from_caller().warn(finding("origins: not so"), CORSWarning)
