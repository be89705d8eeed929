"""What calling ``flask`` in this process needs, so that one test leaves nothing for the next."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from flask import request_finished, request_started, request_tearing_down


def prepare_flask(
    monkeypatch: pytest.MonkeyPatch, folder: Path, *modules: str, columns: int
) -> None:
    """Let ``flask`` be called as in a folder and a terminal.

    :param modules: those of the folder that an earlier test may have imported.
    """
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("FLASK_RUN_FROM_CLI", "")  # what Flask sets is taken back
    monkeypatch.setattr(sys, "path", sys.path[:])  # Flask puts the folder there
    for signal in (request_started, request_finished, request_tearing_down):
        # Sentry's receivers, once connected, stay for all apps of the process.
        monkeypatch.setattr(signal, "receivers", {})
    for name in modules:
        monkeypatch.delitem(sys.modules, name, raising=False)
