"""Suggests what to write instead of an origin with a ``*`` that is not a valid pattern."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..protocol.origin import is_ip_host, why_never_sent
from .origin_parser import is_accepted

_LIST = 'list each origin in full, such as "https://app.example"'

# The hosts of browser extensions, as regexes for any extension.
_EXTENSION_HOSTS = {
    "chrome-extension": "[a-p]{32}",
    "moz-extension": "[0-9a-f-]{36}",
    "safari-web-extension": "[0-9A-Fa-f-]{36}",
}
_ADDRESS = re.compile(r"[0-9]{1,3}(?:\.(?:[0-9]{1,3}|\*))*(?:\.?\*)?")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*")
_LABEL = re.compile(r"[a-z0-9_-]+")
# "(:[0-9]+)?" and "(:\d+)?" without backslashes.
_PORT_REGEX = re.compile(r"\(?(?:\?:)?:(?:\[0-9\]|d)(?:[+*]|\{[0-9,]+\})\)?\??\Z")
_HOST_AND_PORT = re.compile(r"(?P<host>[a-z0-9._*-]*)(?::(?P<port>[0-9*]*))?")


def suggest_pattern(glob: str) -> str:
    """Return the hint for ``glob``. The option accepts the suggested entries without a finding."""
    for entries in _candidates(glob.lower().strip("\"' ")):
        if all(map(is_accepted, entries)):
            return f"write {', '.join(map(_source, entries))}"
    return _LIST


def _source(entry: str) -> str:
    return f"r'{entry}'" if "\\" in entry else repr(entry)


def _candidates(glob: str) -> Iterator[list[str]]:
    """Yield entries that may have been meant, the likeliest first."""
    # It may be partly a regular expression: "^https?://*\\.example\\.com$".
    glob = glob.removeprefix("^").removesuffix("$").replace("\\", "")
    scheme, separator, rest = _PORT_REGEX.sub(":*", glob).rpartition("://")
    rest = re.sub(r"\*{2,}", "*", re.split(r"[/?#]", rest.lstrip("/"))[0])
    found = _HOST_AND_PORT.fullmatch(rest)
    if found is None:
        return
    host, port = found["host"], found["port"] or ""
    if len(port) > 5 or (port.isdigit() and int(port) > 65535):
        return
    schemes = [scheme] if _SCHEME.fullmatch(scheme) else ["https", "http"]
    if not separator:
        schemes = [_usual_scheme(rest)]
    if host in ("", "*") and port in ("", "*") and (not separator or scheme == "*"):
        yield ["*"]
    for written in _candidate_hosts(scheme, host, port):
        yield [f"{each}://{entry}" for each in schemes for entry in written]


def _usual_scheme(glob: str) -> str:
    sample = re.sub(r"\A([a-z0-9_-]+)\.?\*", r"\1", glob).replace("*", "1")
    why = why_never_sent(sample)
    return "https" if why is None or why.hint is None else why.hint.partition("://")[0]


def _candidate_hosts(scheme: str, host: str, port: str) -> Iterator[list[str]]:
    """Yield hosts with their ports, as patterns or regular expressions."""
    end = f":{port}" if port.isdigit() or port == "*" else ""
    end_regex = end.replace("*", "[0-9]+")
    escaped = re.escape(host).replace(r"\-", "-")
    name = host.removeprefix("*").removeprefix(".")
    label = host.removesuffix("*")
    if host in ("", "*"):
        yield [_EXTENSION_HOSTS.get(scheme, f".*{end_regex}")]
    elif "*" not in host and (end or not port):
        yield [f"{host}{end}"]
    elif "*" not in host:
        yield [f"{escaped}:{port.replace('*', '[0-9]*')}"]
    elif host == f"*.{name}":
        yield [f"*.{name}{end}"]
    elif host == f"*{name}" and name[0].isalnum():
        yield [f"{name}{end}", f"*.{name}{end}"]
    elif host == f"{label}*" and (_LABEL.fullmatch(label) or is_ip_host(label)):
        yield [f"{label}:*"]
    elif host == "localhost.*":
        yield ["localhost:*"]
    elif _ADDRESS.fullmatch(host):
        parts = [part for part in host.split(".") if part.isdigit()]
        yield [r"\.".join([*parts, *["[0-9]{1,3}"] * (4 - len(parts))]) + end_regex]
    if "*" in host and _LABEL.fullmatch(last := host.rpartition(".")[2]) and not last.isdigit():
        yield [f"{escaped.replace(_STAR, '[a-z0-9-]+')}{end_regex}"]


_STAR = re.escape("*")
