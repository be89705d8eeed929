"""Hints: the suggested value is accepted without a finding and allows the intended origins."""

from __future__ import annotations

import ast
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_cors.diagnostics.finding import Finding
from flask_cors.errors import CORSConfigError
from flask_cors.policy.origin_parser import parse_origins

from .findings import fail


def findings_of(value: object) -> list[Finding]:
    """Return all findings in ``origins``, both errors and warnings."""
    found: list[Finding] = []
    try:
        parse_origins(value, found.append)
    except CORSConfigError as error:
        found += error.findings
    return found


_LITERAL = r"""r?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_WRITE = re.compile(
    rf"""
      write\ (?P<entries> {_LITERAL} (?:,\ {_LITERAL})* )
    | write\ a\ list:\ (?P<list> \[.*\] )
    | write\ a\ string\ with\ commas:\ (?P<commas> {_LITERAL} )
    | write\ str\(url\)\.rstrip\("/"\),\ which\ is\ (?P<url> {_LITERAL} )
    """,
    re.VERBOSE,
)


def suggestions_in(hint: str) -> list[str] | None:
    """Return the entries that a hint suggests, or None if it suggests none."""
    found = _WRITE.fullmatch(hint)
    if found is None:
        assert not re.match("write r?['\"]", hint), hint
        return None
    written = found["list"] or f"[{found['entries'] or found['commas'] or found['url']}]"
    try:
        entries = ast.literal_eval(written)
    except (SyntaxError, ValueError):
        pytest.fail(f"not Python: {hint}")
    assert isinstance(entries, list)
    return entries


def check(value: object, *means: str, refuses: tuple[str, ...] = ()) -> None:
    """Try the entries that the hints for ``value`` suggest.

    :param means: origins that were meant: each must be allowed.
    :param refuses: origins that were not meant: none may be allowed.
    """
    found = findings_of(value)
    assert found, value
    suggested = [suggestions_in(each.hint) for each in found]
    entries = [entry for each in suggested if each is not None for entry in each]
    for entry in entries:
        parse_origins(entry, fail)
    if means:
        assert entries, (value, [each.hint for each in found])
    if entries:
        allowed = parse_origins(entries, fail)
        for origin in means:
            assert allowed.allow_origin_for(origin) is not None, (value, entries, origin)
        for origin in refuses:
            assert allowed.allow_origin_for(origin) is None, (value, entries, origin)


class Unwritable:
    def __str__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize("value", [5, 5.5, b"\xff", Unwritable()])
def test_the_hint_for_a_value_that_is_no_text_is_to_list_the_origins(value: object):
    (found,) = findings_of([value])
    assert found.hint.startswith("write a list, such as ")


def test_no_list_is_suggested_for_a_mapping_with_keys_that_are_refused():
    hints = [found.hint for found in findings_of({"https://a.example/x": True})]
    assert "write a list" in hints
    check({"https://a.example": True}, "https://a.example")


# ---- origins that are nearly right ---------------------------------------------------------------

labels = st.from_regex(r"[a-z]([a-z0-9-]{0,5}[a-z0-9])?", fullmatch=True).filter(
    lambda label: "--" not in label  # "xn--…" is punycode, and must be valid
)
domains = st.lists(labels, min_size=1, max_size=3).map(lambda parts: ".".join([*parts, "example"]))
addresses = st.tuples(*[st.integers(1, 254)] * 4).map(lambda parts: ".".join(map(str, parts)))
schemes = st.sampled_from(["https", "http"])
ports = st.sampled_from(["", ":3000", ":8443"])
paths = st.sampled_from(["/", "/login", "/a/b", "#x", "/#x"])


def likely_scheme(port: str) -> str:
    """Return the scheme that is probably meant: with a port, that of a development server."""
    return "http" if port and port != ":8443" else "https"


def lookalikes(scheme: str, host: str) -> tuple[str, ...]:
    return (f"{scheme}://{host}.evil.test", f"{scheme}://evil{host}")


@given(schemes, domains, ports, paths)
def test_the_hint_for_an_origin_with_a_path_is_the_origin(
    scheme: str, domain: str, port: str, path: str
) -> None:
    origin = f"{scheme}://{domain}{port}"
    check(origin + path, origin, refuses=lookalikes(scheme, domain))


@given(domains, ports)
def test_the_hint_for_an_origin_in_upper_case_is_the_origin_in_lower_case(
    domain: str, port: str
) -> None:
    check(f"https://{domain.title()}{port}", f"https://{domain}{port}")
    check(f"HTTPS://{domain}{port}/", f"https://{domain}{port}")


@given(domains)
def test_the_hint_for_a_default_port_is_the_origin_without_it(domain: str) -> None:
    for scheme, port in (("https", 443), ("http", 80)):
        check(f"{scheme}://{domain}:{port}", f"{scheme}://{domain}")
        check(f"{scheme}://*.{domain}:{port}", f"{scheme}://x.{domain}")


@given(domains, ports)
def test_the_hint_for_an_origin_without_a_scheme_is_the_origin_with_one(
    domain: str, port: str
) -> None:
    for value in (f"{domain}{port}", f"//{domain}{port}/"):
        (found,) = findings_of(value)
        assert suggestions_in(found.hint) in (
            [f"https://{domain}{port}"],
            [f"http://{domain}{port}"],
        )
        check(value)


@pytest.mark.parametrize(
    ("value", "origin"),
    [
        ("localhost:3000", "http://localhost:3000"),
        ("127.0.0.1:5000", "http://127.0.0.1:5000"),
        ("0.0.0.0:4200", "http://0.0.0.0:4200"),
        ("https://b\xfccher.example", "https://xn--bcher-kva.example"),
    ],
)
def test_the_hint_for_an_origin_is_what_browsers_send(value: str, origin: str) -> None:
    check(value, origin)


@pytest.mark.parametrize(
    ("value", "entry"),
    [
        (".Example.com", "https://*.example.com"),
        (".example.com:8443", "https://*.example.com:8443"),
        ("http://.example.com", "http://*.example.com"),
        ("'https://a.example'", "https://a.example"),
        ('"https://a.example"', "https://a.example"),
    ],
)
def test_the_hint_for_a_leading_dot_is_a_pattern_and_for_quotes_what_is_in_them(
    value: str, entry: str
) -> None:
    (found,) = findings_of(value)
    assert suggestions_in(found.hint) == [entry]


@pytest.mark.parametrize(
    "value", [".", "https://.", ".127.0.0.1", "'", "'a.example'", "'https://a.example\""]
)
def test_the_hint_for_a_dot_or_a_quote_alone_has_no_origin(value: str) -> None:
    (found,) = findings_of(value)
    assert suggestions_in(found.hint) is None


@pytest.mark.parametrize("value", ["None", "none", "true", "True", "false", "undefined"])
def test_the_hint_for_the_text_of_an_unset_variable_has_no_origin(value: str) -> None:
    (found,) = findings_of(value)
    assert suggestions_in(found.hint) is None


def test_the_hint_for_a_sharp_s_is_never_another_domain() -> None:
    (found,) = findings_of("https://fa\xdf.de")
    assert suggestions_in(found.hint) in (["https://xn--fa-hia.de"], None)


# ---- a * that is not a valid pattern -------------------------------------------------------------


@given(domains, ports, schemes, st.sampled_from(["*.", "**.", "***."]), paths)
def test_the_hint_for_subdomains_allows_a_subdomain_and_no_lookalike(
    domain: str, port: str, scheme: str, star: str, path: str
) -> None:
    subdomain = f"{scheme}://x.{domain}{port}"
    refuses = lookalikes(scheme, domain)
    check(f"*://{star}{domain}{port}", subdomain, refuses=refuses)
    check(f"{scheme}://{star}{domain}{port}{path}", subdomain, refuses=refuses)
    check(f"{star}{domain}{port}", f"{likely_scheme(port)}://x.{domain}{port}", refuses=refuses)


@given(domains, ports, schemes)
def test_the_hint_for_a_star_in_front_of_a_domain_allows_it_and_its_subdomains(
    domain: str, port: str, scheme: str
) -> None:
    origin = f"{scheme}://{domain}{port}"
    subdomain = f"{scheme}://x.{domain}{port}"
    refuses = lookalikes(scheme, domain)
    check(f"{scheme}://*{domain}{port}", origin, subdomain, refuses=refuses)
    likely = likely_scheme(port)
    check(
        f"*{domain}{port}",
        f"{likely}://{domain}{port}",
        f"{likely}://x.{domain}{port}",
        refuses=refuses,
    )


@given(labels, labels, domains, ports)
def test_the_hint_for_a_part_of_a_label_allows_a_label_and_no_lookalike(
    before: str, after: str, domain: str, port: str
) -> None:
    for star, label in (
        (f"*-{after}", f"x-{after}"),
        (f"{before}-*", f"{before}-1"),
    ):
        origin = f"https://{label}.{domain}"
        refuses = (f"{origin}.evil.test", f"https://evil.test/{label}.{domain}{port}")
        check(f"https://{star}.{domain}{port}", f"{origin}{port}", refuses=refuses)


@given(addresses, st.integers(1, 3), schemes, st.sampled_from(["", ":3000", ":*"]))
def test_the_hint_for_a_part_of_an_address_allows_the_addresses_and_no_domain(
    address: str, known: int, scheme: str, port: str
) -> None:
    parts = address.split(".")
    start = ".".join(parts[:known])
    origin = f"{scheme}://{address}{port.replace('*', '5000')}"
    refuses = (f"{scheme}://{start}.evil.test", f"{scheme}://{start}.1.evil.test")
    check(f"{scheme}://{start}.*{port}", origin, refuses=refuses)
    every = ".".join([start, *"*" * (4 - known)])
    check(f"{scheme}://{every}{port}", origin, refuses=refuses)


@given(domains, schemes, st.integers(1, 999))
def test_the_hint_for_a_part_of_a_port_allows_a_port_and_no_other_host(
    domain: str, scheme: str, port: int
) -> None:
    refuses = (f"{scheme}://{domain}", f"{scheme}://{domain}.evil.test")
    check(f"{scheme}://{domain}:{port}*", f"{scheme}://{domain}:{port}1", refuses=refuses)


@pytest.mark.parametrize(
    ("glob", "origin"),
    [
        ("localhost*", "http://localhost:3000"),
        ("localhost:*", "http://localhost:3000"),
        ("http://localhost*", "http://localhost:3000"),
        ("http://localhost.*", "http://localhost:3000"),
        ("http://localhost:**", "http://localhost:3000"),
        ("http://127.0.0.1*", "http://127.0.0.1"),
        ("http://127.0.0.1*", "http://127.0.0.1:3000"),
        ("127.0.0.1:*", "http://127.0.0.1:3000"),
        ("*://localhost:*", "http://localhost:3000"),
        ("chrome-extension://*", "chrome-extension://abcdefghijklmnopabcdefghijklmnop"),
        ("moz-extension://*", "moz-extension://01234567-89ab-cdef-0123-456789abcdef"),
        ("https://*", "https://a.example"),
        ("https://*", "https://a.example:8443"),
        ("http://*:3000", "http://a.example:3000"),
        ("**", "https://a.example"),
        ("**", "http://a.example:3000"),
        ("*://*", "http://a.example:3000"),
        ("*:*", "http://a.example:3000"),
        (":*", "http://a.example:3000"),
    ],
)
def test_the_hint_for_a_star_allows_what_was_meant(glob: str, origin: str) -> None:
    check(glob, origin)


@pytest.mark.parametrize(
    "glob",
    [
        "//*.example.com",
        "*.example.com:443",
        "'*.example.com'",
        "https://*.example.com;https://*.example.net",
        "https://*.example.com https://*.example.net",
    ],
)
def test_the_hint_for_a_star_never_opens_more_than_the_domain(glob: str) -> None:
    for found in findings_of(glob):
        for entry in suggestions_in(found.hint) or ():
            allowed = parse_origins(entry, fail)
            assert allowed.allow_origin_for("https://evil.test") is None, entry


@pytest.mark.parametrize(
    ("glob", "origin"),
    [
        ("http://256.1.1.1:*", None),
        ("https://*.[::1]", None),
        ("https://*.127.0.0.1", None),
        ("https://*.", None),
        ("https://*.exa mple.com", None),
        ("https://*.example.com:99999", "https://x.example.com"),
        ("https://*.b\xfccher.example", "https://x.xn--bcher-kva.example"),
        ("https://user@localhost:*", "https://localhost:3000"),
        ("'*'", "https://a.example"),
        ('"*"', "https://a.example"),
        ("'https://*.example.com'", "https://x.example.com"),
        ("https://*.example.com;https://*.example.net", "https://x.example.net"),
    ],
)
def test_the_hint_for_a_star_allows_an_origin_that_browsers_send_or_names_nothing(
    glob: str, origin: str | None
) -> None:
    (found,) = findings_of(glob)
    if suggestions_in(found.hint) is not None:
        assert origin is not None, found.hint
        check(glob, origin)


# ---- half a regular expression -------------------------------------------------------------------


@given(
    domains, st.sampled_from(["^", ""]), st.sampled_from(["$", ""]), st.booleans(), ports, schemes
)
def test_the_hint_for_a_glob_in_half_a_regex_allows_what_was_meant(
    domain: str, start: str, end: str, is_escaped: bool, port: str, scheme: str
) -> None:
    written = domain.replace(".", r"\.") if is_escaped else domain
    dot = r"\." if is_escaped else "."
    value = f"{start}https?://*{dot}{written}{port}{end}"
    check(value, f"{scheme}://x.{domain}{port}", refuses=lookalikes(scheme, domain))


@pytest.mark.parametrize(
    ("value", "origins"),
    [
        ("https://*.example.com(:8443)?", ["https://x.example.com", "https://x.example.com:8443"]),
        ("https://*.example.com:[0-9]+", ["https://x.example.com:8443"]),
        ("https://*.example.(com|net)", ["https://x.example.com", "https://x.example.net"]),
        ("^https?://*.(a|b).example$", ["https://x.a.example", "http://x.b.example"]),
        (r"^https?://*.example.com(:\d+)?$", ["http://x.example.com:3000"]),
    ],
)
def test_a_hint_for_a_glob_in_a_regex_allows_what_was_meant_or_names_nothing(
    value: str, origins: list[str]
) -> None:
    (found,) = findings_of(value)
    if suggestions_in(found.hint) is not None:
        check(value, *origins)


# ---- lists and values of other types -------------------------------------------------------------

origins = st.builds("{}://{}{}".format, schemes, domains, ports)


short_origins = st.builds("https://{}.io".format, labels)


class Url:
    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text


@given(origins)
def test_the_hint_for_a_value_of_another_type_is_its_origin(origin: str) -> None:
    for value in (origin.encode(), bytearray(origin, "ascii"), Url(f"{origin}/"), Url(origin)):
        check(value, origin)
        check([value], origin)


@pytest.mark.parametrize(
    "value",
    [1, True, 1.5, b"a.example", b"\xff", b"https://*", Url("a"), Url(""), [["https://a.example"]]],
)
def test_the_hint_for_any_other_value_names_no_origin(value: object) -> None:
    (found,) = findings_of(value)
    assert suggestions_in(found.hint) is None


@given(st.lists(short_origins, min_size=1, max_size=4, unique=True), st.data())
def test_the_hint_for_a_serialized_list_is_a_comma_list_of_its_origins(
    listed: list[str], data: st.DataObject
) -> None:
    text = data.draw(
        st.sampled_from(
            [
                repr(listed),
                repr(tuple(listed)),
                repr(listed).replace("'", '"'),
                f"[{', '.join(listed)}]",
                f"[{','.join(listed)}]",
            ]
        )
    )
    check(text, *listed)


def test_the_hint_for_a_long_serialized_list_is_not_cut() -> None:
    listed = [f"https://app-{n}.example.com" for n in range(20)]
    check(repr(listed), *listed)


@pytest.mark.parametrize("value", ["[]", "['']", '["https://a.example/"]', "('a.example')"])
def test_the_hint_for_a_serialized_list_is_accepted_or_names_nothing(value: str) -> None:
    check(value)


@given(st.lists(origins, min_size=1, max_size=3, unique=True), domains)
def test_the_hint_for_a_comma_list_with_a_regex_is_a_list(listed: list[str], domain: str) -> None:
    regex = r"https://([a-z0-9-]+\.)*" + domain.replace(".", r"\.")
    check(", ".join([*listed, regex]), *listed, f"https://x.{domain}")
    check(", ".join([regex, *listed]), *listed, f"https://x.{domain}")


@pytest.mark.parametrize(
    "value",
    [r"https://a.example/, https://b\.example", r"https://app.*, https://b\.example"],
)
def test_the_hint_for_a_comma_list_with_a_regex_is_accepted_or_names_nothing(value: str) -> None:
    check(value)


faulty: st.SearchStrategy[Any] = st.text(
    alphabet=st.sampled_from("a1.-:/*[]()|?^$\\"), max_size=14
).map(lambda text: f"https://{text}")


@given(faulty)
def test_the_hint_for_any_text_is_accepted(text: str) -> None:
    if findings_of(text):
        check(text)
