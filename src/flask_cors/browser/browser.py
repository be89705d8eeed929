"""The browser: what pages ask it for, and what it remembers."""

from __future__ import annotations

import time

from . import arguments as args
from .cache import Clock, PreflightCache
from .fetch import Fetch
from .headerlist import get
from .messages import Transport
from .outcome import Outcome
from .quirks import STANDARD, Quirks
from .safelist import no_cors_headers, normalize_method


class Browser:
    """A browser, as far as the CORS protocol goes.

    It does no I/O: ``transport`` carries a :class:`Request` to a server and returns its
    :class:`Response`. What it raises reaches the caller. Header strings are latin-1 code points,
    one for each byte.

    There is no cookie jar: cookies are the transport's business, and
    :attr:`Request.credentials` tells it when a browser sends and stores them. Nor are there an HTTP
    cache, service workers, mixed content, blocked ports, Content Security Policy, Local Network
    Access and prompts for a password.

    :param transport: what carries requests.
    :param quirks: whose departures from the standard are followed: :data:`CHROMIUM` or
        :data:`FIREFOX`. Default: nobody's.
    :param clock: what tells the time to the preflight cache, in seconds. Default: the computer's.
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
        headers: args.Headers = (),
        body: bytes | None = None,
        credentials: args.Credentials = "same-origin",
        mode: args.Mode = "cors",
        redirect: args.Redirect = "follow",
    ) -> Outcome:
        """What comes of ``fetch(url, …)`` in a page.

        :param url: an absolute URL.
        :param origin: the origin of the page; ``"null"`` for a sandboxed frame or a file.
        :param method: the method; browsers write the usual ones in upper case, but not ``patch``.
        :param headers: the headers that the page sets, pairs or a mapping. Those that a page may
            not set, such as ``Cookie``, are dropped as a browser drops them.
        :param body: the body, for methods that have one. No ``Content-Type`` comes with it.
        :param credentials: ``"omit"``, ``"same-origin"`` or ``"include"``.
        :param mode: ``"cors"``, ``"no-cors"`` or ``"same-origin"``.
        :param redirect: ``"follow"``, ``"error"`` or ``"manual"``.
        :raises ValueError: for what a browser refuses with a TypeError before anything is sent.
        """
        args.check_origin(origin)
        parsed = args.parse_url(url)
        args.check_choice("mode", mode, args.MODES)
        args.check_choice("credentials", credentials, args.CREDENTIALS)
        args.check_choice("redirect", redirect, args.REDIRECTS)
        args.check_method(method, mode)
        normal = normalize_method(method)
        args.check_body(body, normal)
        lines = args.page_headers(headers)
        if mode == "no-cors":
            lines = no_cors_headers(lines, self.quirks)
        # https://fetch.spec.whatwg.org/#concept-fetch, the step on `Accept`: its three bytes count
        # among the 1,024 of the safelisted headers, in Chromium too.
        if get(lines, "Accept") is None:
            lines.append(("Accept", "*/*"))
        fetch = Fetch(
            self.quirks,
            self.cache,
            self._transport,
            origin=origin,
            url=parsed,
            method=normal,
            headers=lines,
            body=body,
            credentials=credentials,
            mode=mode,
            redirect=redirect,
        )
        return fetch.run()
