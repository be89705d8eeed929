"""A simulated browser: the CORS protocol of the Fetch standard (https://fetch.spec.whatwg.org/).

It does no I/O. A transport carries its requests, such as this one, which allows one origin:

.. code-block:: python

    from flask_cors.browser import Browser, Response


    def transport(request):
        return Response(200, [("Access-Control-Allow-Origin", "https://app.example")], b"{}")


    outcome = Browser(transport).fetch("https://api.example/", origin="https://app.example")
    assert outcome.allowed, outcome

:class:`flask_cors.testing.Page` has the transport to a Flask app.
"""

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
