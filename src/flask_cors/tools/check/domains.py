"""Which domains can be registered, by the Public Suffix List (https://publicsuffix.org/).

Its reader is in ``flask-cors[tools]``. Without it, the last label counts as the suffix.
"""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import TYPE_CHECKING

from ...protocol.origin import is_ip_host

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

# Reserved for examples (RFC 2606), which use it like any other: it counts as a suffix.
_RESERVED = "example"
_COMMON = frozenset({"com", "net", "org", "info", "dev", "app", "xyz"})
INSTALL = "pip install 'flask-cors[tools]'"


@lru_cache(maxsize=1)  # reading it takes a while
def load_suffix_list() -> PublicSuffixList | None:
    """Return the list; None where its reader is not installed."""
    try:
        from publicsuffixlist import PublicSuffixList
    except ImportError:
        return None
    return PublicSuffixList()


def find_public_suffix(host: str) -> str:
    """Return what follows a registered name: ``co.uk``, ``github.io``."""
    listed = load_suffix_list()
    found = None if listed is None else listed.publicsuffix(host)
    return found if isinstance(found, str) else host.rpartition(".")[2]


def is_listed(suffix: str) -> bool:
    """Return whether the public can register names below a suffix, as far as the list knows."""
    listed = load_suffix_list()
    return listed is not None and listed.publicsuffix(suffix, accept_unknown=False) == suffix


def is_for_sale(suffix: str) -> bool:
    """Return the same as :func:`is_listed`; without the list, a guess."""
    if suffix == _RESERVED:
        return True
    return is_listed(suffix) if load_suffix_list() else suffix in _COMMON or len(suffix) == 2


def find_registrable_domain(host: str) -> str | None:
    """Return the registered name with its suffix; None for an address, and for a host that is
    itself a suffix."""
    suffix = find_public_suffix(host)
    if is_ip_host(host) or host == suffix:
        return None
    return f"{host.removesuffix(f'.{suffix}').rpartition('.')[2]}.{suffix}"


def is_loopback(host: str) -> bool:
    """Return whether a host is the machine that the browser runs on."""
    if is_ip_host(host):
        address = ipaddress.ip_address(host.strip("[]"))
        return address.is_loopback or address.is_unspecified  # 0.0.0.0 leads there too
    return host.rpartition(".")[2] == "localhost"
