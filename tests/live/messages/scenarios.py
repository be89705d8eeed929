"""A scenario for each way in which a browser blocks a response."""

from __future__ import annotations

from dataclasses import dataclass


def build_response(status: str, *headers: str, body: bytes = b"{}") -> bytes:
    """Return a response, byte for byte; the connection is closed after it."""
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "Connection: close"]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


# Headers of responses. `{origin}` and `{login}` are filled in when it is sent.
ORIGIN = "Access-Control-Allow-Origin: {origin}"
ANY_ORIGIN = "Access-Control-Allow-Origin: *"
CREDENTIALS = "Access-Control-Allow-Credentials: true"
METHODS = "Access-Control-Allow-Methods: GET, PUT"
JSON = "Content-Type: application/json"

OK = build_response("200 OK", JSON, ORIGIN)
SILENT = build_response("200 OK", JSON)

# What the page does. `url` is the API's; an exception is the scenario's.
FETCH = "await fetch(url)"
PUT = "await fetch(url, {method: 'PUT'})"
TOKEN = "await fetch(url, {headers: {'X-Token': '1'}})"
COOKIES = "await fetch(url, {credentials: 'include'})"
PUT_WITH_COOKIES = "await fetch(url, {method: 'PUT', credentials: 'include'})"
XHR = """
    const xhr = new XMLHttpRequest();
    xhr.open("GET", url);
    await new Promise(done => { xhr.onloadend = done; xhr.send(); });
"""

BOTH = ("chromium", "firefox")
CHROMIUM = ("chromium",)


@dataclass(frozen=True)
class Scenario:
    """A page, its script, and the responses that it gets.

    :ivar what: the description in the file of messages.
    :ivar script: the page's code. Scripts of a page at ``file:`` have no API.
    :ivar preflight: the response to ``OPTIONS``; None lets the browser wait.
    :ivar response: the response to every other method.
    :ivar page: where the page is: ``http``, ``https``, ``localhost`` or ``file``.
    :ivar api: where the API is: ``http``, ``https``, ``down``, ``nowhere``, ``own``, ``loopback``.
    :ivar browsers: those that can be made to write its messages.
    """

    name: str
    what: str
    script: str = FETCH
    response: bytes | None = OK
    preflight: bytes | None = OK
    login: bytes = SILENT
    page: str = "http"
    api: str = "http"
    page_headers: tuple[str, ...] = ()
    browsers: tuple[str, ...] = BOTH


ALL = [
    # The response to the request itself.
    Scenario("missing", "no Access-Control-Allow-Origin", response=SILENT),
    Scenario("missing_xhr", "the same, by XMLHttpRequest", XHR, response=SILENT),
    Scenario(
        "missing_script",
        "the same, for a script with crossorigin",
        "await load('script', {crossOrigin: 'anonymous', src: url})",
        response=build_response("200 OK", "Content-Type: text/javascript"),
    ),
    Scenario(
        "missing_font",
        "the same, for a font",
        "await new FontFace('f', `url(${url})`).load()",
        response=build_response("200 OK", "Content-Type: font/woff2"),
    ),
    Scenario(
        "missing_image",
        "the same, for an image with crossorigin",
        "await load('img', {crossOrigin: 'anonymous', src: url})",
        response=build_response("200 OK", "Content-Type: image/png"),
    ),
    Scenario(
        "missing_error",
        "a 500 without CORS headers",
        response=build_response("500 Internal Server Error"),
    ),
    Scenario(
        "wildcard",
        "* for a request with credentials",
        COOKIES,
        build_response("200 OK", ANY_ORIGIN),
    ),
    Scenario(
        "multiple",
        "Access-Control-Allow-Origin twice: the proxy's and the app's",
        response=build_response("200 OK", ORIGIN, ANY_ORIGIN),
    ),
    Scenario(
        "multiple_same",
        "Access-Control-Allow-Origin twice, with the same value",
        response=build_response("200 OK", ORIGIN, ORIGIN),
    ),
    Scenario(
        "invalid",
        "an Access-Control-Allow-Origin that is not an origin",
        response=build_response("200 OK", "Access-Control-Allow-Origin: app.example"),
    ),
    Scenario(
        "mismatch",
        "the Access-Control-Allow-Origin of another page",
        response=build_response("200 OK", "Access-Control-Allow-Origin: https://other.example"),
    ),
    Scenario(
        "mismatch_slash",
        "an Access-Control-Allow-Origin with a slash at its end",
        response=build_response("200 OK", "Access-Control-Allow-Origin: {origin}/"),
    ),
    Scenario(
        "mismatch_null",
        "Access-Control-Allow-Origin: null",
        response=build_response("200 OK", "Access-Control-Allow-Origin: null"),
    ),
    Scenario(
        "null_origin",
        "a page without an origin of its own: in a sandbox",
        response=SILENT,
        page_headers=("Content-Security-Policy: sandbox allow-scripts",),
    ),
    Scenario(
        "credentials",
        "no Access-Control-Allow-Credentials for a request with credentials",
        COOKIES,
    ),
    # The response to the preflight.
    Scenario("preflight_missing", "no Access-Control-Allow-Origin", TOKEN, preflight=SILENT),
    Scenario(
        "preflight_wildcard",
        "* for a request with credentials",
        PUT_WITH_COOKIES,
        preflight=build_response("200 OK", ANY_ORIGIN, METHODS),
    ),
    Scenario(
        "preflight_multiple",
        "Access-Control-Allow-Origin twice",
        PUT,
        preflight=build_response("200 OK", ORIGIN, ANY_ORIGIN, METHODS),
    ),
    Scenario(
        "preflight_invalid",
        "an Access-Control-Allow-Origin that is not an origin",
        PUT,
        preflight=build_response("200 OK", "Access-Control-Allow-Origin: app.example", METHODS),
    ),
    Scenario(
        "preflight_mismatch",
        "the Access-Control-Allow-Origin of another page",
        PUT,
        preflight=build_response("200 OK", "Access-Control-Allow-Origin: https://other.example"),
    ),
    Scenario(
        "preflight_credentials",
        "no Access-Control-Allow-Credentials for a request with credentials",
        PUT_WITH_COOKIES,
        preflight=build_response("200 OK", ORIGIN, METHODS),
    ),
    Scenario(
        "preflight_status",
        "a 401 to the preflight, with CORS headers",
        PUT,
        preflight=build_response("401 Unauthorized", ORIGIN, METHODS),
    ),
    Scenario(
        "preflight_not_found",
        "a 404 to the preflight, without CORS headers",
        PUT,
        preflight=build_response("404 Not Found"),
    ),
    Scenario(
        "preflight_redirect",
        "a redirect of the preflight, as Flask makes for a missing slash",
        PUT,
        preflight=build_response("308 Permanent Redirect", ORIGIN, "Location: {login}"),
    ),
    Scenario(
        "preflight_redirect_missing",
        "a redirect of the preflight, without CORS headers",
        PUT,
        preflight=build_response("308 Permanent Redirect", "Location: {login}"),
    ),
    Scenario("preflight_method", "a method that is not listed", PUT),
    Scenario(
        "preflight_method_case",
        "a method in lower case, which browsers do not change",
        "await fetch(url, {method: 'patch'})",
        preflight=build_response("200 OK", ORIGIN, "Access-Control-Allow-Methods: PATCH"),
    ),
    Scenario("preflight_header", "a header that is not listed", TOKEN),
    Scenario(
        "preflight_header_request",
        "a response's header, sent with the request",
        "await fetch(url, {headers: {'Access-Control-Allow-Origin': '*'}})",
    ),
    Scenario(
        "preflight_methods_list",
        "an Access-Control-Allow-Methods that is not a list of methods",
        PUT,
        preflight=build_response("200 OK", ORIGIN, "Access-Control-Allow-Methods: GET PUT"),
    ),
    Scenario(
        "preflight_headers_list",
        "an Access-Control-Allow-Headers that is not a list of names",
        TOKEN,
        preflight=build_response(
            "200 OK", ORIGIN, "Access-Control-Allow-Headers: X-Token; X-Other"
        ),
    ),
    Scenario(
        "preflight_authorization",
        "* for Authorization, with credentials: there it is a name like any other",
        "await fetch(url, {credentials: 'include', headers: {Authorization: 'Bearer 1'}})",
        preflight=build_response("200 OK", ORIGIN, CREDENTIALS, "Access-Control-Allow-Headers: *"),
    ),
    # Redirects.
    Scenario(
        "redirect_login",
        "a redirect to a login page of another origin",
        response=build_response("302 Found", ORIGIN, "Location: {login}"),
    ),
    Scenario(
        "redirect_missing",
        "a redirect without CORS headers",
        response=build_response("302 Found", "Location: {login}"),
    ),
    Scenario(
        "redirect_password",
        "a redirect to an address with a password in it",
        response=build_response(
            "302 Found", ORIGIN, "Location: http://ada:secret@login.test/login"
        ),
    ),
    # Failures of the request itself.
    Scenario("scheme", "an address without http://", "await fetch('localhost:5000/data')"),
    Scenario(
        "scheme_file",
        "a script of a page that was opened as a file",
        "await load('script', {type: 'module', src: 'app.js'})",
        page="file",
    ),
    Scenario(
        "same_origin_mode",
        "mode: same-origin",
        "await fetch(url, {mode: 'same-origin'})",
    ),
    Scenario(
        "no_cors_redirect",
        "mode: no-cors, and redirects that are not to be followed",
        "await fetch(url, {mode: 'no-cors', redirect: 'error'})",
    ),
    Scenario(
        "no_cors_empty",
        "mode: no-cors, and the response read as JSON",
        "await (await fetch(url, {mode: 'no-cors'})).json()",
        response=SILENT,
    ),
    Scenario(
        "hidden_header",
        "a header that is not exposed",
        XHR + "xhr.getResponseHeader('X-Total-Count');",
        response=build_response("200 OK", JSON, ORIGIN, "X-Total-Count: 3"),
    ),
    Scenario(
        "forbidden_header",
        "a header that pages cannot set",
        "const xhr = new XMLHttpRequest(); xhr.open('GET', url); "
        "xhr.setRequestHeader('Origin', 'https://app.example');",
    ),
    Scenario(
        "canvas",
        "an image without crossorigin, read from a canvas",
        """
        const image = await load("img", {src: url});
        const canvas = document.createElement("canvas");
        canvas.getContext("2d").drawImage(image, 0, 0);
        canvas.toDataURL();
        """,
        response=build_response(
            "200 OK",
            "Content-Type: image/svg+xml",
            body=b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>',
        ),
    ),
    # The local network.
    Scenario(
        "local_network",
        "a page of the internet calls this machine, and may not",
        page="localhost",
        api="loopback",
        page_headers=("Content-Security-Policy: treat-as-public-address",),
        browsers=CHROMIUM,
    ),
    Scenario(
        "local_network_insecure",
        "a page of the internet, by http, calls this machine",
        api="loopback",
        page_headers=("Content-Security-Policy: treat-as-public-address",),
        browsers=CHROMIUM,
    ),
    # Not CORS at all.
    Scenario("down", "no server listens", api="down"),
    Scenario("nowhere", "no such host", api="nowhere"),
    Scenario("empty", "the server hangs up without a response", response=b""),
    Scenario(
        "timeout",
        "no response until the page's own time limit",
        "await fetch(url, {signal: AbortSignal.timeout(300)})",
        response=None,
    ),
    Scenario(
        "cut_off",
        "the connection ends in the middle of the response",
        "await (await fetch(url)).text()",
        response=OK.replace(b"Content-Length: 2", b"Content-Length: 9"),
    ),
    Scenario("certificate", "a certificate that no one signed", api="https"),
    Scenario("mixed", "an http address on an https page", page="https"),
    Scenario(
        "csp",
        "the page's own Content-Security-Policy",
        page_headers=("Content-Security-Policy: connect-src 'self'",),
    ),
    Scenario("blocker", "an ad blocker", browsers=CHROMIUM),
    Scenario(
        "resource_policy",
        "Cross-Origin-Resource-Policy: same-origin",
        "await fetch(url, {mode: 'no-cors'})",
        response=build_response("200 OK", JSON, "Cross-Origin-Resource-Policy: same-origin"),
    ),
    Scenario(
        "script_json",
        "JSON as a script",
        "await load('script', {src: url})",
        response=build_response("200 OK", JSON, "X-Content-Type-Options: nosniff"),
    ),
    Scenario(
        "frame",
        "another origin's frame",
        """
        const frame = await load("iframe", {src: url});
        frame.contentWindow.document;
        """,
        response=build_response("200 OK", "Content-Type: text/html", body=b"<!doctype html><p>-"),
    ),
    Scenario(
        "websocket",
        "a WebSocket that the server refuses",
        "const socket = new WebSocket(url.replace('http', 'ws')); "
        "await new Promise(done => { socket.onclose = done; })",
        response=build_response("403 Forbidden"),
    ),
    Scenario(
        "status",
        "a 500 with CORS headers: the page reads it",
        response=build_response("500 Internal Server Error", ORIGIN),
    ),
    Scenario(
        "not_json",
        "an error page, read as JSON",
        "await (await fetch(url)).json()",
        response=build_response(
            "200 OK", "Content-Type: text/html", ORIGIN, body=b"<!doctype html>"
        ),
    ),
]

SCENARIOS = {scenario.name: scenario for scenario in ALL}


def program(scenario: Scenario, url: str) -> str:
    """Return the script as an expression whose value is its exception, or null."""
    return f"""(async () => {{
        const url = {url!r};
        const load = (tag, properties) => new Promise(done => {{
            const element = Object.assign(document.createElement(tag), properties);
            element.onload = element.onerror = () => done(element);
            document.body.append(element);
        }});
        try {{
            {scenario.script}
            return null;
        }} catch (error) {{
            return String(error);
        }}
    }})()"""
