"""Which origins are allowed.

An :class:`OriginSet` answers in the order of cost: exact origins by hash, subdomain and port
patterns by the labels of the host, then regular expressions and callables one by one.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from .. import doubts as d
from .. import origin as _origin
from ..doubts import Doubt, Warn
from ..errors import CORSConfigError, Mistake, shown
from ..headers import comma_list
from .regex import compiled, is_regex

# Hosts that nobody allows on purpose, under the top-level domains that people do allow. A pattern
# that accepts one of them accepts a stranger.
_STRANGERS = tuple(
    f"{scheme}://{host}{port}"
    for scheme in ("https", "http")
    for host in (
        *(
            f"{name}.{suffix}"
            for name in ("evil", "attacker", "evil-site", "www.evil", "a.b.evil", "evil123")
            for suffix in (
                *("com", "net", "org", "io", "dev", "app", "info", "biz", "xyz", "co", "me", "ai"),
                *("uk", "co.uk", "de", "fr", "eu", "cn", "ru", "jp", "com.br", "com.au", "in"),
                *("us", "ca", "nl", "edu", "gov"),
            )
        ),
        "203.0.113.7",
        "[2001:db8::bad]",
    )
    for port in ("", ":8443", ":80", ":443", ":3000", ":5000", ":8000", ":8080", ":54321")
)


class Failure(NamedTuple):
    """A callable that gave no answer: what it did instead, and the exception if there was one."""

    what: str
    error: Exception | None


class Regex(NamedTuple):
    """A regular expression that must match the whole origin."""

    pattern: re.Pattern[str]

    def allows(self, origin: str) -> bool:
        return self.pattern.fullmatch(origin) is not None

    def __repr__(self) -> str:
        return f"re.compile({self.pattern.pattern!r})"


class Predicate(NamedTuple):
    """A callable ``origin -> bool``. Only True allows; anything else that is no bool is a
    failure, for a coroutine or a row of a database is as true as True."""

    function: Callable[[str], object]

    def ask(self, origin: str) -> bool | Failure:
        try:
            answer = self.function(origin)
        except Exception as error:  # whatever it is, the request must not pay for it
            return Failure(f"{self!r} raised {type(error).__name__}", error)
        if isinstance(answer, bool):
            return answer
        if inspect.iscoroutine(answer):
            answer.close()  # or Python warns, later and elsewhere, that it was never awaited
        return Failure(f"{self!r} answered with {type(answer).__name__}, not with a bool", None)

    def __repr__(self) -> str:
        return str(getattr(self.function, "__qualname__", type(self.function).__qualname__))


class OriginSet(NamedTuple):
    """The origins that a policy allows; frozen.

    :ivar any: every origin is allowed: ``"*"``.
    :ivar exact: origins in lower case.
    :ivar wildcards: subdomain and port patterns in lower case, as they are written:
        ``https://*.example.com``, ``http://localhost:*``.
    """

    any: bool = False
    exact: frozenset[str] = frozenset()
    wildcards: frozenset[str] = frozenset()
    regexes: tuple[Regex, ...] = ()
    predicates: tuple[Predicate, ...] = ()

    @property
    def is_exact(self) -> bool:
        """Whether exact origins alone are allowed."""
        return not (self.any or self.wildcards or self.regexes or self.predicates)

    @property
    def single(self) -> str | None:
        """The origin, where one exact origin and nothing else is allowed."""
        if len(self.exact) != 1 or not self.is_exact:
            return None
        (only,) = self.exact
        return only

    def answer(self, origin: str) -> str | Failure | None:
        """What ``Access-Control-Allow-Origin`` is for ``origin``: an exact origin as configured,
        any other allowed origin as the client wrote it, None for a refused one."""
        return self.match(origin) if _origin.is_well_formed(origin) else None

    def match(self, origin: str) -> str | Failure | None:
        """:meth:`answer`, for an origin that is known to be well-formed."""
        if self.any:
            return origin
        lowered = origin.lower()
        if lowered in self.exact:
            return lowered
        if self.wildcards and self._matches_wildcard(lowered):
            return origin
        for regex in self.regexes:
            if regex.allows(origin):
                return origin
        for predicate in self.predicates:
            answer = predicate.ask(origin)
            if isinstance(answer, Failure):
                return answer
            if answer:
                return origin
        return None

    def _matches_wildcard(self, origin: str) -> bool:
        """Whether one of the subdomain and port patterns matches ``origin``, in lower case: each
        that would is looked up."""
        parsed = _origin.parse(origin)
        if parsed is None:
            return False
        scheme, host, port = parsed
        end = "" if port is None else f":{port}"
        dot = -1 if host.startswith("[") else host.find(".")
        while dot != -1:
            pattern = f"{scheme}://*{host[dot:]}"
            if pattern + end in self.wildcards or f"{pattern}:*" in self.wildcards:
                return True
            dot = host.find(".", dot + 1)
        return f"{scheme}://{host}:*" in self.wildcards

    def open_to(self) -> str | None:
        """How anyone can take an allowed origin, or None: what must not meet credentials.
        Callables are not asked."""
        if self.any:
            return "any origin"
        if "null" in self.exact or any(regex.allows("null") for regex in self.regexes):
            return "'null', which any site can send from a sandboxed frame"
        stranger = _stranger_allowed_by(self.wildcards, self.regexes)
        return None if stranger is None else f"strangers such as {stranger}"


@lru_cache(maxsize=32)  # resources may share the origins of their app
def _stranger_allowed_by(wildcards: frozenset[str], regexes: tuple[Regex, ...]) -> str | None:
    if not wildcards and not regexes:
        return None
    patterns = OriginSet(wildcards=wildcards, regexes=regexes)
    return next((stranger for stranger in _STRANGERS if patterns.answer(stranger)), None)


# ---- reading the option ------------------------------------------------------------------------

_ONE_EACH = 'write a list, such as ["https://app.example"]'

_DOUBTS: dict[_origin.Flaw, type[Doubt]] = {
    _origin.Flaw.NO_SCHEME: d.NoScheme,
    _origin.Flaw.SLASH: d.WithPath,
    _origin.Flaw.PATH: d.WithPath,
    _origin.Flaw.DEFAULT_PORT: d.WithDefaultPort,
    _origin.Flaw.UPPER_CASE: d.WithUpperCase,
    _origin.Flaw.NOT_ASCII: d.NotASCII,
    _origin.Flaw.SEVERAL: d.NoOrigin,
    _origin.Flaw.NO_ORIGIN: d.NoOrigin,
}


def _fix(why: _origin.NeverSent) -> str:
    if why.mend is not None:
        return f"write {shown(why.mend)}"
    return "separate them with commas" if why.flaw is _origin.Flaw.SEVERAL else "leave it out"


class _Reader:
    """Sorts the items of an ``origins`` option into the kinds of an :class:`OriginSet`."""

    def __init__(self, warn: Warn) -> None:
        self.warn = warn
        self.any = False
        self.exact: set[str] = set()
        self.wildcards: set[str] = set()
        self.regexes: list[Regex] = []
        self.predicates: list[Predicate] = []
        self.mistakes: list[Mistake] = []

    def refuse(self, value: object, problem: str, mend: str) -> None:
        self.mistakes.append(Mistake("origins", value, problem, mend))

    def item(self, item: object) -> None:
        if isinstance(item, str):
            self.string(item)
        elif isinstance(item, re.Pattern):
            self.compiled(item)
        elif callable(item):
            self.predicate(item)
        else:
            self.refuse(item, "is not an origin", _ONE_EACH)

    def string(self, text: str) -> None:
        pieces = comma_list(text)
        if "," in text and any(is_regex(piece) and piece != ".*" for piece in pieces):
            self.refuse(
                text,
                "is a list with commas that holds a regular expression",
                "write a list of strings, or re.compile(...) for an expression with a comma",
            )
            return
        if not pieces:
            self.nothing(text)
        for piece in pieces:
            self.piece(piece)

    def nothing(self, value: object) -> None:
        self.warn(
            d.Nobody(
                f"origins: {value!r} allows nobody, for an unset variable must not open the API",
                "write origins=[] for nobody, origins='*' for anybody",
            )
        )

    def piece(self, text: str) -> None:
        if text in ("*", ".*"):
            self.any = True
        elif "://*" in text and is_regex(text):
            self.refuse(
                text,
                "mixes a pattern with a regular expression, where ://* is any number of slashes",
                'write "https://*.example.com" for subdomains, or ://.* in an expression',
            )
        elif is_regex(text):
            try:
                self.regexes.append(Regex(compiled("origins", text, re.IGNORECASE)))
            except CORSConfigError as error:
                self.mistakes.extend(error.mistakes)
        elif "*" in text:
            self.wildcard(text)
        else:
            self.literal(text)

    def wildcard(self, text: str) -> None:
        lowered = text.lower()
        sample = lowered.replace("://*.", "://").removesuffix(":*")
        parsed = _origin.parse(sample)
        if (
            parsed is None
            or (parsed.port is not None and lowered.endswith(":*"))
            or ("://*." in lowered and _origin.is_ip_host(parsed.host))
        ):
            self.refuse(text, "is no pattern", f"write {_meant(text)}")
            return
        why = _origin.why_never_sent(sample)
        if why is not None:
            said = f"origins: no browser ever sends an origin like {shown(text)}: {why.flaw}"
            fix = f"write {shown(lowered.rpartition(':')[0])}" if why.mend else "leave it out"
            self.warn(_DOUBTS[why.flaw](said, fix))
        self.wildcards.add(lowered)

    def literal(self, text: str) -> None:
        why = _origin.why_never_sent(text)
        if why is not None:
            said = f"origins: no browser ever sends {shown(text)}: {why.flaw}"
            self.warn(_DOUBTS[why.flaw](said, _fix(why)))
        lowered = text.lower()
        if _origin.is_well_formed(lowered):
            self.exact.add(text if text == lowered else lowered)  # no copy where it needs none

    def compiled(self, pattern: re.Pattern[Any]) -> None:
        if isinstance(pattern.pattern, str):
            self.regexes.append(Regex(pattern))
        else:
            self.refuse(pattern, "is an expression of bytes", "compile a str: re.compile(r'…')")

    def predicate(self, function: Callable[..., object]) -> None:
        if inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(
            getattr(function, "__call__", None)  # noqa: B004  # its kind, not whether it is there
        ):
            self.refuse(
                function,
                "is a coroutine function, and nothing awaits it",
                "write a plain function that returns a bool",
            )
        elif not _takes_one_argument(function):
            self.refuse(
                function,
                "does not take one argument, the origin",
                "write origins=lambda origin: …; for a bare decorator write @cross_origin()",
            )
        else:
            self.predicates.append(Predicate(function))


def _takes_one_argument(function: Callable[..., object]) -> bool:
    try:
        inspect.signature(function).bind("https://app.example")
    except TypeError:
        return False
    except ValueError:  # a builtin without a signature
        return True
    return True


def _meant(text: str) -> str:
    """How to write what a malformed wildcard was probably meant for."""
    scheme, separator, rest = text.lower().rpartition("://")
    if not separator or scheme == "*":
        scheme = "https"
    host, _, port = re.split(r"[/?#]", rest)[0].partition(":")
    bare = host.strip("*").strip(".")
    if host.endswith("*") and not host.startswith("*"):
        port = "*"
    exact = f"{scheme}://{bare}"
    parsed = _origin.parse(f"{exact}:{port}" if port.isdigit() else exact)
    if parsed is None or _origin.is_ip_host(parsed.host):
        return (
            '"*" for any origin, each origin in full, "https://*.example.com" for subdomains, '
            '"http://localhost:*" for ports, or a regular expression'
        )
    if port == "*":
        return f'"{exact}:*" for any port, or "{exact}"'
    end = f":{parsed.port}" if parsed.port else ""
    return f'"{scheme}://*.{bare}{end}" for its subdomains, and "{exact}{end}" for itself'


def parse_origins(value: object, warn: Warn) -> OriginSet:
    """The normal form of the option ``origins``.

    :param value: ``"*"``, an origin, a pattern, a regular expression, a callable, or a list of
        them; None allows nobody.
    :param warn: is told what is allowed and probably not meant.
    :raises CORSConfigError: naming each item that cannot be used.
    """
    reader = _Reader(warn)
    if value is None:
        reader.nothing(value)
    elif isinstance(value, (str, re.Pattern)) or callable(value):
        reader.item(value)
    elif isinstance(value, Iterable) and not isinstance(value, (bytes, bytearray)):
        for item in value:
            reader.item(item)
    else:
        reader.refuse(value, "is not an origin", _ONE_EACH)
    if reader.mistakes:
        raise CORSConfigError(reader.mistakes)
    return OriginSet(
        reader.any,
        frozenset(reader.exact),
        frozenset(reader.wildcards),
        tuple(reader.regexes),
        tuple(reader.predicates),
    )
