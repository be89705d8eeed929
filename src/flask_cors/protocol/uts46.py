"""UTS 46 as browsers apply it: https://url.spec.whatwg.org/#concept-domain-to-ascii with
``beStrict`` false, https://www.unicode.org/reports/tr46/#Processing.

The package ``idna`` has the table of characters and the rules for joiners and right-to-left text.
``idna.encode`` itself follows the stricter IDNA 2008, and refuses hosts that browsers accept, such
as ``☃.net``.
"""

from __future__ import annotations

import unicodedata

from idna import check_bidi, uts46_remap, valid_contextj

from .idna_host import RIGHT_TO_LEFT

PREFIX = "xn--"
_JOINERS = frozenset("\u200c\u200d")


def to_ascii(host: str) -> str:
    """Return ``host`` in ASCII.

    :raises ValueError: if browsers refuse the host, or it has a character that is newer than this
        version of Python, which therefore cannot normalise it.
    """
    labels = [_decode(label) for label in uts46_remap(host, std3_rules=False).split(".")]
    is_bidi = any(unicodedata.bidirectional(c) in RIGHT_TO_LEFT for label in labels for c in label)
    for label in labels:
        _check(label, is_bidi)
    return ".".join(map(_encode, labels))


def _decode(label: str) -> str:
    """Return a label in Unicode."""
    if not label.startswith(PREFIX):
        return label
    decoded = label.removeprefix(PREFIX).encode("ascii").decode("punycode")
    if uts46_remap(decoded, std3_rules=False) != decoded:
        raise ValueError(f"{label} does not decode to a valid label")
    if _encode(decoded) != label:
        raise ValueError(f"{label} is not valid punycode")
    return decoded


def _check(label: str, is_bidi: bool) -> None:
    """Check a label by https://www.unicode.org/reports/tr46/#Validity_Criteria.

    :raises ValueError: if it is not valid.
    """
    if label.isascii() and not is_bidi:
        return
    if label.startswith(PREFIX) or unicodedata.category(label[:1] or "a").startswith("M"):
        raise ValueError(f"{label} begins with xn-- or with a combining mark")
    for at, character in enumerate(label):
        if unicodedata.category(character) == "Cn":
            raise ValueError(f"{character!r} is newer than this Python")
        if character in _JOINERS and not valid_contextj(label, at):
            raise ValueError(f"{label} has a joiner that joins nothing")
    if is_bidi and label:
        check_bidi(label, check_ltr=True)


def _encode(label: str) -> str:
    return label if label.isascii() else PREFIX + label.encode("punycode").decode("ascii")
