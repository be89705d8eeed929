"""Record the responses of flask-cors 6.0.5 in tests/data/v6.json, with which the tests compare the
model of it: src/flask_cors/tools/migrate/v6_policy.py and the modules beside it.

    .venv/bin/python scripts/record_v6.py

makes an environment with that version in a temporary folder, by uv. The configurations and the
requests are those of tests/tools/migrate/v6_apps.py.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).parents[1]
APPS = ROOT / "tests" / "tools" / "migrate"
DATA = ROOT / "tests" / "data" / "v6.json"
INSTALLED = ("flask-cors==6.0.5", "flask[async]>=3.0")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        uv = str(Path(sys.executable).with_name("uv"))
        python = str(Path(folder) / "bin" / "python")
        subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, folder], check=True)
        install = [uv, "pip", "install", "--quiet", "--python", python, *INSTALLED]
        subprocess.run(install, check=True)
        environment = {**os.environ, "PYTHONPATH": str(APPS), "PYTHONHASHSEED": "0"}
        command = [python, __file__, "--record"]
        recorded = subprocess.run(
            command, check=True, env=environment, stdout=subprocess.PIPE, text=True
        ).stdout
    DATA.write_text(recorded, encoding="utf-8")
    print(f"{DATA.relative_to(ROOT)}: {recorded.count(chr(10)) - 2} lines")


def record() -> None:
    """Print a line per configuration, for a readable diff. Runs in the environment of 6.0.5."""
    import v6_apps  # type: ignore[import-not-found]

    logging.disable()
    lines: list[str] = []
    for each in v6_apps.everything():
        client = each.build().test_client()
        responses = [_respond(client, request) for request in each.requests]
        row = {"configuration": each.configuration, "responses": responses}
        lines.append(json.dumps(row))
    print("[\n" + ",\n".join(lines) + "\n]")


def _respond(client, request) -> dict[str, object]:  # type: ignore[no-untyped-def]
    response = client.open(quote(request.path), method=request.method, headers=request.headers)
    headers = {
        name: value
        for name, value in response.headers
        if name.startswith("Access-Control-") or name == "Vary"
    }
    usual = request._field_defaults
    given = {name: value for name, value in request._asdict().items() if value != usual.get(name)}
    status = {} if response.status_code == 200 else {"status": response.status_code}
    return {**given, **status, "headers": headers}


if __name__ == "__main__":
    record() if "--record" in sys.argv else main()
