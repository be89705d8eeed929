"""Converts internationalised hosts to ASCII, as browsers do."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import lru_cache


def host_to_ascii(host: str) -> str | None:
    """Return ``host`` in ASCII by UTS 46, or None if browsers refuse it or it is not known.

    Without the package ``idna``, only hosts are known that IDNA 2003, which is part of Python,
    converts in the same way. A host in ASCII is only converted to lower case: browsers do not
    validate its punycode.

    :param host: the host without percent-encoding. Its ASCII characters are not checked.
    """
    if host.isascii():
        return host.lower() or None
    to_ascii = load_uts46()
    if to_ascii is None:
        return _by_both_standards(host)
    try:
        return to_ascii(host) or None
    except ValueError:
        return None


@lru_cache(maxsize=1)  # Python does not cache that a package is missing
def load_uts46() -> Callable[[str], str] | None:
    """Return the function that converts any host, or None if ``idna`` is not installed."""
    try:
        from .uts46 import to_ascii
    except ImportError:
        return None
    return to_ascii


# Lower case and caseless letters, marks and digits.
_PLAIN = frozenset({"Ll", "Lo", "Lm", "Mn", "Mc", "Nd"})
# Characters that the two standards treat differently.
_CHANGED = frozenset("\u115f\u1160\u17b4\u17b5")
# Of letters and numbers that are written from right to left: https://www.unicode.org/reports/tr9/
RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})


def _by_both_standards(host: str) -> str | None:
    """Return ``host`` in ASCII if IDNA 2003 and UTS 46 convert it in the same way, or None."""
    labels = unicodedata.normalize("NFC", host.lower()).split(".")
    if not all(_is_kept_by_both(label) for label in labels):
        return None
    return ".".join(
        label if label.isascii() else f"xn--{label.encode('punycode').decode('ascii')}"
        for label in labels
    )


def _is_kept_by_both(label: str) -> bool:
    """Return whether IDNA 2003 and UTS 46 change nothing in a label before they encode it."""
    from encodings.idna import nameprep
    from unicodedata import ucd_3_2_0 as unicode  # the version of Unicode in IDNA 2003

    if label.startswith("xn--"):
        return False
    if label.isascii():
        return True
    if unicodedata.category(label[0]).startswith("M"):
        return False
    for character in label:
        if character in _CHANGED or unicode.bidirectional(character) in RIGHT_TO_LEFT:
            return False
        if not character.isascii() and unicode.category(character) not in _PLAIN:
            return False
    try:
        return nameprep(label) == label
    except UnicodeError:
        return False
