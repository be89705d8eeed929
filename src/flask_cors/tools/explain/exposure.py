"""The response headers that the frontend cannot read."""

from __future__ import annotations

from ...browser import Outcome, Response
from ...protocol.headers import FORBIDDEN_RESPONSE_HEADERS

# Headers for browsers, caches and proxies. A script has no use for them.
_NOT_FOR_SCRIPTS = FORBIDDEN_RESPONSE_HEADERS | {
    *("accept-ranges", "age", "allow", "alt-svc", "connection", "content-encoding", "date", "nel"),
    *("content-security-policy", "content-security-policy-report-only", "document-policy"),
    *("feature-policy", "keep-alive", "origin-agent-cluster", "p3p", "permissions-policy"),
    *("referrer-policy", "report-to", "reporting-endpoints", "server", "server-timing"),
    *("sourcemap", "strict-transport-security", "timing-allow-origin", "trailer"),
    *("transfer-encoding", "upgrade", "vary", "via", "www-authenticate"),
    *("x-content-type-options", "x-frame-options"),
    *("x-permitted-cross-domain-policies", "x-powered-by", "x-xss-protection"),
}
_PREFIXES = ("access-control-", "cross-origin-")


def find_unreadable(outcome: Outcome, response: Response) -> tuple[str, ...]:
    """Return the names of the headers that scripts may use, but cannot read."""
    if outcome.type != "cors":
        return ()
    readable = {name for name, _ in outcome.headers}
    names = {name.lower(): name for name, value in response.headers if _is_for_scripts(name, value)}
    return tuple(names[name] for name in sorted(names.keys() - readable))


def _is_for_scripts(name: str, value: str) -> bool:
    lowered = name.lower()
    if lowered == "content-disposition" and value.startswith("inline"):
        return False  # what is shown in the page needs no name
    return lowered not in _NOT_FOR_SCRIPTS and not lowered.startswith(_PREFIXES)
