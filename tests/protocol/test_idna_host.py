"""Hosts beyond ASCII: their form in browsers, with and without the package ``idna``."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from random import Random

import ada_url
import pytest

from flask_cors.protocol.idna_host import host_to_ascii
from flask_cors.protocol.origin import why_never_sent
from flask_cors.protocol.uts46 import to_ascii

ASCII = [
    ("a.example", "a.example"),
    ("A.Example.", "a.example."),
    ("ab--c_d-", "ab--c_d-"),
    ("..", ".."),
    ("", None),
    # Browsers do not look into the punycode of a host in ASCII.
    ("XN--BCHER-KVA.example", "xn--bcher-kva.example"),
    ("xn--a", "xn--a"),
]
# IDNA 2003 and UTS 46 say the same of these.
ALIKE = [
    ("b\xfccher.example", "xn--bcher-kva.example"),
    ("B\xdcCHER.example", "xn--bcher-kva.example"),
    ("bu\u0308cher.example", "xn--bcher-kva.example"),
    ("\u65e5\u672c.example", "xn--wgv71a.example"),
    ("\u0915\u094d\u0937", "xn--11b2ezc"),
    ("\u0915\u093e\u0967", "xn--11b6f9e"),
    ("\u65e5\u3005", "xn--u6j053n"),
    ("a_b-.\xfc", "a_b-.xn--tda"),
    ("a..\xfc", "a..xn--tda"),
    ("\xfc..", "xn--tda.."),
    ("\u03a3.gr", "xn--4xa.gr"),
]
# These they read in different ways, or one of them alone does.
BY_UTS46 = [
    ("fa\xdf.de", "xn--fa-hia.de"),
    ("FA\u1e9e.de", "xn--fa-hia.de"),
    ("\u03bb\u03cc\u03b3\u03bf\u03c2.gr", "xn--oxapnm1c.gr"),
    ("\u0915\u094d\u200d\u0937", "xn--11b2ezcw70k"),
    ("\u2603.net", "xn--n3h.net"),
    ("\U0001f600.example", "xn--e28h.example"),
    ("\uff41.example", "a.example"),
    ("a\u3002\xfc", "a.xn--tda"),
    ("\xad.a", ".a"),
    ("a\u1160.\xfc", "a.xn--tda"),
    ("a\u17b4.\xfc", "a.xn--tda"),
    ("\u05d0\u05d1.example", "xn--4dbc.example"),
    ("\u05d0\u05d1.", "xn--4dbc."),
    ("xn--tda.\xfc", "xn--tda.xn--tda"),
    ("xn--tda.\u65e5", "xn--tda.xn--wgv"),
    ("xn--a_-yka.\xfc", "xn--a_-yka.xn--tda"),
]
REFUSED = [
    "\xad",
    "a\ufffd",
    "\u0301a",
    "a\u200db",
    "\u05d0a",
    "\u05d01a",
    "xn--\xfc",
    "xn--tda-\xad.\xfc",
    # Beside a host beyond ASCII, browsers do look into punycode.
    "xn--a.\xfc",
    "xn--a-.\xfc",
    "xn--.\xfc",
    "xn--zn7c.\xfc",
    "xn--1ug.\xfc",
    "xn--xn---epa.\xfc",
    "xn--a." + "\xfc" * 2000,
]
# Where ada 4.0 departs from UTS 46, and Chromium 156 does not.
DIFFERENT_IN_ADA = {
    # Beside text from right to left, every label keeps the rules for such text.
    "1.\u0645": (None, "1.xn--hhb"),
    "\u05d0.a-": (None, "xn--4db.a-"),
    # Where there is no letter of ASCII, punycode has no hyphen.
    "xn---tda.\xfc": (None, "xn---tda.xn--tda"),
    # A mark below comes before one above.
    "\u1ea5\u0323": ("xn--lsa182l", "xn--kta791l"),
}


def by_ada(host: str) -> str | None:
    try:
        return ada_url.URL(f"https://{host}").hostname
    except ValueError:
        return None


@pytest.mark.parametrize(("host", "written"), [*ASCII, *ALIKE, *BY_UTS46])
def test_a_host_is_converted_as_browsers_convert_it(host: str, written: str | None) -> None:
    assert host_to_ascii(host) == written
    assert by_ada(host) == written


@pytest.mark.parametrize("host", REFUSED)
def test_a_host_that_browsers_refuse_is_refused(host: str) -> None:
    assert host_to_ascii(host) is None
    assert by_ada(host) is None


@pytest.mark.parametrize("host", DIFFERENT_IN_ADA)
def test_a_host_that_ada_converts_differently_is_converted_as_by_chromium(host: str) -> None:
    assert (host_to_ascii(host), by_ada(host)) == DIFFERENT_IN_ADA[host]


def test_a_character_that_is_newer_than_this_python_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It cannot be normalised, and without that the host could be another one."""
    category = unicodedata.category
    newer = {"\u01a9", "\u0283"}  # as if they came with a later version of Unicode
    monkeypatch.setattr(unicodedata, "category", lambda c: "Cn" if c in newer else category(c))
    assert host_to_ascii("\u0283.example") is None
    assert host_to_ascii("\u0284.example") == "xn--0oa.example"


# ---- without the package -----------------------------------------------------------------------


@pytest.mark.usefixtures("without_idna")
@pytest.mark.parametrize(("host", "written"), [*ASCII, *ALIKE])
def test_a_host_is_converted_without_idna_if_both_standards_agree(
    host: str, written: str | None
) -> None:
    assert host_to_ascii(host) == written


@pytest.mark.usefixtures("without_idna")
@pytest.mark.parametrize("host", [*(host for host, _ in BY_UTS46), *REFUSED])
def test_a_host_is_not_converted_without_idna_if_the_standards_may_differ(host: str) -> None:
    assert host_to_ascii(host) is None


@pytest.mark.usefixtures("without_idna")
def test_every_letter_is_converted_without_idna_as_by_browsers_or_not_at_all() -> None:
    read = 0
    for code in [*range(0x80, 0x3100), *range(0xA000, 0xAC00), *range(0xF900, 0x11000)]:
        for host in (f"{chr(code)}b", f"a{chr(code)}"):
            written = host_to_ascii(host) if not 0xD800 <= code < 0xE000 else None
            read += written is not None
            assert written is None or written == by_ada(host), ascii(host)
    assert read > 9000


@pytest.mark.usefixtures("without_idna")
def test_several_letters_are_converted_without_idna_as_by_uts_46_or_not_at_all() -> None:
    random = Random(46)
    pools = [range(0xC0, 0x250), range(0x300, 0x370), range(0x370, 0x530), range(0x900, 0xE00)]
    pools += [range(0x1100, 0x1200), range(0x1E00, 0x2000), range(0x3040, 0x3100)]
    read = 0
    for _ in range(6000):
        codes = [*random.choice(pools), 0x61, 0x301, 0x308, 0x323]
        host = "".join(map(chr, random.choices(codes, k=random.randint(2, 4))))
        written = host_to_ascii(host)
        read += written is not None
        assert written is None or written == to_ascii(host), ascii(host)
    assert read > 1000


@pytest.mark.usefixtures("without_idna")
def test_no_spelling_that_may_be_another_domain_is_suggested_without_idna() -> None:
    flaw = "its host is not ASCII: browsers send punycode"
    assert why_never_sent("https://fa\xdf.de") == (flaw, None)
    assert why_never_sent("https://b\xfccher.de") == (flaw, "https://xn--bcher-kva.de")


def test_importing_flask_cors_does_not_import_idna() -> None:
    code = """if True:
        import sys
        import flask_cors
        for origin in ("https://app.example", "https://xn--tda.example"):
            flask_cors.CORS(origins=origin)
        print(sorted({"idna", "encodings.idna", "stringprep"} & {*sys.modules}))"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
