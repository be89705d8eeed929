"""Run the tests of flask-cors 6 and of packages that use it, with flask-cors 6 and with this
package, and compare the outcome of each test: ``make compat``.

What is run, and what is expected to differ, is in ``compat.toml``; any other difference is an
error, and so is an expected one that does not occur. Each suite has an environment of its own,
which is thrown away; between the two runs only ``flask_cors`` is exchanged.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from pythons import UV, UV_ENVIRONMENT, find_python
from suites import Outcomes, Plan, Suite, count_passed, read_plan, read_report, unexpected

ROOT = Path(__file__).parent.parent
TIMEOUT = 1800  # seconds for one run of one suite
INSTALL = (UV, "pip", "install", "--quiet")


def run(*command: str | Path, cwd: Path = ROOT) -> str:
    """
    :raises CalledProcessError: with the output of the command on stderr.
    """
    return subprocess.run(
        command, cwd=cwd, env=UV_ENVIRONMENT, check=True, text=True, capture_output=True
    ).stdout


# ---- what is run ----


def fetch(suite: Suite, folder: Path, sources: Path | None) -> None:
    """Put ``suite.paths`` into ``folder``.

    :param sources: a folder with clones of the repositories, each by its suite's name.
    """
    folder.mkdir()
    if suite.repository is None or suite.commit is None:
        archive = download(suite, folder.parent)
    else:
        local = sources and sources / suite.name
        if local and local.exists():
            repository = local
        else:
            repository = clone(suite.repository, suite.commit, folder.parent)
        archive = folder.parent / "source.tar"
        to = ("--output", archive, f"--prefix={suite.name}/")
        run("git", "-C", repository, "archive", *to, suite.commit, *suite.paths)
    with tarfile.open(archive) as tar:
        for member in tar.getmembers():
            member.name = member.name.partition("/")[2]
            if any(f"{member.name}/".startswith(f"{path}/") for path in suite.paths):
                tar.extract(member, folder, filter="data")


def download(suite: Suite, folder: Path) -> Path:
    """Return the source distribution, after pip has compared its hash."""
    requirement = folder / "source.txt"
    requirement.write_text(f"{suite.name}=={suite.version} --hash=sha256:{suite.sha256}\n")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet")
    options = ("--no-deps", "--no-binary", suite.name, "--require-hashes", "--dest", folder)
    run(*pip, *options, "--requirement", requirement)
    (archive,) = folder.glob("*.tar.gz")
    return archive


def clone(address: str, commit: str, folder: Path) -> Path:
    """Return a repository that has the one commit."""
    repository = folder / "repository"
    run("git", "init", "--quiet", "--bare", repository)
    run("git", "-C", repository, "fetch", "--quiet", "--depth=1", address, commit)
    return repository


def build_wheel(folder: Path) -> Path:
    build = (UV, "build", "--quiet", "--wheel", "--no-build-isolation", "--python", sys.executable)
    run(*build, "--out-dir", folder)
    (wheel,) = folder.glob("*.whl")
    return wheel


# ---- how ----


def install(suite: Suite, plan: Plan, folder: Path) -> Path:
    """Return the Python of a new environment that has flask-cors 6 and what the suite needs."""
    python = folder / "environment" / "bin" / "python"
    found = find_python(plan.python)
    if found is None:
        sys.exit(f"\nPython {plan.python} was not found")
    run(UV, "venv", "--quiet", "--python", found, folder / "environment")
    # Some packages admit older versions of flask-cors alone.
    overrides = folder / "overrides.txt"
    overrides.write_text(f"{plan.before}\n")
    options = ("--python", python, "--overrides", overrides, "--exclude-newer", plan.exclude_newer)
    run(*INSTALL, *options, plan.before, *suite.install)
    return python


def imported(python: Path, folder: Path) -> str:
    """Return the version that the tests import, which is that of the environment."""
    probe = "import flask_cors as f; print(f.__version__, f.__file__)"
    version, _, place = run(python, "-c", probe, cwd=folder).strip().partition(" ")
    if not Path(place).is_relative_to(python.parents[1]):
        raise ValueError(f"flask_cors {version} was imported from {place}")
    return version


def test(suite: Suite, python: Path, folder: Path) -> tuple[Outcomes, dict[str, str]]:
    """Return the outcome of each test, and the messages of those that did not pass."""
    report = folder.parent / f"{folder.name}.xml"
    home = folder.parent / f"{folder.name}-home"
    home.mkdir()
    environment = {**UV_ENVIRONMENT, "HOME": str(home), "PYTHONHASHSEED": "0", **suite.environment}
    environment.pop("PYTHONPATH", None)
    environment["PATH"] = f"{python.parent}{os.pathsep}{environment['PATH']}"
    options = ("-q", "-p", "no:cacheprovider", f"--junitxml={report}", "-o", "addopts=")
    done = subprocess.run(
        (python, "-m", "pytest", *options, *suite.tests),
        cwd=folder,
        env=environment,
        text=True,
        capture_output=True,
        check=False,
        timeout=TIMEOUT,
    )
    if not report.exists():
        raise subprocess.CalledProcessError(
            done.returncode, "pytest", done.stdout, f"{done.stdout[-3000:]}{done.stderr[-3000:]}"
        )
    return read_report(report)


@contextlib.contextmanager
def working_folder(keep: Path | None, name: str) -> Iterator[Path]:
    """Give a new folder, which goes afterwards unless it is in ``keep``."""
    if keep:
        folder = keep.absolute() / name
        folder.mkdir(parents=True)
        yield folder
    else:
        with tempfile.TemporaryDirectory(prefix="flask-cors-") as temporary:
            yield Path(temporary)


def compare(suite: Suite, plan: Plan, wheel: Path, sources: Path | None, keep: Path | None) -> bool:
    """Run a suite twice. Return whether the outcomes are as ``compat.toml`` says."""
    started = time.monotonic()
    print(f"== {suite.title}: installing", end="", flush=True)
    with working_folder(keep, suite.name) as folder:
        fetch(suite, folder / "6", sources)
        shutil.copytree(folder / "6", folder / "7")
        python = install(suite, plan, folder)
        print(f", testing with {imported(python, folder / '6')}", end="", flush=True)
        before, _ = test(suite, python, folder / "6")
        run(*INSTALL, "--python", python, "--no-deps", "--reinstall", wheel)
        print(f", with {imported(python, folder / '7')}", end="", flush=True)
        after, messages = test(suite, python, folder / "7")
    print(f": {time.monotonic() - started:.0f} s", flush=True)

    found = unexpected(suite, before, after)
    differ = sum(before.get(name) != after.get(name) for name in before.keys() | after.keys())
    expected = f"{len(suite.differing)} expected"
    print(f"   {count_passed(before)} pass with flask-cors 6; differences: {differ}, {expected}")
    for name, what in found.items():
        print(f"   {name}: {what}")
        if name in messages:
            print(f"      {messages[name]}", flush=True)
    return not found


def main() -> None:
    plan = read_plan()
    known = [suite.name for suite in plan.suites]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(known)}")
    parser.add_argument(
        "--sources",
        type=Path,
        default=os.environ.get("COMPAT_SOURCES"),
        help="a folder with clones of the repositories, each by its suite's name: what is there "
        "is not fetched ($COMPAT_SOURCES)",
    )
    parser.add_argument("--keep", type=Path, help="keep environments and reports in this folder")
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(known):
        parser.error(f"no suite is named {', '.join(sorted(unknown))}")
    chosen = [suite for suite in plan.suites if suite.name in (arguments.names or known)]
    with tempfile.TemporaryDirectory(prefix="flask-cors-") as folder:
        wheel = build_wheel(Path(folder))
        places = (arguments.sources, arguments.keep)
        failed = [suite.title for suite in chosen if not compare(suite, plan, wheel, *places)]
    if failed:
        sys.exit(f"\nNot as scripts/compat.toml says: {', '.join(failed)}")
    print(f"\n{len(chosen)} suites: what differs is what scripts/compat.toml says")


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as failure:
        sys.exit(f"\n{failure.stderr}")
    except subprocess.TimeoutExpired:
        sys.exit(f"\nThe tests took more than {TIMEOUT} seconds")
