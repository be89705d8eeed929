"""URLs with odd hosts, the same ones in each run.

Their characters are older than Unicode 13, so every Python and every table of UTS 46 knows them.
"""

from __future__ import annotations

from random import Random
from urllib.parse import quote

LETTERS = (
    "abcxyz",
    "ABCXYZ",
    "äöüßéñøåłşğ",
    "ÄÖÜẞÉÑØÅŁŞĞİı",
    "αβγσςωΣΩ",
    "бгджяБГЯ",
    "日本語東京中文字",
    "한국어가나다",
    "क्षेत्रहिन्दी",
    "ไทยภาษา",
    "ａｂｃＸＹＺ①②ﬁ㎏",
    "☃♥😀🍕👩★",
)
# Text from right to left.
BACKWARDS = ("אבגדה", "عربيةامثال")
# Characters that are ignored, joined, composed, forbidden or unassigned.
ODD = "\u200c\u200d\u00ad\u200b\u2060\ufe0f\u0301\u0308\u0345\u094d\ufffd\u2260\u226e\u0378\u3164"
# Punycode that is invalid, of a mapped character, of a lone joiner, of ASCII, repeated, not ASCII.
INVALID_PUNYCODE = ("xn--a", "xn--zn7c", "xn--1ug", "xn--a-", "xn--", "xn--xn---epa", "xn--tešla")
DOTS = "...........。\uff0e｡"
DIGITS = "0123456789"


def _punycode(text: str) -> str:
    return text.encode("punycode").decode("ascii")


class Urls:
    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def url(self) -> str:
        scheme = self.pick("https", "http", "http", "HTTPS", "Ws", "wss", "ftp")
        user = self.pick(*[""] * 12, "u@", "u:p@", ":@", "u%40@")
        path = self.pick("", "", "/", "/x?y#z", "?y", "#z", "\\x", "/../x")
        return f"{scheme}:{self.pick(*['//'] * 6, '/', '///')}{user}{self.authority()}{path}"

    def authority(self) -> str:
        host = self.pick(*[self.name] * 12, *[self.ipv4] * 3, self.ipv6, self.garbage)()
        ports = ("", "", "", ":80", ":443", ":8443", ":", ":0", ":080", ":65535", ":65536", ":8a")
        return host + self.pick(*ports)

    def name(self) -> str:
        """A host with a name: either with text from right to left or with all else, for which of
        both in one host ada has a reading of its own."""
        label = self.pick(*[self.label] * 7, self.backwards)
        labels = [label() for _ in range(self.random.randint(1, 4))]
        host = "".join(f"{one}{self.random.choice(DOTS)}" for one in labels)
        host = host if self.random.random() < 0.1 else host[:-1]
        return self.encoded(host) if self.random.random() < 0.15 else host

    def encoded(self, host: str) -> str:
        """Return the text with some characters percent-encoded, not always in UTF-8."""
        written = (self.pick(one, one, quote(one)) for one in host)
        return "".join(written) + self.pick("", "", "%41", "%C3", "%2", "%2E", "%2F", "%00")

    def label(self) -> str:
        text = "".join(self.random.choices(self.pick(*LETTERS), k=self.random.randint(1, 5)))
        if self.random.random() < 0.3:
            text += "".join(self.random.choices(self.pick(*LETTERS), k=2))
        change = self.random.random()
        if change < 0.1:
            at = self.random.randint(0, len(text))
            return text[:at] + self.pick(*ODD) + text[at:]
        if change < 0.2:
            return self.pick("-{}", "{}-", "ab--{}", "_{}", "{}_", "{0}--{0}", "{}1").format(text)
        if change < 0.3:
            return self.punycode(text)
        return self.pick(*[text] * 30, "", text * 20)

    def punycode(self, text: str) -> str:
        written = f"{self.pick('xn--', 'xn--', 'XN--', 'xn-')}{_punycode(text.lower())}"
        return self.pick(written, written, written.upper(), *INVALID_PUNYCODE)

    def backwards(self) -> str:
        letters = self.pick(*BACKWARDS)
        text = "".join(self.random.choices(letters, k=self.random.randint(1, 5)))
        return self.pick(*[text] * 5, f"{text}1", f"1{text}", f"{text}-", f"{text}a", "abc", "ü")

    def ipv4(self) -> str:
        parts = [self.number() for _ in range(self.pick(4, 4, 4, 1, 2, 3, 5))]
        host = ".".join(parts) + self.pick(*[""] * 6, ".", "..")
        if self.random.random() < 0.2:  # fullwidth digits and dots
            return "".join(chr(ord(one) + 0xFEE0) for one in host)
        return self.pick(*[host] * 6, f"a.{host}", host.upper(), f"%31{host}")

    def number(self) -> str:
        value = self.random.choice((0, 1, 8, 10, 127, 192, 255, 256, 65535, 2**32 - 1, 2**32))
        small = self.random.randint(0, 255)
        ways = (f"{small}", f"{small}", f"{value}", f"0{value:o}", f"0x{value:x}", f"{value:03}")
        return self.pick(*ways, *ways, "0x", "08", "", "1a", "0xg")

    def ipv6(self) -> str:
        pieces = [f"{self.random.choice((0, 0, 1, 0xAB, 0xFFFF)):x}" for _ in range(8)]
        at = self.random.randint(0, 6)
        text = ":".join(pieces)
        short = ":".join(pieces[:at]) + "::" + ":".join(pieces[at + 2 :])
        mapped = self.pick(
            "::ffff:1.2.3.4", "::ffff:0102:304", "::1.2.3.4", "::1.2.3", "::01.2.3.4"
        )
        wrong = self.pick(":::1", "1::2::3", f"{text}:1", "12345::", "::g", "", "::1%eth0", "::1 ")
        return f"[{self.pick(text, short, short.upper(), mapped, wrong)}]"

    def garbage(self) -> str:
        return "".join(
            self.random.choices(
                "a.%-_~!$&'()*+,;=<>^|`{}\"[]:@ \t\u3000\xa0\uff0f\uff1f\uff03\uff05", k=4
            )
        )

    def pick(self, *choices):
        return self.random.choice(choices)


def generated_urls(count: int, seed: int = 46) -> list[str]:
    urls = Urls(seed)
    return [urls.url() for _ in range(count)]
