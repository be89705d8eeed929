"""What can be tested of the benchmark without timing anything."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import __main__ as bench
from benchmarks import compare, figures, report, worker
from benchmarks.cases import CASES, LIBRARIES, Variant, bare_case, cases_of, variants
from benchmarks.checks import Response, find_fault
from benchmarks.environments import REQUIREMENTS
from benchmarks.figures import Figure
from benchmarks.rounds import Variant as Measured

# The largest take a second to build, and are checked before they are measured.
BUILT_QUICKLY = [name for name, case in CASES.items() if case.configuration.size <= 1_000]


def requirements(environment: str) -> dict[str, str]:
    lines = (REQUIREMENTS / f"{environment}.txt").read_text(encoding="utf-8").splitlines()
    pinned = (line.split()[0].partition("==") for line in lines if line[:1].isalnum())
    return {name: version for name, _, version in pinned}


def test_a_percentile_is_interpolated_between_two_values() -> None:
    assert compare.percentile([5], 5) == 5
    assert compare.percentile([3, 1, 2], 50) == 2
    assert compare.percentile([0, 10], 5) == 0.5
    assert compare.percentile(range(101), 95) == 95


def test_the_cost_is_the_time_beyond_that_of_the_bare_app() -> None:
    # Two blocks, in nanoseconds; the second on a machine twice as slow.
    timings = {
        Measured("bare", "default"): [[50_000] * 5, [100_000] * 5],
        Measured("ours", "default"): [[56_000] * 5, [112_000] * 5],
        Measured("ours", "exact_2"): [[53_000] * 5, [106_000] * 5],
    }
    series = compare.all_series(timings)
    assert series["total.default.bare"] == [75, 50, 100]  # the median, then each block
    assert series["cost.default.ours"] == [9, 6, 12]
    assert "cost.default.bare" not in series
    ratio = compare.ratio(series["cost.exact_2.ours"], series["cost.default.ours"])
    assert compare.figure(ratio, "") == Figure(0.5, 0.5, 0.5, "")


def test_a_bare_app_gets_each_request_once() -> None:
    bare = cases_of(Variant("bare", None))
    assert {bare_case(name) for name in CASES} == set(bare)
    assert len({CASES[name].request for name in bare}) == len(bare)


def test_each_case_is_supported_by_one_app_of_ours() -> None:
    stated = [case for app in variants("ours") if app.library == "ours" for case in cases_of(app)]
    assert sorted(stated) == sorted(CASES)


@pytest.mark.parametrize("name", BUILT_QUICKLY)
def test_ours_and_the_hooks_by_hand_respond_alike(name: str) -> None:
    case = CASES[name]
    responses = []
    for library in ("ours", "hook", "pair"):
        variant = Variant(library, case.configuration)
        callers = worker.prepare(variant, worker.factory(library))  # raises what is wrong
        if name in callers:
            response = callers[name].send()
            responses.append((response.status, response.values("access-control-allow-origin")))
    assert responses
    assert responses == [responses[0]] * len(responses)


def test_an_unexpected_response_is_a_fault() -> None:
    case = CASES["exact_2"]
    wildcard = Response(200, [("Access-Control-Allow-Origin", "*")])
    assert find_fault("allowed", case.request, wildcard) is None
    assert find_fault("refused", case.request, wildcard)
    assert find_fault("allowed", case.request, Response(200, []))
    assert find_fault("any", case.request, Response(500, []))
    assert find_fault("preflight", CASES["preflight"].request, wildcard)


def test_each_target_names_a_measured_figure() -> None:
    pytest.importorskip("tomllib", reason="Python 3.10 reads no TOML")
    from benchmarks import targets

    for target in targets.load():
        for key in target.keys:
            kind, *rest = key.split(".")
            if kind in ("cost", "total"):
                case, library = rest
                assert LIBRARIES[library].bare is not None or kind == "total", key
                assert case == (bare_case(case) if LIBRARIES[library].bare is None else case), key
            else:
                assert kind in ("memory", "startup", "server", "instructions"), key


def test_a_target_is_missed_above_its_limit() -> None:
    pytest.importorskip("tomllib", reason="Python 3.10 reads no TOML")
    from benchmarks.targets import Target, Verdict

    target = Target("ours / theirs", "a", at_most=1.0, over="b", goal=0.8)
    words = {
        value: Verdict(target, target.measured({}, {"a": [value, value], "b": [1.0, 1.0]})).word
        for value in (0.8, 1.0, 1.1)
    }
    assert words == {0.8: "goal met", 1.0: "met", 1.1: "MISSED"}


def test_a_target_is_compared_in_each_block_if_there_are_blocks() -> None:
    pytest.importorskip("tomllib", reason="Python 3.10 reads no TOML")
    from benchmarks.targets import Target

    target = Target("ours / theirs", "a", at_most=1.0, over="b")
    found = {"a": Figure(3, 2, 4, "µs"), "b": Figure(2, 1, 2, "µs")}
    in_blocks = target.measured(found, {"a": [3, 2, 4], "b": [2, 1, 2]})
    assert in_blocks == Figure(1.5, 2, 2, "")
    assert target.measured(found, {}) == Figure(1.5, None, None, "")


def test_targets_of_parts_that_were_not_run_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("tomllib", reason="Python 3.10 reads no TOML")
    from benchmarks import targets
    from benchmarks.targets import Target, Verdict

    first, second = Target("first", "a", at_most=2.0), Target("second", "b", at_most=2.0)
    gone = Target("gone", "c", at_most=2.0)
    path = tmp_path / "targets.json"

    def kept() -> list[tuple[str, float, float, str]]:
        rows = json.loads(path.read_text(encoding="utf-8"))["targets"]
        return [(row["what"], row["value"], row["at_most"], row["word"]) for row in rows]

    def judged(target: Target, value: float) -> Verdict:
        return Verdict(target, Figure(value, None, None, "ms"))

    monkeypatch.setattr(targets, "load", lambda: [first, second, gone])
    targets.keep([judged(second, 1.0), judged(gone, 1.0)], path)
    assert kept() == [("second", 1.0, 2.0, "met"), ("gone", 1.0, 2.0, "met")]

    # Another part is run, one target is gone, and another has become stricter.
    monkeypatch.setattr(targets, "load", lambda: [first, second._replace(at_most=0.5)])
    targets.keep([judged(first, 3.0)], path)
    assert kept() == [("first", 3.0, 2.0, "MISSED"), ("second", 1.0, 0.5, "MISSED")]


def test_no_table_is_printed_without_a_target(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("tomllib", reason="Python 3.10 reads no TOML")
    assert bench._judge({"server.exact_2.bare": Figure(1000.0, None, None, "")}, {}) == 0
    assert capsys.readouterr().out == ""


def test_figures_from_fewer_rounds_are_marked() -> None:
    timings = {
        Measured("bare", "default"): [[50_000] * 5, [50_000] * 5],
        Measured("ours", "default"): [[60_000] * 5, [60_000]],
    }
    found = compare.figures(compare.all_series(timings), timings)
    assert {key for key, figure in found.items() if figure.fewer} == {
        "total.default.ours",
        "cost.default.ours",
    }
    (row,) = (row for row in report.totals(found) if row[0] == CASES["default"].title)
    assert row[1:5] == ["50.0", "", "", "~60.0"]


def test_ours_is_measured_beside_the_same_flask_as_flask_cors_6() -> None:
    theirs = requirements("flask_cors_6")
    assert theirs.pop("flask-cors") == "6.0.5"
    assert theirs == requirements("ours")


def test_written_figures_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    kept = {
        "one": Figure(1.5, 1.25, 2.0, "µs"),
        "two": Figure(3.0, None, None, "bytes"),
        "three": Figure(900.0, 899.0, 901.0, "µs", fewer=True),
    }
    assert figures.read(path) == {}
    figures.write(path, kept)
    assert figures.read(path) == kept


def test_the_columns_of_a_table_are_aligned() -> None:
    printed = report.table([["head", "a long name"], ["row", "1.0"], ["another row", "10.0"]])
    assert printed.splitlines() == [
        "                a",
        "             long",
        "head         name",
        "-----------------",
        "row           1.0",
        "another row  10.0",
    ]
