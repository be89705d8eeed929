"""The mutants of a module: the module with one small change each.

The changes are mutmut's, with two of our own. What no behaviour depends on is not changed:
annotations, names of types, decorators, docstrings, and messages, which are strings that hold a
space.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from types import CodeType
from typing import NamedTuple

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation import mutators

SOURCES = Path(__file__).parent.parent / "src/flask_cors"


class Mutant(NamedTuple):
    """
    :ivar key: the module, the function, and the changed lines before and after.
    :ivar lines: the statement that is changed, or its head.
    :ivar is_inside: whether it is inside a function, and runs when that is called.
    """

    path: Path
    key: str
    code: CodeType
    lines: range
    is_inside: bool


def mutate_string(node: cst.SimpleString) -> Iterator[cst.BaseString]:
    if not re.search(r"\s", node.value):
        yield from list(mutators.operator_string(node))[:1]


def mutate_return(node: cst.Return) -> Iterator[cst.Return]:
    """Replace a returned value by None. None and bools are left to the other operators."""
    if node.value is not None and getattr(node.value, "value", "") not in ("None", "True", "False"):
        yield node.with_changes(value=cst.Name("None"))


OPERATORS: list[tuple[type[cst.CSTNode], Callable[..., Iterator[cst.CSTNode]]]] = [
    *(row for row in mutators.mutation_operators if row[1] is not mutators.operator_string),
    (cst.SimpleString, mutate_string),
    (cst.Return, mutate_return),
]
STATEMENTS = (cst.SimpleStatementLine, cst.BaseCompoundStatement, cst.ExceptHandler, cst.Else)


class Finder(cst.CSTVisitor):  # type: ignore[misc]  # libcst is not installed where mypy runs
    """Finds the mutants of a module."""

    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.source = path.read_text(encoding="utf-8")
        self.code = compile_source(path, self.source)
        self.parents: list[cst.CSTNode] = []
        self.found: list[Mutant] = []
        MetadataWrapper(cst.parse_module(self.source), unsafe_skip_copy=True).visit(self)

    def on_visit(self, node: cst.CSTNode) -> bool:
        if is_left_alone(node):
            return False
        self.parents.append(node)
        for kind, operator in OPERATORS:
            if isinstance(node, kind):
                for changed in operator(node):
                    self.add(node, cst.Module([]).code_for_node(changed))
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if self.parents[-1] is original_node:  # what is left alone is left as well
            self.parents.pop()

    def add(self, node: cst.CSTNode, changed: str) -> None:
        at = self.get_metadata(PositionProvider, node)
        lines = self.source.splitlines(keepends=True)
        before = "".join(lines[: at.start.line - 1]) + lines[at.start.line - 1][: at.start.column]
        after = lines[at.end.line - 1][at.end.column :] + "".join(lines[at.end.line :])
        changed = before + changed + after
        code = compile_source(self.path, changed)
        if code == self.code:
            return
        module = self.path.relative_to(SOURCES)
        scopes = [one for one in self.parents if isinstance(one, cst.FunctionDef | cst.ClassDef)]
        where = ".".join(one.name.value for one in scopes)
        statement = next(one for one in reversed(self.parents) if isinstance(one, STATEMENTS))
        start = self.get_metadata(PositionProvider, statement).start.line
        mutant = Mutant(
            self.path,
            f"{module} {where}: {show_change(lines, changed.splitlines(keepends=True))}",
            code,
            range(start, at.end.line + 1),
            any(
                isinstance(one, cst.FunctionDef) and one.body is below
                for one, below in pairwise(self.parents)
            ),
        )
        self.found.append(mutant)


def is_left_alone(node: cst.CSTNode) -> bool:
    match node:
        case cst.Annotation() | cst.Decorator() | cst.ImportFrom():
            return True
        case cst.If(test=cst.Name("TYPE_CHECKING")):
            return True
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name("__all__"))]):
            return True
        case cst.Raise(exc=cst.Call(args=[cst.Arg(value=cst.FormattedString())])):
            return True
        case cst.Expr(value=cst.SimpleString() | cst.ConcatenatedString()):
            return True
        case cst.Call(func=cst.Name("cast")):
            return True
        case cst.Assign(value=cst.Call(func=cst.Name("NewType" | "TypeVar"))):
            return True
        case cst.Assign(
            value=cst.Subscript(value=cst.Name("Callable" | "dict" | "list" | "tuple"))
        ):
            return True
    return False


def show_change(before: list[str], after: list[str]) -> str:
    """Return the lines that differ, without comments and the spaces around."""
    start = count_equal(before, after)
    end = count_equal(before[start:][::-1], after[start:][::-1])
    old, new = (
        " ".join(re.sub(r"  # .*", "", line).strip() for line in lines[start : len(lines) - end])
        for lines in (before, after)
    )
    return f"{old} -> {new}"


def count_equal(before: list[str], after: list[str]) -> int:
    """Return the number of lines before the first that differs."""
    same = [old == new for old, new in zip(before, after, strict=False)]
    return [*same, False].index(False)


def compile_source(path: Path, source: str) -> CodeType:
    return compile(source, path, "exec", dont_inherit=True)


def iter_code(code: CodeType, parent: str = "") -> Iterator[tuple[str, CodeType]]:
    """Yield the code of each function in ``code``, with its name."""
    for one in code.co_consts:
        if isinstance(one, CodeType):
            name = f"{parent}.{one.co_name}"
            yield name, one
            yield from iter_code(one, name)
