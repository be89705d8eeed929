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
Origin = Union[str, Pattern[str], Callable[[str], bool]]
Origins = Union[Origin, Iterable[Origin], None]
Methods = Union[str, Iterable[str], None]
Headers = Union[str, Pattern[str], Iterable[Union[str, Pattern[str]]], None]
ExposeHeaders = Union[str, Iterable[str], None]
MaxAge = Union[int, float, timedelta, str, None]
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
    """The options of one resource: ``resources={"/api/*": {…}}``."""

    automatic_options: Switch
    intercept_exceptions: Switch


Resource = Union[str, Pattern[str]]
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
    """The keyword arguments of ``CORS.init_app``."""

    resources: Resources


class ExtraExtensionOptions(TypedDict, total=False):
    """What ``CORS(…)`` takes besides the parameters it names."""

    automatic_options: Switch


class ExtraViewOptions(TypedDict, total=False):
    """What ``cross_origin(…)`` takes besides the parameters it names."""

    intercept_exceptions: Switch
