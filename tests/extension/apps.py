"""Helpers for the tests of ``CORS``."""

from __future__ import annotations

import sys

from flask import Flask

APP = "https://app.example"
OTHER = "https://other.example"
EVIL = "https://evil.example"


def an_app(**config: object) -> Flask:
    app = Flask(__name__)
    app.config.update(config)
    return app


def reads(fetch, app: Flask, origin: str, path: str = "/") -> bool:
    return fetch(app, path, origin).access_control_allow_origin is not None


def here() -> int:
    return sys._getframe(1).f_lineno
