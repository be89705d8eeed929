"""Change the code in every small way and see that a test notices: ``make mutate``.

mutmut, without its changes of strings: messages are tested where their words matter. What it
finds to survive is tried once more in a process of its own, because mutmut's workers have
imported the package before they know their mutant, and code that runs at import is past then.

Fails where under 95 % are killed, or where a survivor does not stand in ``survivors.toml``.
"""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import tomllib
from mutmut.__main__ import cli
from mutmut.mutation import mutators
from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code
from mutmut.utils.file_utils import walk_mutatable_files

KNOWN = Path(__file__).with_name("survivors.toml")
ENOUGH = 95  # percent
KILLED = ("killed", "timeout")


class Change(NamedTuple):
    """A mutant by what it changes: its number changes with the code around it."""

    file: str
    before: str
    after: str


def main() -> int:
    mutators.mutation_operators[:] = [
        operator
        for operator in mutators.mutation_operators
        if operator[1] is not mutators.operator_string
    ]
    cli(["run"], standalone_mode=False)

    statuses = dict(results())
    suspects = [name for name, status in statuses.items() if status not in KILLED]
    print(f"\n{len(suspects)} of {len(statuses)} are left; each once more, in a process of its own")
    with ThreadPoolExecutor(os.cpu_count()) as workers:
        verdicts = list(workers.map(survives, suspects))
    survivors = [name for name, lives in zip(suspects, verdicts, strict=True) if lives]

    known = {Change(row["file"], row["before"], row["after"]) for row in read_known()}
    changes = {change(name): name for name in survivors}
    for new in sorted(changes.keys() - known):
        print(f"\nsurvives, {changes[new]}:\n  {new.file}\n- {new.before}\n+ {new.after}")
    for gone in sorted(known - changes.keys()):
        print(f"\nno longer survives; take it out of {KNOWN.name}:\n  {gone.file}\n- {gone.before}")

    killed = len(statuses) - len(survivors)
    percent = 100 * killed / len(statuses)
    print(
        f"\n{killed} of {len(statuses)} mutants killed: {percent:.1f} %, at least {ENOUGH} % wanted"
    )
    return int(percent < ENOUGH or changes.keys() != known)


def results() -> list[tuple[str, str]]:
    """Each mutant and what became of it."""
    found = []
    for path in walk_mutatable_files():
        data = SourceFileMutationData(path=path)
        data.load()
        found += [(name, status_by_exit_code[code]) for name, code in data.exit_code_by_key.items()]
    return found


def survives(name: str) -> bool:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-qx", "--ignore=tests/live", "-p", "no:cacheprovider"],
        cwd="mutants",
        env={**os.environ, "MUTANT_UNDER_TEST": name, "PYTHONPATH": "src"},
        capture_output=True,
        check=False,
    )
    print("survives" if done.returncode == 0 else "killed  ", name, flush=True)
    return done.returncode == 0


def change(name: str) -> Change:
    head, _, _, *lines = get_diff_for_mutant(name).splitlines()
    before = [line[1:].strip() for line in lines if line.startswith("-")]
    after = [line[1:].strip() for line in lines if line.startswith("+")]
    return Change(head.removeprefix("--- src/flask_cors/"), "\n".join(before), "\n".join(after))


def read_known() -> list[dict[str, str]]:
    rows: list[dict[str, str]] = tomllib.loads(KNOWN.read_text())["survivor"]
    return rows


if __name__ == "__main__":
    sys.exit(main())
