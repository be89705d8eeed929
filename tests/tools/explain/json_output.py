"""What ``flask cors explain`` prints as JSON."""

from __future__ import annotations

import json
from typing import Any

from click.testing import CliRunner
from flask import Flask
from flask.cli import ScriptInfo

from flask_cors.tools.cli import cors


def explain(app: Flask, url: str, *arguments: str, origin: str) -> dict[str, Any]:
    command = ["explain", url, "--origin", origin, "--format", "json", *arguments]
    result = CliRunner().invoke(cors, command, obj=ScriptInfo(create_app=lambda: app))
    found: dict[str, Any] = json.loads(result.stdout)
    return found
