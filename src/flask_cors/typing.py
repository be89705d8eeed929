"""The types of the options, for annotations in code that passes them on.

.. code-block:: python

    from flask_cors.typing import Origins

    def create_app(origins: Origins) -> Flask: ...
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence, Set
from datetime import timedelta
from re import Pattern
from typing import Any, TypedDict, Union

# Written with Union: the aliases are evaluated at run time, by tools that may not support "|".

#: One item of ``origins``: ``"*"``, an origin, a pattern, a regular expression (a string or
#: compiled), or a callable ``origin -> bool``, which may be ``async``.
Origin = Union[str, Pattern[str], Callable[[str], Union[bool, Awaitable[bool]]]]
#: ``"*"``, an origin, ``"https://*.example.com"``, ``"http://localhost:*"``, a regular expression,
#: a callable ``origin -> bool``, a list of these, or a string with commas. ``[]`` and None
#: allow no origin.
Origins = Union[Origin, Iterable[Origin], None]
#: Names, in any case: a list or ``"GET, PUT"``. ``"*"`` means every method, None the usual seven.
Methods = Union[str, Iterable[str], None]
#: Names, in any case, and regular expressions that must match the whole name: one, a list, or
#: ``"Content-Type, X-Token"``. ``"*"`` means every name, None no name.
Headers = Union[str, Pattern[str], Iterable[Union[str, Pattern[str]]], None]
#: Names: a list or ``"X-Total-Count, X-Page"``. ``"*"`` is sent as it is, None means no name.
ExposeHeaders = Union[str, Iterable[str], None]
#: Seconds as a number or digits, or a timedelta; fractions of a second are dropped. ``-1`` turns
#: the cache off, None leaves the duration to the browser.
MaxAge = Union[int, float, timedelta, str, None]
#: ``True``, ``1``, ``"true"``, ``"yes"``, ``"on"``, or their opposites ``False``, ``0``,
#: ``"false"``, ``"no"``, ``"off"``; strings in any case.
Switch = Union[bool, int, str]


class CommonOptions(TypedDict, total=False):
    """The options that apps, resources and views have in common."""

    origins: Origins
    methods: Methods
    expose_headers: ExposeHeaders
    allow_headers: Headers
    supports_credentials: Switch
    max_age: MaxAge
    send_wildcard: Switch
    vary_header: Switch
    allow_private_network: Switch
    always_send: Switch


class ResourceOptions(CommonOptions, total=False):
    """The options of one resource, ``resources={"/api/*": {…}}``: those of :class:`CommonOptions`,
    and these."""

    automatic_options: Switch
    intercept_exceptions: Switch


#: One pattern: a path, ``"/api/*"``, or a regular expression (a string or compiled).
Resource = Union[str, Pattern[str]]
#: A path, ``"/api/*"``, a regular expression, a list of these, a string with commas, or a dict that
#: maps patterns to their options.
Resources = Union[
    Resource,
    # Not Iterable: a mapping is one too, and its options would not be checked.
    Sequence[Resource],
    Set[Resource],
    Iterator[Resource],
    # The keys are Resource; but a Mapping is invariant in its keys, and would refuse a dict with
    # str keys alone. An unannotated dict of options is inferred as dict[str, object].
    Mapping[Any, Union[ResourceOptions, Mapping[str, object]]],
]


class ExtensionOptions(ResourceOptions, total=False):
    """The keyword arguments of ``CORS.init_app``: those of :class:`ResourceOptions`, and these."""

    resources: Resources


class NoOptions(TypedDict):
    """The keyword arguments that ``CORS(…)`` and ``cross_origin(…)`` take besides their named
    parameters: none. Type checkers refuse any other; at run time it is a ``CORSWarning``."""
