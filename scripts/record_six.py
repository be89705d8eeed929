"""Ask flask-cors 6.0.5 what it answers, and write it down: tests/data/six.json, to which the
tests hold the model of it in flask_cors/tools/check/six.py.

    .venv/bin/python scripts/record_six.py

makes an environment with that version in a temporary folder, by uv. The configurations and the
requests are those of tests/tools/check/six_apps.py.
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
APPS = ROOT / "tests" / "tools" / "check"
DATA = ROOT / "tests" / "data" / "six.json"
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
        said = subprocess.run(
            command, check=True, env=environment, stdout=subprocess.PIPE, text=True
        ).stdout
    DATA.write_text(said, encoding="utf-8")
    print(f"{DATA.relative_to(ROOT)}: {said.count(chr(10)) - 2} lines")


def record() -> None:
    """In the environment of 6.0.5: a line a configuration, for a readable diff."""
    import six_apps  # type: ignore[import-not-found]

    logging.disable()
    lines: list[str] = []
    for asking in six_apps.everything():
        client = asking.build().test_client()
        answers = [_answer(client, request) for request in asking.requests]
        row = {"configuration": asking.configuration, "answers": answers}
        lines.append(json.dumps(row))
    print("[\n" + ",\n".join(lines) + "\n]")


def _answer(client, request) -> dict[str, object]:  # type: ignore[no-untyped-def]
    response = client.open(quote(request.path), method=request.method, headers=request.headers)
    headers = {
        name: value
        for name, value in response.headers
        if name.startswith("Access-Control-") or name == "Vary"
    }
    usual = request._field_defaults
    asked = {name: value for name, value in request._asdict().items() if value != usual.get(name)}
    status = {} if response.status_code == 200 else {"status": response.status_code}
    return {**asked, **status, "headers": headers}


if __name__ == "__main__":
    record() if "--record" in sys.argv else main()
