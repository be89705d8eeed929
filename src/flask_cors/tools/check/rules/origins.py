"""Rules: origins. Patterns are tried; callables are never called."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import lru_cache

from ....diagnostics.finding import Finding, Severity
from ....diagnostics.format import format_value
from ....diagnostics.rules import LookalikeOrigin
from ....policy.origins import OriginSet, Regex
from ....protocol.origin import is_ip_host, parse
from ...shared.text import format_list
from ..context import CheckContext, CheckRule, Located, cached_per_check
from ..domains import INSTALL, is_listed, is_loopback, load_suffix_list
from ..pattern_audit import PatternAudit

MAX_ENTRIES_SHOWN = 4


@cached_per_check
def _audit_origins(context: CheckContext) -> list[tuple[OriginSet, list[PatternAudit], Located]]:
    """Return each value of ``origins``, with the audits of its wildcard patterns and regular
    expressions."""
    audit = lru_cache(maxsize=None)(PatternAudit)  # views may share a pattern
    found: list[tuple[OriginSet, list[PatternAudit], Located]] = []
    for option, located in context.iter_options("origins"):
        patterns: list[str | Regex] = [*sorted(option.value.wildcards), *option.value.regexes]
        found.append((option.value, list(map(audit, patterns)), located))
    return found


def _iter_audits(context: CheckContext) -> Iterator[tuple[PatternAudit, Located]]:
    for _, audits, located in _audit_origins(context):
        yield from ((audit, located) for audit in audits)


class NullOrigin(CheckRule):
    """`origins` allows `null`.

    ## Why it matters

    Browsers send `Origin: null` for a page that has no origin of its own: a file, a sandboxed
    frame, a redirect across origins. Any site can put its script into such a frame, so to allow
    `null` is to allow every site, whatever else is listed.

    ## Example

        CORS(app, origins=["https://app.example", "null"])

    ## Use instead

        CORS(app, origins=["https://app.example"])

    Serve the page that needs `null` from an origin of its own.

    ## When to ignore

    Where the responses are public, so that any site may read them: `origins="*"` says so.
    """

    code = "CORS107"
    title = "null among the origins"

    @classmethod
    def find(cls, context: CheckContext) -> Iterator[Finding]:
        hint = "leave it out, and serve the page from an origin of its own"
        for origins, audits, located in _audit_origins(context):
            names = [f"{each.name} allows 'null', which" for each in audits if each.allows("null")]
            for what in ["'null'", *names] if "null" in origins.exact else names:
                message = f"origins: {what} is what any site can send, from a sandboxed frame"
                yield cls(message, hint).at(*located)


def find_lookalikes(context: CheckContext) -> Iterator[Finding]:
    """Yield the patterns that allow other origins than those that they were written for."""
    for audit, located in _iter_audits(context):
        # A wildcard pattern has no dot to escape and no end to forget.
        found = _find_worst(audit) if audit.pattern.regexes else None
        if found is not None:
            what, severity = found
            entries = [f'"{entry}"' for entry in audit.entries()]
            hint = 'list the origins that you trust, such as "https://app.example"'
            if 0 < len(entries) <= MAX_ENTRIES_SHOWN:
                hint = f"write {', '.join(entries)}"
            message = f"origins: {audit.name} allows {what}"
            yield LookalikeOrigin(message, hint, severity=severity).at(*located)


def _find_worst(audit: PatternAudit) -> tuple[str, Severity] | None:
    """Return the worst that a pattern allows."""
    if audit.untrusted is not None:
        if audit.allows_unrelated:
            why = "and any other host"
        elif audit.domains:
            why = f"which is not of {format_list(audit.domains, MAX_ENTRIES_SHOWN)}"
        else:
            why = "which anyone can register"
        return f"{format_value(audit.untrusted)}, {why}", Severity.ERROR
    for origin, why, severity in (
        (audit.downgraded, "which anyone on the network can impersonate", Severity.WARNING),
        (audit.loose_dot, "because an unescaped dot is any character", Severity.NOTE),
        (audit.ported, "and so any server on that host", Severity.NOTE),
    ):
        if origin is not None:
            return f"{format_value(origin)} too, {why}", severity
    return None


class PublicSuffix(CheckRule):
    """A pattern in `origins` allows everything below a public suffix, such as `co.uk` or
    `github.io`.

    ## Why it matters

    Below a public suffix each name belongs to somebody else: the pattern allows whoever registers
    one, often for free. The suffixes are those of the [Public Suffix
    List](https://publicsuffix.org/), with its private section.

    ## Example

        CORS(app, origins="https://*.github.io")

    ## Use instead

        CORS(app, origins="https://ada.github.io")

    ## When to ignore

    Where the responses are public, so that any site may read them: `origins="*"` says so.
    """

    code = "CORS110"
    title = "a pattern for everything below a public suffix"
    severity = Severity.ERROR

    @classmethod
    def find(cls, context: CheckContext) -> Iterator[Finding]:
        for audit, located in _iter_audits(context):
            if load_suffix_list() is not None:
                for suffix in filter(is_listed, audit.open_suffixes):
                    yield cls(
                        f"origins: {audit.name} allows every name below {suffix}, and anyone can "
                        "have one",
                        f'list the origins that are yours, such as "https://yours.{suffix}"',
                    ).at(*located)
            elif audit.untrusted is None and any(each.open_end for each in audit.accepted):
                yield cls(
                    f"origins: whether {audit.name} covers a public suffix is not known without "
                    "publicsuffixlist",
                    INSTALL,
                    severity=Severity.NOTE,
                ).at(*located)
                return  # once is enough


_ADDRESSES = (
    *("10.0.0.1", "10.0.0.2", "10.20.30.40", "172.16.0.1", "172.16.5.6"),
    *("192.168.0.1", "192.168.0.2", "192.168.1.10", "192.168.1.20"),
    *("198.51.100.9", "203.0.113.7", "203.0.113.8"),
    *("[2001:db8::1]", "[2001:db8::2]", "[fd00::1]", "[fd00::2]"),
)


class AddressPattern(CheckRule):
    """A pattern in `origins` allows many IP addresses.

    ## Why it matters

    An IP address does not identify its owner: in a home or an office, whatever joins the network
    gets one, and in a cloud the next customer does. A pattern that allows many addresses trusts all
    of them.

    ## Example

        CORS(app, origins=r"http://192\\.168\\.1\\.[0-9]+")

    ## Use instead

        CORS(app, origins=["http://192.168.1.10", "http://192.168.1.11"])

    Better, give the hosts names and serve them over `https`.

    ## When to ignore

    Where the network is closed, and each device in it is trusted.
    """

    code = "CORS111"
    title = "a pattern for IP addresses"

    @classmethod
    def find(cls, context: CheckContext) -> Iterator[Finding]:
        for audit, located in _iter_audits(context):
            found = [] if audit.allows_unrelated else _find_addresses(audit)
            if len(found) > 1:
                yield cls(
                    f"origins: {audit.name} allows whoever has one of many addresses, "
                    f"{found[0]} and {found[1]} among them",
                    "give the hosts names, or list the addresses that you trust",
                ).at(*located)


def _find_addresses(audit: PatternAudit) -> list[str]:
    """Return origins that a pattern allows by their address, which it does not write out."""
    accepted = [origin for origin in audit.accepted if is_ip_host(origin.parsed.host)]
    written = {origin.parsed.host for origin in accepted if origin.writes_host}
    found = {origin.parsed.host: origin.origin for origin in accepted}
    for host in _ADDRESSES:
        for text in (f"http://{host}", f"https://{host}"):
            if audit.allows(text):
                found.setdefault(host, text)
    return [text for host, text in found.items() if host not in written and not is_loopback(host)]


_DEVELOPMENT = tuple(
    f"{scheme}://{host}{port}"
    for port in ("", ":3000", ":4200", ":5000", ":5173", ":8000", ":8080")
    for scheme in ("http", "https")
    for host in ("localhost", "127.0.0.1", "[::1]", "app.localhost")
)


class DevelopmentOrigin(CheckRule):
    """`origins` allows `localhost` or a loopback address beside other origins, and the app is not
    in debug.

    ## Why it matters

    `localhost` and `127.0.0.1` are the machine of whoever has the page open: whatever serves pages
    there, another user's program or a vulnerable tool, can read this app's responses to its
    visitors. During development that is you; in production it is anyone.

    ## Example

        CORS(app, origins=["https://app.example", "http://localhost:3000"])

    ## Use instead

        development = ["http://localhost:3000"] if app.debug else []
        CORS(app, origins=["https://app.example", *development])

    Or read the origins from a variable, such as `FLASK_CORS_ORIGINS`, which is set to other values
    during development.

    ## When to ignore

    Where a desktop program serves its own pages on `localhost`, and where the check itself runs
    without debug on a developer's machine: `flask --debug`, `FLASK_DEBUG`, or `DEBUG` or `TESTING`
    in the config switch it on. A policy for such origins alone is one for development, and not
    reported.
    """

    code = "CORS113"
    title = "origins for development, in production"

    @classmethod
    def find(cls, context: CheckContext) -> Iterator[Finding]:
        if context.app.debug or context.app.testing:
            return
        entries: dict[str, None] = {}
        locations: list[Located] = []
        for origins, audits, located in _audit_origins(context):
            own, are_beside_others = _find_development_entries(origins, audits)
            if own and are_beside_others and not origins.any:  # else they change nothing
                entries.update(dict.fromkeys(own))
                locations.append(located)
        if entries:  # one cause: the app is not in debug
            shown = format_list(list(entries), MAX_ENTRIES_SHOWN)
            yield cls(
                f"origins: the app is not in debug, and allows some for development: {shown}",
                "add them only if app.debug; `flask --debug` switches it on for this check",
            ).at(*locations[0])


def _find_development_entries(
    origins: OriginSet, audits: Collection[PatternAudit]
) -> tuple[list[str], bool]:
    """Return the entries that allow pages of the machine that the browser runs on, and whether
    other origins are allowed too."""
    exact = [origin for origin in sorted(origins.exact) if _is_loopback_page(origin)]
    patterns = [
        audit for audit in audits if not audit.allows_unrelated and _is_for_development(audit)
    ]
    are_all = len(exact) == len(origins.exact) and len(patterns) == len(audits)
    is_closed = are_all and not origins.functions
    are_beside_others = not is_closed or any(
        not is_loopback(origin.parsed.host) for audit in patterns for origin in audit.accepted
    )
    return [*map(format_value, exact), *(audit.name for audit in patterns)], are_beside_others


def _is_loopback_page(origin: str) -> bool:
    parsed = parse(origin)
    # "capacitor://localhost" is an app of one's own, which no server can pretend to be.
    return parsed is not None and parsed.scheme in ("http", "https") and is_loopback(parsed.host)


def _is_for_development(audit: PatternAudit) -> bool:
    return any(map(audit.allows, _DEVELOPMENT)) or any(
        is_loopback(origin.parsed.host) for origin in audit.accepted
    )


class UnmatchedRegex(CheckRule):
    """A regular expression in `origins` does not match any origin.

    ## Why it matters

    It must match the whole origin, from the scheme to the host or the port, in lower case unless it
    ignores the case. The one below matches `example.com`, which no browser sends, so no origin is
    allowed. Verified with texts that it does match.

    ## Example

        CORS(app, origins=r"example\\.com$")

    ## Use instead

        CORS(app, origins=r"https://example\\.com$")

    ## When to ignore

    Never: the regular expression matches no origin.
    """

    code = "CORS114"
    title = "a regular expression that no origin matches"
    severity = Severity.ERROR

    @classmethod
    def find(cls, context: CheckContext) -> Iterator[Finding]:
        for audit, located in _iter_audits(context):
            # A wildcard that matches no origin is a finding of CORS103 and the like.
            if audit.pattern.regexes and audit.mismatched is not None:
                yield cls(
                    f"origins: {audit.name} matches {format_value(audit.mismatched)}, which no "
                    "browser sends as an origin",
                    'write the whole origin, from its scheme on, such as "https://*.example.com"',
                ).at(*located)
