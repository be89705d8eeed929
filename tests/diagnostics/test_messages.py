"""The exact text of each finding: the only place where messages are compared.

A row is a configuration, as the arguments of ``CORS`` and as ``config``, and the lines that it gets.
Each line has what is wrong with the value, and what to write instead.
"""

# ruff: noqa: E501  # a message is one line

from __future__ import annotations

import re
import warnings
from typing import Any

import pytest

from flask_cors.diagnostics import rules
from flask_cors.diagnostics.finding import Finding
from flask_cors.diagnostics.source_location import SourceLocation
from flask_cors.errors import CORSConfigError
from flask_cors.policy import origin_parser
from flask_cors.policy.layers import DEFAULTS, ConfigLayer, Layer, LayerKind
from flask_cors.policy.options import EXTENSION_OPTIONS
from flask_cors.policy.resolution import resolve_resources


class Url:
    """A URL object, such as pydantic's ``AnyHttpUrl``."""

    def __str__(self) -> str:
        return "https://a.example/"

    def __repr__(self) -> str:
        return f"AnyHttpUrl({str(self)!r})"


class AllowLater:
    async def __call__(self, origin: str) -> bool:
        return True

    def __repr__(self) -> str:
        return "allow_later"


URL = Url()


def findings_in(config: dict[str, object] | None = None, **options: Any) -> list[Finding]:
    """Return the findings in a ``CORS(app, **options)``: the errors or, without any, the warnings."""
    here = SourceLocation("app.py", 7)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        layers = [
            Layer(LayerKind.CONSTRUCTOR, here, options, EXTENSION_OPTIONS),
            ConfigLayer(config or {}, here),
            DEFAULTS,
        ]
        try:
            resolve_resources(layers)
        except CORSConfigError as error:
            return list(error.findings)
    return [found for layer in layers for found in layer.findings]


Row = tuple[dict[str, Any], list[str]]

ROWS: list[Row] = [
    # origins that browsers never send
    (
        {"origins": "app.example"},
        [
            "CORS101 origins: browsers never send 'app.example': it has no scheme; write 'https://app.example'",
        ],
    ),
    (
        {"origins": "localhost:3000"},
        [
            "CORS101 origins: browsers never send 'localhost:3000': it has no scheme; write 'http://localhost:3000'",
        ],
    ),
    (
        {"origins": "0.0.0.0:4200"},
        [
            "CORS101 origins: browsers never send '0.0.0.0:4200': it has no scheme; write 'http://0.0.0.0:4200'",
        ],
    ),
    (
        {"config": {"CORS_ORIGINS": "None"}},
        [
            "CORS101 origins: browsers never send 'None': it has no scheme; leave it out",
        ],
    ),
    (
        {"config": {"CORS_ORIGINS": "true"}},
        [
            "CORS101 origins: browsers never send 'true': it has no scheme; leave it out",
        ],
    ),
    (
        {"origins": "https://app.example/"},
        [
            "CORS102 origins: browsers never send 'https://app.example/': it has a trailing slash; write 'https://app.example'",
        ],
    ),
    (
        {"origins": "https://app.example/login"},
        [
            "CORS102 origins: browsers never send 'https://app.example/login': it has a path; write 'https://app.example'",
        ],
    ),
    (
        {"origins": "https://app.example:443"},
        [
            "CORS103 origins: browsers never send 'https://app.example:443': it names the default port; write 'https://app.example'",
        ],
    ),
    (
        {"origins": "https://*.example.com:443"},
        [
            "CORS103 origins: browsers never send 'https://*.example.com:443': it names the default port; write 'https://*.example.com'",
        ],
    ),
    (
        {"origins": "https://App.Example"},
        [
            "CORS104 origins: browsers never send 'https://App.Example': it has upper case letters; write 'https://app.example'",
        ],
    ),
    (
        {"origins": "https://App.example:443/"},
        [
            "CORS102 origins: browsers never send 'https://App.example:443/': it has a trailing slash; write 'https://app.example'",
        ],
    ),
    (
        {"origins": "https://b\xfccher.example"},
        [
            "CORS105 origins: browsers never send 'https://b\\xfccher.example': its host is not ASCII: browsers send punycode; write 'https://xn--bcher-kva.example'",
        ],
    ),
    (
        {"origins": "https://app.example:70000"},
        [
            "CORS106 origins: browsers never send 'https://app.example:70000': it is not an origin; leave it out",
        ],
    ),
    (
        {"origins": "https://app.example https://www.example"},
        [
            "CORS106 origins: browsers never send 'https://app.example https://www.example': it holds several origins; separate them with commas",
        ],
    ),
    # origins that are not valid patterns
    (
        {"origins": "https://*"},
        [
            "CORS116 origins: 'https://*' is not a valid pattern; write 'https://.*'",
        ],
    ),
    (
        {"origins": "http://localhost*"},
        [
            "CORS116 origins: 'http://localhost*' is not a valid pattern; write 'http://localhost:*'",
        ],
    ),
    (
        {"origins": "*.example.com"},
        [
            "CORS116 origins: '*.example.com' is not a valid pattern; write 'https://*.example.com'",
        ],
    ),
    (
        {"origins": "https://*.example.com/"},
        [
            "CORS116 origins: 'https://*.example.com/' is not a valid pattern; write 'https://*.example.com'",
        ],
    ),
    (
        {"origins": "*example.com"},
        [
            "CORS116 origins: '*example.com' is not a valid pattern; write 'https://example.com', 'https://*.example.com'",
        ],
    ),
    (
        {"origins": "*://example.com"},
        [
            "CORS116 origins: '*://example.com' is not a valid pattern; write 'https://example.com', 'http://example.com'",
        ],
    ),
    (
        {"origins": "https://*-app.netlify.app"},
        [
            "CORS116 origins: 'https://*-app.netlify.app' is not a valid pattern; write r'https://[a-z0-9-]+-app\\.netlify\\.app'",
        ],
    ),
    (
        {"origins": "http://localhost:300*"},
        [
            "CORS116 origins: 'http://localhost:300*' is not a valid pattern; write 'http://localhost:300[0-9]*'",
        ],
    ),
    (
        {"origins": "http://192.168.1.*", "supports_credentials": True},
        [
            "CORS116 origins: 'http://192.168.1.*' is not a valid pattern; write r'http://192\\.168\\.1\\.[0-9]{1,3}'",
        ],
    ),
    (
        {"origins": "http://localhost.*"},
        [
            "CORS116 origins: 'http://localhost.*' is not a valid pattern; write 'http://localhost:*'",
        ],
    ),
    (
        {"origins": "https://app.*"},
        [
            "CORS116 origins: 'https://app.*' is not a valid pattern; list each origin in full, such as \"https://app.example\"",
        ],
    ),
    (
        {"origins": "chrome-extension://*"},
        [
            "CORS116 origins: 'chrome-extension://*' is not a valid pattern; write 'chrome-extension://[a-p]{32}'",
        ],
    ),
    (
        {"origins": "^https?://*.example.com$"},
        [
            "CORS116 origins: '^https?://*.example.com$' is not a valid pattern; write 'https://*.example.com', 'http://*.example.com'",
        ],
    ),
    # regular expressions
    (
        {"origins": "https://(app|admin.example"},
        [
            "CORS704 origins: 'https://(app|admin.example' does not compile: missing ), unterminated subpattern at position 8; correct the regular expression",
        ],
    ),
    (
        {"origins": re.compile(b"https://app")},
        [
            "CORS704 origins: re.compile(b'https://app') is a regular expression of bytes; compile a str: re.compile(r'…')",
        ],
    ),
    (
        {"origins": r"https://app.example, https://pr-\d+\.example"},
        [
            "CORS705 origins: 'https://app.example, https://pr-\\\\d+\\\\.example' is a string with commas and a regular expression; write a list: ['https://app.example', 'https://pr-\\\\d+\\\\.example']",
        ],
    ),
    (
        {"origins": re.compile(r"https?://localhost:*")},
        [
            "CORS118 origins: 'https?://localhost:*' has a repeated ':', which matches colons, not a port; write (:[0-9]+)? for any port or none",
        ],
    ),
    (
        {"origins": r"http://app\.example:*(/.*)?"},
        [
            "CORS118 origins: 'http://app\\\\.example:*(/.*)?' has a repeated ':', which matches colons, not a port; write (:[0-9]+)? for any port or none",
        ],
    ),
    (
        {"allow_headers": "X-("},
        [
            "CORS704 allow_headers: 'X-(' does not compile: missing ), unterminated subpattern at position 2; correct the regular expression",
        ],
    ),
    (
        {"allow_headers": "X-A, Y-.*"},
        [
            "CORS705 allow_headers: 'X-A, Y-.*' is a string with commas and a regular expression; write a list: ['X-A', 'Y-.*']",
        ],
    ),
    (
        {"resources": "/api/("},
        [
            "CORS704 resources: '/api/(' does not compile: missing ), unterminated subpattern at position 5; correct the regular expression",
        ],
    ),
    # origins that are empty or redundant
    (
        {"origins": None},
        [
            "CORS108 origins: None allows no origins: an unset variable does not open the API; set the variable, or write origins=[] if that is intended",
        ],
    ),
    (
        {"origins": ""},
        [
            "CORS108 origins: '' allows no origins: an unset variable does not open the API; set the variable, or write origins=[] if that is intended",
        ],
    ),
    (
        {"origins": [""]},
        [
            "CORS108 origins: [''] allows no origins: an unset variable does not open the API; set the variable, or write origins=[] if that is intended",
        ],
    ),
    (
        {"origins": [None, "https://a.example"]},
        [
            "CORS709 origins: None in [None, 'https://a.example'] is left out; set the variable that it comes from, or remove it",
        ],
    ),
    (
        {"config": {"CORS_ORIGINS": ""}},
        [
            "CORS108 origins: '' allows no origins: an unset variable does not open the API; set the variable, or write origins=[] if that is intended",
        ],
    ),
    (
        {"origins": ["*", "https://a.example"]},
        [
            "CORS119 origins: '*' allows every origin, and the other entries are redundant; remove '*' to allow the listed origins alone, or write origins='*'",
        ],
    ),
    (
        {"origins": ["*", re.compile("https://a")]},
        [
            "CORS119 origins: '*' allows every origin, and the other entries are redundant; remove '*' to allow the listed origins alone, or write origins='*'",
        ],
    ),
    # values of other types
    (
        {"origins": 8080},
        [
            'CORS115 origins: 8080 is not an origin; write a list, such as ["https://app.example"]',
        ],
    ),
    (
        {"origins": b"https://a.example"},
        [
            "CORS115 origins: b'https://a.example' is not an origin; write 'https://a.example'",
        ],
    ),
    (
        {"origins": b"a.example"},
        [
            "CORS115 origins: b'a.example' is not an origin; write a list, such as [\"https://app.example\"]",
        ],
    ),
    (
        {"origins": URL},
        [
            "CORS115 origins: AnyHttpUrl('https://a.example/') is not an origin; write str(url).rstrip(\"/\"), which is 'https://a.example'",
        ],
    ),
    (
        {"origins": [["https://a.example"]]},
        [
            "CORS115 origins: ['https://a.example'] is not an origin; write one flat list",
        ],
    ),
    (
        {"origins": object},
        [
            "CORS117 origins: object cannot be called with one argument, the origin; write a function of the origin: origins=lambda origin: …",
        ],
    ),
    (
        {"methods": b"GET"},
        [
            'CORS708 methods: b\'GET\' is not a list of names; write a string or a list, such as ["GET", "PUT"]',
        ],
    ),
    (
        {"methods": [1]},
        [
            'CORS308 methods: 1 is not a valid method; write one method per item, such as ["GET", "PUT"]',
        ],
    ),
    (
        {"allow_headers": 1},
        [
            'CORS708 allow_headers: 1 is not a list of names; write a string or a list, such as ["Content-Type", "X-Requested-With"]',
        ],
    ),
    (
        {"expose_headers": True},
        [
            'CORS708 expose_headers: True is not a list of names; write a string or a list, such as ["X-Total-Count"]',
        ],
    ),
    (
        {"resources": 17},
        [
            'CORS510 resources: 17 is not a path pattern, a list or a dict; write resources="/api/*" or resources={"/api/*": {"origins": …}}',
        ],
    ),
    (
        {"resources": [17]},
        [
            'CORS510 resources: 17 is not a path pattern; write a string, such as "/api/*"',
        ],
    ),
    (
        {"resources": {"/a": "https://a.example"}},
        [
            "CORS510 resources: 'https://a.example' is not a dict of options for '/a'; write a dict, such as {\"origins\": \"https://app.example\"}",
        ],
    ),
    (
        {"resources": None},
        [
            'CORS510 resources: None is not a path pattern, a list or a dict; write resources="/api/*" or resources={"/api/*": {"origins": …}}',
        ],
    ),
    # text that holds a list or an object
    (
        {"origins": '["https://a.example"]'},
        [
            "CORS706 origins: '[\"https://a.example\"]' is a string that holds a list; write a string with commas: 'https://a.example'",
        ],
    ),
    (
        {"origins": "('https://a.example', 'https://b.example')"},
        [
            "CORS706 origins: \"('https://a.example', 'https://b.example')\" is a string that holds a list; write a string with commas: 'https://a.example, https://b.example'",
        ],
    ),
    (
        {"origins": '{"origins": "*"}'},
        [
            'CORS706 origins: \'{"origins": "*"}\' is a string that holds an object; read it with json.loads, and pass its values as options',
        ],
    ),
    (
        {"methods": "[GET, PUT]"},
        [
            "CORS706 methods: '[GET, PUT]' is a string that holds a list; write a string with commas: 'GET, PUT'",
        ],
    ),
    (
        {"resources": '["/api/*"]'},
        [
            "CORS706 resources: '[\"/api/*\"]' is a string that holds a list; write a string with commas: '/api/*'",
        ],
    ),
    # names of methods and headers
    (
        {"methods": "GET, CON NECT"},
        [
            'CORS308 methods: \'CON NECT\' is not a valid method; write one method per item, such as ["GET", "PUT"]',
        ],
    ),
    (
        {"methods": "TRACE"},
        [
            "CORS303 methods: browsers never send TRACE; leave it out",
        ],
    ),
    (
        {"methods": [None, "GET"]},
        [
            "CORS709 methods: None in [None, 'GET'] is left out; set the variable that it comes from, or remove it",
        ],
    ),
    (
        {"methods": {"GET": True, "PUT": False}},
        [
            "CORS712 methods: {'GET': True, 'PUT': False} is a dict: each key is listed, whatever its value; write a list: ['GET']",
        ],
    ),
    (
        {"methods": ""},
        [
            "CORS710 methods: '' lists nothing; set the variable, or write methods=[] if that is intended",
        ],
    ),
    (
        {"allow_headers": "X Y"},
        [
            'CORS309 allow_headers: \'X Y\' is not a valid header name; write one header name per item, such as ["Content-Type", "X-Requested-With"]',
        ],
    ),
    (
        {"allow_headers": "X-*"},
        [
            "CORS307 allow_headers: 'X-*' is treated literally; write 'X-.*'",
        ],
    ),
    (
        {"allow_headers": [""]},
        [
            "CORS710 allow_headers: [''] lists nothing; set the variable, or write allow_headers=[] if that is intended",
        ],
    ),
    (
        {"expose_headers": "X Y"},
        [
            "CORS309 expose_headers: 'X Y' is not a valid header name; write one header name per item, such as [\"X-Total-Count\"]",
        ],
    ),
    (
        {"expose_headers": "Set-Cookie"},
        [
            "CORS305 expose_headers: browsers never show Set-Cookie to a script; leave it out, and send what the frontend needs in another header",
        ],
    ),
    # numbers and booleans
    (
        {"max_age": "soon"},
        [
            "CORS404 max_age: 'soon' is not a number of seconds; write the seconds, such as 600, a timedelta, or -1 to switch the cache off",
        ],
    ),
    (
        {"max_age": -5},
        [
            "CORS404 max_age: -5 is not a number of seconds; write the seconds, such as 600, a timedelta, or -1 to switch the cache off",
        ],
    ),
    (
        {"vary_header": "maybe"},
        [
            "CORS707 vary_header: 'maybe' is neither true nor false; write True or False, in the environment true or false",
        ],
    ),
    (
        {"config": {"CORS_SEND_WILDCARD": 2}},
        [
            "CORS707 send_wildcard: 2 is neither true nor false; write True or False, in the environment true or false",
        ],
    ),
    # credentials
    (
        {"supports_credentials": True},
        [
            "CORS205 origins: the default '*' with supports_credentials=True allows any origin; list the origins that you trust, such as origins=[\"https://app.example\"]",
        ],
    ),
    (
        {"origins": ["https://a.example", "null"], "supports_credentials": True},
        [
            "CORS205 origins: ['https://a.example', 'null'] with supports_credentials=True allows 'null', which any site can send from a sandboxed frame; list the origins that you trust, such as origins=[\"https://app.example\"]",
        ],
    ),
    (
        {"origins": "https://*.com", "supports_credentials": True},
        [
            "CORS205 origins: 'https://*.com' with supports_credentials=True allows untrusted origins such as https://evil.com; list the origins that you trust, such as origins=[\"https://app.example\"]",
        ],
    ),
    (
        {"origins": "https://a.example", "supports_credentials": True, "expose_headers": "*"},
        [
            "CORS202 expose_headers: with supports_credentials=True, '*' is the name of a header; list the headers that scripts should read",
        ],
    ),
    # resources
    (
        {"resources": "/api/.+"},
        [
            "CORS505 resources: '/api/.+' reads like a regular expression and is treated literally; write re.compile('/api/.+')",
        ],
    ),
    (
        {"resources": "/users/<int:id>"},
        [
            "CORS506 resources: '/users/<int:id>' is treated literally: URL converters are not supported in resources; write '/users/*' or a regular expression",
        ],
    ),
    (
        {"resources": "api/*"},
        [
            "CORS507 resources: 'api/*' matches no path: paths begin with a slash; write '/api/*'",
        ],
    ),
    (
        {"resources": "https://a.example"},
        [
            "CORS507 resources: 'https://a.example' is an origin, and resources are paths; write origins='https://a.example'",
        ],
    ),
    (
        {"config": {"CORS_RESOURCES": ""}},
        [
            "CORS710 resources: '' lists nothing; set the variable, or write resources=[] if that is intended",
        ],
    ),
    # names of options and keys of config
    (
        {"orgins": "*"},
        [
            "CORS701 CORS(...) has no option 'orgins', which is ignored; write 'origins'",
        ],
    ),
    (
        {"zzz": "*"},
        [
            "CORS701 CORS(...) has no option 'zzz', which is ignored; leave it out",
        ],
    ),
    (
        {"headers": "Content-Type"},
        [
            "CORS702 CORS(...) has no option 'headers', which is ignored; leave it out; renamed to 'allow_headers' it would allow these headers alone",
        ],
    ),
    (
        {"resources": {"/a": {"orgins": "*"}}},
        [
            "CORS701 the resource '/a' has no option 'orgins', which is ignored; write 'origins'",
        ],
    ),
    (
        {"config": {"CORS_ORGINS": "*"}},
        [
            "CORS701 app.config has 'CORS_ORGINS', which is not an option and is ignored; write 'CORS_ORIGINS'",
        ],
    ),
    (
        {"config": {"CORS_HEADERS": "Content-Type"}},
        [
            "CORS702 app.config has 'CORS_HEADERS', which is not an option and is ignored; leave it out; renamed to 'CORS_ALLOW_HEADERS' it would allow these headers alone",
        ],
    ),
    (
        {"config": {"CORS_ALLOWED_ORIGINS": ["https://a.example"]}},
        [
            "CORS711 app.config has 'CORS_ALLOWED_ORIGINS', which is not a key of Flask-CORS and is ignored; write 'CORS_ORIGINS'",
        ],
    ),
    (
        {"config": {"CORS_ALLOW_CREDENTIALS": True}},
        [
            "CORS711 app.config has 'CORS_ALLOW_CREDENTIALS', which is not a key of Flask-CORS and is ignored; write 'CORS_SUPPORTS_CREDENTIALS'",
        ],
    ),
    # several findings
    (
        {"origins": [8080, "https://*"], "max_age": "soon", "methods": "A B"},
        [
            'CORS115 origins: 8080 is not an origin; write a list, such as ["https://app.example"]',
            "CORS116 origins: 'https://*' is not a valid pattern; write 'https://.*'",
            "CORS404 max_age: 'soon' is not a number of seconds; write the seconds, such as 600, a timedelta, or -1 to switch the cache off",
            'CORS308 methods: \'A B\' is not a valid method; write one method per item, such as ["GET", "PUT"]',
        ],
    ),
]


@pytest.mark.parametrize(("options", "lines"), ROWS)
def test_a_finding_says_what_is_wrong_and_what_to_write(
    options: dict[str, Any], lines: list[str]
) -> None:
    assert [str(found) for found in findings_in(**options)] == lines


def test_a_coroutine_function_without_asgiref_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(origin_parser, "find_spec", lambda name: None)
    assert [str(found) for found in findings_in(origins=AllowLater())] == [
        "CORS117 origins: AllowLater is a coroutine function, which needs Flask's async extra; run: pip install 'flask[async]'",
    ]


# What is accepted as it is; each was an error or a warning once, or silently something else.
@pytest.mark.parametrize(
    "options",
    [
        {"origins": r"https?://(localhost|127\.0\.0\.1):*"},
        {"origins": r"https://[a-z]{2,5}\.example\.com"},
        {"origins": [r"https://[a-z]{2,5}\.example\.com"]},
        {"origins": "file://"},
        {"origins": "app://."},
        {"origins": []},
        {"expose_headers": ["Content-Disposition, X-Total-Count"]},
        {"methods": "GET, POST,"},
        {"allow_headers": ["Content-Type", ""]},
        {"config": {"CORS_MAX_AGE": ""}},
        {"config": {"CORS_METHODS": None}},
        {"config": {"CORS_PROXY_URL": "http://proxy.example"}},
        {"config": {"CORS_ALLOWED_ORIGINS": "https://a.example"}, "origins": "https://a.example"},
    ],
)
def test_a_valid_configuration_has_no_finding(
    options: dict[str, Any],
) -> None:
    assert findings_in(**options) == []


def test_a_coroutine_function_has_no_finding_if_asgiref_is_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(origin_parser, "find_spec", lambda name: name)
    assert findings_in(origins=AllowLater()) == []


# The rest is reported by the extension, by a decorator, or once the routes are known.
ELSEWHERE = {
    rules.BareDecorator,
    rules.DecoratorAboveRoute,
    rules.DuplicateResource,
    rules.HiddenDecorator,
    rules.InvalidViewOptions,
}
# Whose messages are those of what finds them.
TRIED = {rules.LookalikeOrigin, rules.SlowRegex}


def test_every_rule_about_options_has_a_row() -> None:
    every = {
        each
        for each in vars(rules).values()
        if isinstance(each, type) and issubclass(each, Finding) and hasattr(each, "code")
    }
    found = {type(each) for options, _ in ROWS for each in findings_in(**options)}
    assert found == every - ELSEWHERE - TRIED
