"""The browser's half: the Fetch standard's CORS protocol (https://fetch.spec.whatwg.org/), as a
browser runs it. It does no I/O: it is given a transport."""

from .browser import Browser as Browser
from .cache import PreflightCache as PreflightCache
from .headerlist import HeaderList as HeaderList
from .messages import Exchange as Exchange
from .messages import Request as Request
from .messages import Response as Response
from .messages import Transport as Transport
from .outcome import Outcome as Outcome
from .quirks import CHROMIUM as CHROMIUM
from .quirks import FIREFOX as FIREFOX
from .quirks import STANDARD as STANDARD
from .quirks import Quirks as Quirks
from .reasons import Reason as Reason

__all__ = [
    "CHROMIUM",
    "FIREFOX",
    "STANDARD",
    "Browser",
    "Exchange",
    "HeaderList",
    "Outcome",
    "PreflightCache",
    "Quirks",
    "Reason",
    "Request",
    "Response",
    "Transport",
]
