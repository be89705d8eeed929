"""The types of the options, for annotations in code that passes them on.

.. code-block:: python

    from flask_cors.typing import Origins

    def create_app(origins: Origins) -> Flask: ...
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from datetime import timedelta
from re import Pattern
from typing import Any, TypedDict, Union

# Spelled with Union: these are evaluated at run time, and read by tools that know no "|" there.

#: One item of ``origins``: ``"*"``, an origin, a pattern, a regular expression as a string or
#: compiled, or a callable ``origin -> bool``.
Origin = Union[str, Pattern[str], Callable[[str], bool]]
#: ``"*"``, an origin, ``"https://*.example.com"``, ``"http://localhost:*"``, a regular expression,
#: a callable ``origin -> bool``, a list of these, or a string with commas. ``[]`` and None are
#: nobody.
Origins = Union[Origin, Iterable[Origin], None]
#: Names, in any case: a list or ``"GET, PUT"``. ``"*"`` is every method, None the usual seven.
Methods = Union[str, Iterable[str], None]
#: Names, in any case, and regular expressions that must match the whole name: one, a list, or
#: ``"Content-Type, X-Token"``. ``"*"`` is every name, None is none.
Headers = Union[str, Pattern[str], Iterable[Union[str, Pattern[str]]], None]
#: Names: a list or ``"X-Total-Count, X-Page"``. ``"*"`` is sent as it is, None is none.
ExposeHeaders = Union[str, Iterable[str], None]
#: Seconds as a number or digits, or a timedelta; parts of a second are dropped. ``-1`` is not at
#: all, None the browser's own.
MaxAge = Union[int, float, timedelta, str, None]
#: ``True``, ``1``, ``"true"``, ``"yes"``, ``"on"``, or their opposites ``False``, ``0``,
#: ``"false"``, ``"no"``, ``"off"``; strings in any case.
Switch = Union[bool, int, str]


class CommonOptions(TypedDict, total=False):
    """The options that an app, a resource and a view share."""

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
    """The options of one resource, ``resources={"/api/*": {…}}``: those of :class:`CommonOptions`
    and these."""

    automatic_options: Switch
    intercept_exceptions: Switch


#: One pattern: a path, ``"/api/*"``, or a regular expression as a string or compiled.
Resource = Union[str, Pattern[str]]
#: A path, ``"/api/*"``, a regular expression, a list of these, a string with commas, or a dict of
#: patterns and the options of each.
Resources = Union[
    Resource,
    # Not Iterable: a mapping is one too, and its options would go unchecked.
    Sequence[Resource],
    Set[Resource],
    Iterator[Resource],
    # Keys are Resource. A mapping is invariant in them, and a dict of str alone would not do.
    Mapping[Any, ResourceOptions],
]


class ExtensionOptions(ResourceOptions, total=False):
    """The keyword arguments of ``CORS.init_app``: those of :class:`ResourceOptions` and these."""

    resources: Resources


class ExtraExtensionOptions(TypedDict, total=False):
    """What ``CORS(…)`` takes besides the parameters it names."""

    automatic_options: Switch


class ExtraViewOptions(TypedDict, total=False):
    """What ``cross_origin(…)`` takes besides the parameters it names."""

    intercept_exceptions: Switch
