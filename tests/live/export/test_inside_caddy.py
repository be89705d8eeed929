"""What Caddy reports about an export before it runs."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from flask_cors import CORS
from flask_cors.tools.export.plan import build_plan
from tests.live.export.edge_proxies import PROXIES, executable

pytestmark = pytest.mark.live

CADDY = PROXIES["caddy"]


def tried(text: str, folder: Path, missing: Any) -> subprocess.CompletedProcess[str]:
    program = executable(CADDY) or missing("caddy", CADDY.install)
    file = folder / "configuration"
    file.write_text(text, encoding="utf-8")
    command = [program, "validate", "--adapter", "caddyfile", "--config", f"{file}"]
    home = {"XDG_DATA_HOME": f"{folder}", "XDG_CONFIG_HOME": f"{folder}"}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=home)


def test_caddy_refuses_a_second_export_in_one_site(missing: Any, tmp_path: Path) -> None:
    app = Flask(__name__)
    CORS(app)
    text = CADDY.render(build_plan(app), "127.0.0.1:1", "http://127.0.0.1:1")
    begin, end = text.index("\t# The Origin"), text.index("\treverse_proxy")
    found = tried(text[:end] + text[begin:end] + text[end:], tmp_path, missing)
    assert found.returncode != 0
    assert "matcher is defined more than once" in found.stderr
