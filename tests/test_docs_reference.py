"""The reference is complete: what is public has a docstring, and is in docs/reference/api.md, and
every option has its section in docs/reference/options.md."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import flask_cors
from flask_cors import CORS, browser, core, cross_origin, typing
from flask_cors.policy.options import CONFIG_KEYS, POLICY_OPTIONS, Unset

ROOT = Path(__file__).parents[1]
API = ROOT.joinpath("docs/reference/api.md").read_text("utf-8")
OPTIONS = ROOT.joinpath("docs/reference/options.md").read_text("utf-8")
README = ROOT.joinpath("README.md").read_text("utf-8")

METHODS = sorted(name for name in vars(CORS) if not name.startswith("_"))


def comments_of_types() -> dict[str, str]:
    """Return the ``#:`` comment above each name that flask_cors/typing.py assigns."""
    source = inspect.getsource(typing)
    above = re.findall(r"((?:^#:.*\n)+)^(\w+) = ", source, re.MULTILINE)
    return {name: comment for comment, name in above}


def names_of_types() -> list[str]:
    """Return the names that flask_cors/typing.py defines itself."""
    names = []
    for node in ast.parse(inspect.getsource(typing)).body:
        if isinstance(node, ast.Assign):
            names += [target.id for target in node.targets if isinstance(target, ast.Name)]
        elif isinstance(node, ast.ClassDef):
            names.append(node.name)
    return [name for name in names if not name.startswith("_")]


# ---- docs/reference/api.md -----------------------------------------------------------------------


def described() -> set[str]:
    """Return the names that the directives of docs/reference/api.md describe."""
    names: set[str] = set()
    for name, body in re.findall(
        r"^\.\. (?:auto)?(?:class|exception|function|data):: (\S+)\n((?:[ \t].*\n)*)",
        API,
        re.MULTILINE,
    ):
        names.add(name)
        for members in re.findall(r"^ +:members: (.+)$", body, re.MULTILINE):
            names.update(f"{name}.{member.strip()}" for member in members.split(","))
    for module in re.findall(r"^```\{names\} (\S+)$", API, re.MULTILINE):
        listed = importlib.import_module(module).__all__
        names.update(f"{module}.{name}" for name in listed)
    return names


PUBLIC = [
    *(f"flask_cors.{name}" for name in flask_cors.__all__),
    *(f"flask_cors.CORS.{name}" for name in METHODS),
    *(f"flask_cors.core.{name}" for name in core.__all__),
    *(f"flask_cors.typing.{name}" for name in names_of_types()),
    *(f"flask_cors.browser.{name}" for name in browser.__all__),
    "flask_cors.testing.Page",
    "flask_cors.testing.assert_no_findings",
]


@pytest.mark.parametrize("name", PUBLIC)
def test_what_is_public_stands_in_the_reference(name: str) -> None:
    assert name in described()


def test_the_reference_names_nothing_that_is_not_there() -> None:
    keys = {name for name in described() if re.match(r"flask_cors\.typing\.\w+\.", name)}
    methods = {
        f"flask_cors.browser.{method}"
        for method in ("Browser.fetch", "Request.get", "Response.get", "HeaderList.get")
    }
    methods |= {"flask_cors.browser.PreflightCache.clear", "flask_cors.testing.Page.fetch"}
    assert described() - set(PUBLIC) - keys == {"flask_cors.diagnostics.finding.Finding", *methods}
    assert flask_cors.CORSConfigError.__module__ == "flask_cors.errors"  # where Mistake is, too


def test_each_type_of_version_6_has_its_row_with_the_type_to_write_instead() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| `([\w.]+)` \|$", API, re.MULTILINE))
    types = {name for name in core.__all__ if not isinstance(getattr(core, name), (str, list))}
    assert rows.keys() == types
    assert set(rows.values()) <= {*names_of_types(), "re.Pattern"}


# ---- docstrings --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*flask_cors.__all__, *METHODS])
def test_a_public_class_function_or_method_has_a_docstring(name: str) -> None:
    value = getattr(CORS if name in METHODS else flask_cors, name)
    if callable(value):
        assert value.__doc__
    else:  # a value has none: the reference says what it is
        assert re.search(rf"^\.\. data:: flask_cors\.{name}\n\n   \w", API, re.MULTILINE)


@pytest.mark.parametrize("name", names_of_types())
def test_a_public_type_has_a_docstring_or_a_comment(name: str) -> None:
    value = getattr(typing, name)
    assert value.__doc__ if inspect.isclass(value) else name in comments_of_types()


@pytest.mark.parametrize("module", [flask_cors, browser, core, typing])
def test_a_public_module_has_a_docstring(module: object) -> None:
    assert module.__doc__


def params(function: Callable[..., object]) -> dict[str, str]:
    """Return the ``:param:`` fields of a docstring, each on one line."""
    fields = re.split(r"^:|^\.\. ", inspect.getdoc(function) or "", flags=re.MULTILINE)
    found = (re.fullmatch(r"param (\w+): (.*)", " ".join(field.split())) for field in fields)
    return {field[1]: field[2] for field in found if field}


DEFAULTS = [
    (function, name, parameter.default)
    for function in (CORS, cross_origin, CORS.allows)
    for name, parameter in inspect.signature(function).parameters.items()
    if parameter.default is not parameter.empty
]


@pytest.mark.parametrize(
    ("function", "name", "default"), DEFAULTS, ids=lambda value: getattr(value, "__name__", None)
)
def test_a_parameter_is_described_with_its_default(
    function: Callable[..., object], name: str, default: object
) -> None:
    documented = re.findall(r"Default: ``([^`]+)``", params(function)[name])
    expected = default.default if isinstance(default, Unset) else default
    assert [ast.literal_eval(value) for value in documented] == [expected]


@pytest.mark.parametrize(
    "function", [CORS, CORS.init_app, CORS.allows, cross_origin], ids=lambda f: f.__name__
)
def test_a_docstring_describes_every_parameter_and_no_other(function: Callable[..., Any]) -> None:
    taken = [name for name in inspect.signature(function).parameters if name != "self"]
    assert list(params(function)) == taken


@pytest.mark.parametrize(
    ("function", "options"), [(CORS, CONFIG_KEYS.values()), (cross_origin, POLICY_OPTIONS)]
)
def test_an_option_without_a_parameter_is_described_with_the_keyword_arguments(
    function: Callable[..., object], options: list[str]
) -> None:
    documented = params(function)
    for option in options:
        assert option in documented or documented["kwargs"].startswith(f"``{option}``, ")


# ---- docs/reference/options.md -------------------------------------------------------------------

SECTION = re.compile(r"^### (\w+)\n(.*?)(?=^##|\Z)", re.DOTALL | re.MULTILINE)


BOOLEANS = {
    option
    for types in (typing.ExtensionOptions, typing.ResourceOptions)
    for option, annotation in types.__annotations__.items()
    if annotation.__forward_arg__ == "Switch"
}


def sections() -> dict[str, str]:
    return dict(SECTION.findall(OPTIONS))


def test_every_option_has_a_section_and_every_section_an_option() -> None:
    assert sorted(sections()) == sorted(CONFIG_KEYS.values())


@pytest.mark.parametrize("option", CONFIG_KEYS.values())
def test_the_section_of_an_option_has_its_facts_and_shows_it_used_and_misused(option: str) -> None:
    section = sections()[option]
    assert f"```{{facts}} {option}\n```" in section  # the config key, the default, the type
    examples = "".join(re.findall(r"^```pycon\n(.*?)^```", section, re.DOTALL | re.MULTILINE))
    assert re.search(rf"{option}=", examples)
    is_misused = "CORSConfigError: " in examples or "CORSWarning: " in examples
    assert is_misused or option in BOOLEANS


def test_the_booleans_are_misused_in_one_section() -> None:
    (section,) = re.findall(r"^## Booleans\n(.*?)(?=^##|\Z)", OPTIONS, re.DOTALL | re.MULTILINE)
    assert {option for option in CONFIG_KEYS.values() if f"`{option}`" in section} == BOOLEANS
    assert "CORSConfigError: CORS707 " in section


@pytest.mark.parametrize("option", CONFIG_KEYS.values())
def test_an_option_has_its_row_in_the_readme(option: str) -> None:
    assert re.search(rf"^\| `{option}` \|", README, re.MULTILINE)
