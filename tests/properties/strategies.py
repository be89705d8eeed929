"""Policies, origins and requests, as users write them and as browsers and attackers send them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from .model import FINITE, METHOD, NAMES, ORIGIN, PRIVATE, Item, Request


def times(factor: float) -> settings:
    """Run more or fewer examples than the profile, for properties that are fast or slow to try."""
    return settings(max_examples=max(10, int(settings.default.max_examples * factor)))


# ---- origins -----------------------------------------------------------------------------------

SENT = (  # by browsers
    "https://app.example",
    "https://other.example",
    "https://evil.test",
    "https://a.app.example",
    "https://a.b-c.app.example",
    "https://evilapp.example",
    "https://app.example.evil.test",
    "http://app.example",
    "https://app.example:8443",
    "https://a.app.example:8443",
    "http://localhost",
    "http://localhost:3000",
    "http://[::1]:8080",
    "http://192.0.2.7",
    "chrome-extension://abcdefghijklmnop",
    "null",
)
sent = st.sampled_from(SENT)


def _regex(pattern: str) -> Item:
    return Item("finite", pattern, "i")


def _listed(origin: str) -> bool:
    return origin in FINITE


def _no_one(origin: str) -> bool:
    return False


EXACT = tuple(
    Item("exact", text, text.lower(), is_open=text == "null")
    for text in (*SENT, "HTTPS://App.Example", "https://OTHER.example")
)
PATTERNS = (
    *(Item("subdomains", text, text) for text in ("https://*.app.example", "https://*.example")),
    Item("ports", "http://localhost:*", "http://localhost"),
    Item("ports", "https://app.example:*", "https://app.example"),
    Item("ports", "http://[::1]:*", "http://[::1]"),
    Item("both", "https://*.app.example:*", "https://*.app.example"),
    Item("both", "HTTPS://*.App.example:*", "https://*.app.example"),
)
REGEXES = (
    _regex(r"https://(app|other)\.example"),
    _regex(r"^https://(?:app|other)\.example$"),
    _regex(r"https://app\.example|https://other\.example"),
    Item("finite", re.compile(r"https://(app|other)\.example")),
    Item("finite", re.compile(r"(?m)^https://(app|other)\.example$")),
)
CALLABLES = (Item("finite", _listed), Item("finite", FINITE.__contains__))
ANY = (Item("any", "*", is_open=True), Item("any", ".*", is_open=True))

WRITTEN = EXACT + PATTERNS + tuple(item for item in REGEXES if isinstance(item.option, str)) + ANY
ITEMS = EXACT + PATTERNS + REGEXES + CALLABLES + ANY

anyone = st.lists(st.sampled_from(ANY), min_size=1, max_size=1)
one_exact = st.lists(st.sampled_from(EXACT), min_size=1, max_size=1)


def lists_of(items: tuple[Item, ...]) -> st.SearchStrategy[list[Item]]:
    return st.one_of(
        one_exact, anyone, st.lists(st.sampled_from(items), max_size=4, unique_by=repr)
    )


raw = st.text(st.characters(max_codepoint=255), max_size=40)  # WSGI: latin-1 of any bytes
visible = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=30)
PIECES = (
    *(
        "",
        " ",
        "\t",
        "\r\n",
        "\n",
        "\x00",
        "/",
        "\\",
        "@",
        "#",
        "?",
        "%0a",
        ",",
        ", ",
        ".",
        "..",
        "*",
    ),
    *(":", ":0", ":80", ":443", ":8443", ":65535", ":65536", ":08", ":1\n", "://", "https://"),
    *(".evil.test", "evil.", "evil", "@evil.test", "/.app.example", ".app.example", "null", "\xe9"),
    *("https://app.example", "https://evil.test", "x" * 300, "\u212a".encode().decode("latin-1")),
)
piece = st.sampled_from(PIECES)


@st.composite
def twisted(draw: st.DrawFn) -> str:
    """Make an origin with a change that a careless comparison would overlook."""
    origin = draw(sent)
    kind = draw(st.integers(0, 4))
    if kind == 0:
        return draw(piece) + origin + draw(piece)
    at = draw(st.integers(0, len(origin)))
    if kind == 1:
        return origin[:at] + draw(st.one_of(piece, raw)) + origin[at:]
    if kind == 2:
        return origin[:at] + origin[at + 1 :]
    if kind == 3:
        return origin[:at] + origin[at:].upper()
    return origin + draw(st.sampled_from([",", ", ", " "])) + draw(sent)


any_origin = st.one_of(sent, sent, twisted(), twisted(), raw, visible)

# ---- options -----------------------------------------------------------------------------------

METHODS = (None, "*", "PUT", "GET, put", ["PUT", "DELETE"], ["patch", "X-OWN"], ["*", "PUT"], [])
ALLOW_HEADERS = ("*", [], "X-A", "x-a, X-B", ["X-A", r"x-[cd].*"], [re.compile(r"X-\d+")])
EXPOSE_HEADERS = (None, "*", "X-B, X-A", ["X-B", "x-a", "X-B"])
MAX_AGES = (None, 0, -1, 600, 1.9, "600")


@dataclass
class Rule:
    """The options of one policy."""

    items: list[Item]
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def given(self) -> dict[str, Any]:
        return {"origins": [item.option for item in self.items], **self.options}

    def expected_without_credentials(self) -> bool:
        return not any(item.is_open for item in self.items)


@st.composite
def rules(draw: st.DrawFn, **fixed: Any) -> Rule:
    """Make a valid policy: with credentials only for trusted origins."""
    rule = Rule(draw(lists_of(ITEMS)))
    credentials = draw(st.booleans()) and rule.expected_without_credentials()
    rule.options = {
        "methods": draw(st.sampled_from(METHODS)),
        "allow_headers": draw(st.sampled_from(ALLOW_HEADERS)),
        "expose_headers": draw(st.sampled_from(EXPOSE_HEADERS)),
        "max_age": draw(st.sampled_from(MAX_AGES)),
        "supports_credentials": credentials,
        **{
            name: draw(st.booleans())
            for name in (
                *("send_wildcard", "vary_header", "automatic_options", "allow_private_network"),
                *("intercept_exceptions", "always_send"),
            )
        },
        **fixed,
    }
    return rule


# ---- requests ----------------------------------------------------------------------------------

asked_methods = st.sampled_from(["GET", "PUT", "DELETE", "PATCH", "patch", "X-OWN"])
asked_names = st.sampled_from(["x-a", "x-a,x-b", "x-c,x-d", "x-1", "X-A, x-evil", "authorization"])


def headers(
    origin: st.SearchStrategy[str],
    method: st.SearchStrategy[str] = asked_methods,
    names: st.SearchStrategy[str] = asked_names,
    private_network: st.SearchStrategy[str] | None = st.just("true"),
) -> st.SearchStrategy[tuple[tuple[str, str], ...]]:
    """Make some of the headers that CORS reads; each may be missing."""
    optional = {ORIGIN: origin, METHOD: method, NAMES: names}
    if private_network is not None:
        optional[PRIVATE] = private_network
    return st.fixed_dictionaries({}, optional=optional).map(lambda given: tuple(given.items()))


def requests(
    paths: st.SearchStrategy[str],
    methods: st.SearchStrategy[str],
    lines: st.SearchStrategy[tuple[tuple[str, str], ...]],
    queries: st.SearchStrategy[str] = st.just(""),
) -> st.SearchStrategy[Request]:
    return st.builds(Request, paths, methods, lines, queries)
