"""Which calls of an app's code a check makes, and how long it waits for them."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event, Thread

REQUEST_SECONDS = 5.0
CHECK_SECONDS = 120.0


class OutOfTimeError(Exception):
    """The time limit of the whole check was reached."""


class Calls:
    """The limits of one check.

    :param are_allowed: whether views are called.
    :param seconds: the time limit of the whole check.
    :ivar unresponsive: the endpoints of the views, and the requests, without a response in time.
    """

    def __init__(self, *, are_allowed: bool = True, seconds: float = CHECK_SECONDS) -> None:
        self.seconds = seconds
        self.unresponsive: dict[str, None] = {}
        self._are_allowed = are_allowed
        self._end = time.monotonic() + seconds

    def allow(self, endpoint: str) -> bool:
        """Return whether a view is called: one that did not respond is not called again."""
        return self._are_allowed and endpoint not in self.unresponsive

    def check_time(self) -> float:
        """Return how many seconds are left.

        :raises OutOfTimeError: if none are.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise OutOfTimeError
        return left

    def returns_in_time(self, name: str, function: Callable[[], object]) -> bool:
        """Call a function, and return whether it returned in time.

        It runs in a thread of its own, because nothing else ends the wait for a view on every
        platform. A thread that is still waiting is left behind, and ends with the process.
        """
        left = self.check_time()
        raised: list[BaseException] = []
        # Thread.join waits in vain where the app has gevent replace threads (monkey.patch_all).
        returned = Event()

        def call() -> None:
            try:
                function()
            except BaseException as error:  # raised where the caller is
                raised.append(error)
            finally:
                returned.set()

        Thread(target=call, daemon=True).start()
        is_in_time = returned.wait(min(REQUEST_SECONDS, left))
        if raised:
            raise raised[0]
        if not is_in_time and left < REQUEST_SECONDS:
            raise OutOfTimeError
        if not is_in_time:
            self.unresponsive[name] = None
        return is_in_time
