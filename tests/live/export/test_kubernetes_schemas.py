"""Routes in Kubernetes are valid by the schemas of their resources."""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from flask_cors.tools.export.command import KUBERNETES
from flask_cors.tools.export.obstacles import ExportError
from flask_cors.tools.export.plan import build_plan
from tests.tools.export.edge_policies import POLICIES, Configure, app_by
from tests.tools.export.kubernetes_reader import TARGET, documents
from tests.tools.export.kubernetes_statements import STATEMENTS

pytestmark = pytest.mark.live

Validate = Callable[[list[Any]], list[str]]

PROGRAM = Path(__file__).with_name("validate_kubernetes.mjs")
PACKAGES = ("@kubernetes-models/gateway-api", "@kubernetes-models/istio")
INSTALL = "npm install --global @kubernetes-models/gateway-api@2.0.0 @kubernetes-models/istio@3.0.1"


@pytest.fixture
def validate(missing: Callable[[str, str], None]) -> Validate:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        missing("Node.js", "apt-get install --no-install-recommends nodejs npm")
    root = subprocess.run(
        [f"{npm}", "root", "--global"], capture_output=True, text=True, check=True
    )
    folder = Path(root.stdout.strip())
    if not all((folder / package).is_dir() for package in PACKAGES):
        missing("the schemas of Kubernetes", INSTALL)

    def run(resources: list[Any]) -> list[str]:
        ran = subprocess.run(
            [f"{node}", f"{PROGRAM}", f"{folder}"],
            input=json.dumps(resources),
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(ran.stdout)  # type: ignore[no-any-return]  # what the program prints

    return run


def resources_of(name: str) -> Iterator[Any]:
    """Yield all that is written for the apps of the tests."""
    apps: list[Configure] = [*POLICIES.values()]
    apps += (app for statement in STATEMENTS.values() for app in statement.apps)
    routes = KUBERNETES[name]
    for configure in apps:
        try:
            plan = build_plan(app_by(configure, with_cors=True), routes.REGEX_DIALECT)
            yield from documents(routes.render(plan, TARGET))
        except ExportError:
            continue


@pytest.mark.parametrize("name", KUBERNETES)
def test_what_is_written_is_valid(name: str, validate: Validate) -> None:
    resources = list(resources_of(name))
    assert len(resources) > 60
    assert validate(resources) == [""] * len(resources)


@pytest.mark.parametrize("name", KUBERNETES)
def test_the_schemas_refuse_what_is_not_valid(name: str, validate: Validate) -> None:
    first = next(resources_of(name))
    wrong = copy.deepcopy(first)
    (rule, *_) = wrong["spec"].get("rules") or wrong["spec"]["http"]
    filters = rule.get("corsPolicy") or rule["filters"][0]["cors"]
    filters["maxAge"] = []
    assert [bool(each) for each in validate([first, wrong])] == [False, True]
