"""The Python packages that the playground loads, as one zip."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from .sphinx_builds import EXTENSIONS

sys.path.insert(0, str(EXTENSIONS))
import playground_packages  # of docs/_ext

sys.path.remove(str(EXTENSIONS))

SESSION = EXTENSIONS.parent / "_playground/session.py"
APP = """\
from flask import Flask
from flask_cors import CORS

app = Flask(__name__)
CORS(app, origins="https://*.co.uk")


@app.get("/data")
def data():
    return {"a": 1}
"""
REQUEST = {
    "origin": "https://app.co.uk",
    "path": "/data",
    "method": "GET",
    "headers": [],
    "credentials": "omit",
}


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("packages") / "packages.zip"
    playground_packages.write_packages(target, SESSION)
    return target


def test_equal_packages_make_equal_zips(tmp_path: Path, packages: Path) -> None:
    target = tmp_path / "again.zip"
    playground_packages.write_packages(target, SESSION)
    assert target.read_bytes() == packages.read_bytes()
    assert len(target.read_bytes()) < 1_200_000


def test_the_packages_are_all_that_a_session_needs(packages: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(packages).extractall(tmp_path)
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import json, session, flask_cors; "
        f"assert flask_cors.__file__.startswith({str(tmp_path)!r}); "
        "import idna, publicsuffixlist; "
        "print(json.dumps(session.run(*json.load(sys.stdin))))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program],
        input=json.dumps([APP, REQUEST]),
        check=True,
        capture_output=True,
        encoding="utf-8",
    )
    result = json.loads(done.stdout)
    assert result["verdict"]["allowed"]
    assert [finding["code"] for finding in result["findings"]] == ["CORS110"]  # of the list
