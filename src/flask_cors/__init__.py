"""Flask-CORS: Cross-Origin Resource Sharing for Flask."""

import importlib as _importlib
import typing as _typing

from .decorator import cross_origin as cross_origin
from .errors import CORSConfigError as CORSConfigError
from .errors import CORSWarning as CORSWarning
from .extension import CORS as CORS
from .runtime.reporting import cors_refused as cors_refused

if _typing.TYPE_CHECKING:
    from . import core as core
else:

    def __getattr__(name: str) -> object:
        """Import :mod:`flask_cors.core`, which few programs use, at its first use."""
        if name != "core":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return _importlib.import_module(f"{__name__}.core")


__version__ = "7.0.0"

__all__ = ["CORS", "CORSConfigError", "CORSWarning", "__version__", "cors_refused", "cross_origin"]
