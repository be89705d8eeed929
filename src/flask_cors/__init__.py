"""Flask-CORS: Cross-Origin Resource Sharing for Flask."""

from .decorator import cross_origin as cross_origin
from .errors import CORSConfigError as CORSConfigError
from .errors import CORSWarning as CORSWarning
from .extension import CORS as CORS
from .runtime.reporting import cors_refused as cors_refused

__version__ = "7.0.0"

__all__ = ["CORS", "CORSConfigError", "CORSWarning", "__version__", "cors_refused", "cross_origin"]
