"""Makes layers in one line."""

from __future__ import annotations

from typing import Any

from flask_cors.diagnostics.source_location import SourceLocation
from flask_cors.policy.layers import DEFAULTS, ConfigLayer, Layer, LayerKind
from flask_cors.policy.options import EXTENSION_OPTIONS, Options
from flask_cors.policy.resolution import resolve

HERE = SourceLocation("app.py", 7)
ALLOWED = "https://app.example"


def layer(kind: LayerKind = LayerKind.CONSTRUCTOR, /, **options: Any) -> Layer:
    return Layer(kind, HERE, options, EXTENSION_OPTIONS)


def layer_at(location: SourceLocation | None, /, **options: Any) -> Layer:
    return Layer(LayerKind.CONSTRUCTOR, location, options, EXTENSION_OPTIONS)


def config_layer(**config: object) -> ConfigLayer:
    return ConfigLayer(config, HERE)


def resolved(**options: object) -> Options:
    return resolve([layer(**options), DEFAULTS])
