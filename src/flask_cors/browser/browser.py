"""The simulated browser: ``fetch()``, and the preflight cache that lasts between two calls."""

from __future__ import annotations

import time
from typing import get_args

from . import arguments
from .cache import Clock, PreflightCache
from .fetch import Fetch
from .headerlist import get
from .messages import Transport
from .outcome import Outcome
from .quirks import STANDARD, Quirks
from .safelist import keep_no_cors_safelisted, normalize_method


class Browser:
    """A simulated browser: it follows the CORS protocol and does no I/O.

    .. code-block:: python

        outcome = Browser(transport).fetch("https://api.example/", origin="https://app.example")
        assert outcome.allowed, outcome

    Header strings are latin-1 code points, one per byte. There is no cookie jar:
    :attr:`Request.credentials` says whether a browser would send and store cookies, and the
    transport does it. Not simulated are the HTTP cache, service workers, mixed content, blocked
    ports, Content Security Policy, Local Network Access and password prompts.

    :param transport: carries a :class:`Request` to a server and returns its :class:`Response`. An
        exception that it raises reaches the caller.
    :param quirks: the browser whose departures from the standard to follow: :data:`CHROMIUM` or
        :data:`FIREFOX`. Default: the standard.
    :param clock: returns the time in seconds, for the preflight cache.
    :ivar cache: the :class:`PreflightCache`.

    .. versionadded:: 7.0
    """

    def __init__(
        self, transport: Transport, quirks: Quirks = STANDARD, *, clock: Clock = time.monotonic
    ) -> None:
        self.quirks = quirks
        self.cache = PreflightCache(clock, quirks)
        self._transport = transport

    def fetch(
        self,
        url: str,
        *,
        origin: str,
        method: str = "GET",
        headers: arguments.Headers = (),
        body: bytes | None = None,
        credentials: arguments.Credentials = "same-origin",
        mode: arguments.Mode = "cors",
        redirect: arguments.Redirect = "follow",
    ) -> Outcome:
        """Return the outcome of ``fetch(url, …)``, called by a script on ``origin``.

        :param url: an absolute URL.
        :param origin: the origin of the calling page; ``"null"`` for a sandboxed frame or a file.
        :param method: the method. Browsers send the common ones in upper case, but not ``patch``.
        :param headers: the headers that the script sets, as pairs or a mapping. Forbidden ones,
            such as ``Cookie``, are dropped, as browsers do.
        :param body: the body, for methods that have one. No ``Content-Type`` is added.
        :param credentials: ``"omit"``, ``"same-origin"`` or ``"include"``.
        :param mode: ``"cors"``, ``"no-cors"`` or ``"same-origin"``.
        :param redirect: ``"follow"``, ``"error"`` or ``"manual"``.
        :raises ValueError: where a browser throws a TypeError before it sends anything.
        """
        arguments.check_origin(origin)
        parsed = arguments.parse_url(url)
        arguments.check_choice("mode", mode, get_args(arguments.Mode))
        arguments.check_choice("credentials", credentials, get_args(arguments.Credentials))
        arguments.check_choice("redirect", redirect, get_args(arguments.Redirect))
        arguments.check_method(method, mode)
        normal = normalize_method(method)
        arguments.check_body(body, normal)
        lines = arguments.parse_headers(headers)
        if mode == "no-cors":
            lines = keep_no_cors_safelisted(lines, self.quirks)
        # https://fetch.spec.whatwg.org/#concept-fetch, the step on `Accept`. Its three bytes count
        # towards the 1,024 of the safelisted headers, in Chromium too.
        if get(lines, "Accept") is None:
            lines.append(("Accept", "*/*"))
        fetch = Fetch(
            self.quirks,
            self.cache,
            self._transport,
            origin=origin,
            url_list=[parsed],
            method=normal,
            headers=lines,
            body=body,
            credentials=credentials,
            mode=mode,
            redirect=redirect,
        )
        return fetch.run()
