"""Who can register what: the Public Suffix List (https://publicsuffix.org/), where it is there.

Its reader is in ``flask-cors[tools]``. Without it the last label is taken for the suffix.
"""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import TYPE_CHECKING

from ....origin import is_ip_host

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

# Nobody can have a name below it, and so examples do: it counts as any other (RFC 2606).
RESERVED = "example"
_COMMON = frozenset({"com", "net", "org", "info", "dev", "app", "xyz"})
INSTALL = "pip install 'flask-cors[tools]'"


@lru_cache(maxsize=1)  # reading it takes a while
def suffix_list() -> PublicSuffixList | None:
    """The list; None where its reader is not installed."""
    try:
        from publicsuffixlist import PublicSuffixList
    except ImportError:
        return None
    return PublicSuffixList()


def public_suffix(host: str) -> str:
    """What is behind the name that somebody registered: ``co.uk``, ``github.io``."""
    listed = suffix_list()
    found = None if listed is None else listed.publicsuffix(host)
    return found if isinstance(found, str) else host.rpartition(".")[2]


def is_listed(suffix: str) -> bool:
    """Whether anybody can have a name below it, as far as the list knows: what an intranet calls
    its hosts is nobody else's."""
    listed = suffix_list()
    return listed is not None and listed.publicsuffix(suffix, accept_unknown=False) == suffix


def is_for_sale(suffix: str) -> bool:
    """The same, where a guess must do without the list."""
    if suffix == RESERVED:
        return True
    return is_listed(suffix) if suffix_list() else suffix in _COMMON or len(suffix) == 2


def registrable_domain(host: str) -> str | None:
    """The name that somebody registered, with its suffix; None for an address, and for a host that
    is itself a suffix."""
    suffix = public_suffix(host)
    if is_ip_host(host) or host == suffix:
        return None
    return f"{host.removesuffix(f'.{suffix}').rpartition('.')[2]}.{suffix}"


def is_loopback(host: str) -> bool:
    """Whether a host is the machine of whoever has the page open."""
    if is_ip_host(host):
        address = ipaddress.ip_address(host.strip("[]"))
        return address.is_loopback or address.is_unspecified  # 0.0.0.0 leads there too
    return host.rpartition(".")[2] == "localhost"
