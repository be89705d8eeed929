"""``flask cors export``: what is written where, what is compared, and the exit status."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.cli import ScriptInfo

from flask_cors import CORS
from flask_cors.tools.cli import cors
from flask_cors.tools.export.command import KUBERNETES, PROXIES

Exported = Callable[..., Result]

WHOLE = ("--listen", "127.0.0.1:8080", "--upstream", "http://127.0.0.1:5000")


def an_app(origins: object = "https://app.example") -> Flask:
    app = Flask("app", static_folder=None)
    CORS(app, resources="/api/*", origins=origins)  # type: ignore[arg-type]
    app.add_url_rule("/api/books", "books", lambda: "")
    return app


@pytest.fixture
def exported() -> Exported:
    def run(*arguments: str | Path, app: Callable[[], Flask] = an_app) -> Result:
        info = ScriptInfo(create_app=app)
        return CliRunner().invoke(cors, ["export", *map(str, arguments)], obj=info)

    return run


@pytest.mark.parametrize("proxy", PROXIES)
def test_without_options_it_is_the_part_to_include_with_a_comment_that_says_where(
    exported: Exported, proxy: str
):
    ran = exported(proxy)
    assert ran.exit_code == 0
    assert ran.output.startswith(f"# Made by `flask cors export {proxy}`.")
    assert "https://app" in ran.output.replace("\\", "")


@pytest.mark.parametrize("proxy", PROXIES)
def test_with_both_options_it_is_a_whole_configuration(exported: Exported, proxy: str):
    ran = exported(proxy, *WHOLE)
    assert ran.exit_code == 0
    assert "8080" in ran.output
    assert "5000" in ran.output


@pytest.mark.parametrize("proxy", PROXIES)
def test_the_same_app_gives_the_same_text(exported: Exported, proxy: str):
    assert exported(proxy, *WHOLE).output == exported(proxy, *WHOLE).output


WITH_METHODS = """
from flask import Flask
from flask.views import MethodView
from flask_cors import cross_origin

class Books(MethodView):
    @cross_origin(origins="https://a.example")
    def get(self): ...

    @cross_origin(origins="https://b.example")
    def put(self): ...

    @cross_origin(origins="https://c.example")
    def patch(self): ...

app = Flask(__name__)
app.add_url_rule("/books", view_func=Books.as_view("books"))
"""


def test_the_order_does_not_depend_on_the_process(tmp_path: Path):
    """The order of a set of strings does."""
    (tmp_path / "app.py").write_text(WITH_METHODS, encoding="utf-8")
    command = [sys.executable, "-m", "flask", "cors", "export", "haproxy"]
    written = {
        subprocess.run(
            command,
            cwd=tmp_path,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in "146"
    }
    assert len(written) == 1


def test_a_file_is_written_instead_of_standard_output(exported: Exported, tmp_path: Path):
    file = tmp_path / "cors.conf"
    ran = exported("nginx", "--output", file)
    assert (ran.exit_code, ran.output) == (0, "")
    assert file.read_text() == exported("nginx").output


def test_a_file_that_still_matches_is_status_0(exported: Exported, tmp_path: Path):
    file = tmp_path / "cors.conf"
    exported("nginx", "--output", file)
    ran = exported("nginx", "--check", file)
    assert (ran.exit_code, ran.output) == (0, f"{file} matches the app.\n")


def test_a_file_that_no_longer_matches_is_status_1_and_says_what_differs(
    exported: Exported, tmp_path: Path
):
    file = tmp_path / "cors.conf"
    exported("nginx", "--output", file)
    ran = exported("nginx", "--check", file, app=lambda: an_app("https://other.example"))
    assert ran.exit_code == 1
    first, *lines = ran.output.splitlines()
    assert first == f"{file} no longer matches the app:"
    assert {line[:3] for line in lines} == {"  -", "  +"}
    assert any("other" in line for line in lines if line.startswith("  +"))


def test_the_ends_of_lines_are_not_compared(exported: Exported, tmp_path: Path):
    file = tmp_path / "cors.conf"
    text = exported("nginx").output
    file.write_bytes(text.rstrip().replace("\n", "\r\n").encode())
    assert exported("nginx", "--check", file).exit_code == 0


def test_the_first_of_many_differences_are_shown(exported: Exported, tmp_path: Path):
    file = tmp_path / "cors.conf"
    file.write_text("x\n" * 1000)
    *lines, last = exported("nginx", "--check", file).output.splitlines()
    assert len(lines) == 41
    assert re.fullmatch(r"  \.\.\. and 1,\d{3} lines more", last)


def test_control_characters_of_a_file_do_not_reach_the_terminal(exported: Exported, tmp_path: Path):
    file = tmp_path / "cors.conf"
    file.write_bytes(b"\x1b[2J\xff\n")
    ran = exported("nginx", "--check", file)
    assert ran.exit_code == 1
    assert "\x1b" not in ran.output


def test_a_policy_that_cannot_be_stated_is_status_2_and_nothing_is_written(
    exported: Exported, tmp_path: Path
):
    file = tmp_path / "cors.conf"
    ran = exported("nginx", "--output", file, app=lambda: an_app(lambda origin: True))
    assert ran.exit_code == 2
    assert "Error: nginx cannot state the policy of this app:\n  '/api/*' (" in ran.output
    assert not file.exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (WHOLE[:2], "--listen and --upstream belong together"),
        (WHOLE[2:], "--listen and --upstream belong together"),
        (("--output", "a", "--check", __file__), "remove --output"),
        (("--check", "is-not-there"), "does not exist"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    exported: Exported, arguments: tuple[str, ...], message: str
):
    ran = exported("nginx", *arguments)
    assert ran.exit_code == 2
    assert message in ran.output


@pytest.mark.parametrize(
    ("listen", "upstream", "message"),
    [
        *(
            (listen, WHOLE[3], f"{listen!r} is not an address and a port: write 127.0.0.1:8080")
            for listen in (
                *("8080", ":80", "a b:80", "app.example:80", "127.0.0.1", "[.]:80", "[::1]:80\n"),
                *("127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:" + "9" * 5000),
            )
        ),
        *(
            (
                WHOLE[1],
                upstream,
                f"{upstream!r} is not the URL of a server: write http://127.0.0.1:5000",
            )
            for upstream in ("", "127.0.0.1:5000", "ftp://app", "http://app${x}", "http://[::1")
        ),
        (WHOLE[1], "http://app/path", "holds more than a host and a port: write http://app"),
        (WHOLE[1], "http://app:5?x", "holds more than a host and a port: write http://app:5"),
        (
            WHOLE[1],
            "http://u:p@app",
            "'http://u:p@app' holds more than a host and a port: write http://app",
        ),
    ],
)
def test_a_malformed_address_is_refused(
    exported: Exported, listen: str, upstream: str, message: str
):
    ran = exported("nginx", "--listen", listen, "--upstream", upstream)
    assert ran.exit_code == 2
    assert message[:60] in ran.output
    assert message[-20:] in ran.output


@pytest.mark.parametrize(
    ("listen", "upstream", "written"),
    [
        ("localhost:8080", "HTTP://LocalHost:5000/", ("127.0.0.1:8080", "http://localhost:5000")),
        ("[0::1]:80", "https://[::1]", ("[::1]:80", "https://[::1]")),
    ],
)
def test_an_address_is_written_in_one_way(
    exported: Exported, listen: str, upstream: str, written: tuple[str, str]
):
    ran = exported("nginx", "--listen", listen, "--upstream", upstream)
    assert f'listen "{written[0]}";' in ran.output
    assert f'proxy_pass "{written[1]}";' in ran.output


def test_the_certificate_of_an_upstream_is_verified(exported: Exported):
    secure = {
        "apache": "SSLProxyVerify require",
        "envoy": "trusted_ca",
        "haproxy": "ssl verify required",
        "nginx": "proxy_ssl_verify on;",
    }
    for proxy, line in secure.items():
        ran = exported(proxy, *WHOLE[:3], "https://app.internal")
        assert line in ran.output
        assert line not in exported(proxy, *WHOLE).output


def test_a_file_that_cannot_be_written_is_reported_in_one_line(exported: Exported, tmp_path: Path):
    ran = exported("nginx", "--output", tmp_path / "missing" / "cors.conf")
    assert ran.exit_code == 2
    assert (
        ran.output
        == f"Error: --output: '{tmp_path}/missing/cors.conf': No such file or directory\n"
    )


def test_an_app_without_a_policy_is_reported_and_nothing_is_written(
    exported: Exported, tmp_path: Path
):
    file = tmp_path / "cors.conf"
    ran = exported("nginx", "--output", file, app=lambda: Flask("app"))
    assert ran.exit_code == 2
    assert ran.output.startswith("Error: the app has no CORS policy, so there is nothing to export")
    assert not file.exists()


def test_an_unknown_proxy_is_refused(exported: Exported):
    assert exported("traefik").exit_code == 2


def test_each_proxy_and_resource_can_be_named():
    (proxy, *_) = cors.commands["export"].params
    assert list(proxy.type.choices) == sorted([*PROXIES, *KUBERNETES])  # type: ignore[attr-defined]


# ---- Kubernetes --------------------------------------------------------------------------------

TARGET = ("--service", "shop:80", "--gateway", "edge/public", "--hostname", "a.example")


@pytest.mark.parametrize("name", KUBERNETES)
def test_routes_are_written_for_the_service_and_the_gateway(exported: Exported, name: str):
    ran = exported(name, *TARGET, "--hostname", "b.example")
    assert ran.exit_code == 0
    assert ran.output.startswith(f"# Made by `flask cors export {name}`: ")
    for word in ('"shop"', "80", "public", "edge", '"a.example"', '"b.example"', '"https://app.e'):
        assert word in ran.output


@pytest.mark.parametrize("name", KUBERNETES)
def test_routes_are_compared_with_the_app(exported: Exported, tmp_path: Path, name: str):
    file = tmp_path / "cors.yaml"
    exported(name, *TARGET, "--output", file)
    assert exported(name, *TARGET, "--check", file).exit_code == 0
    assert exported(name, *TARGET[:4], "--check", file).exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nginx", *TARGET[:2]), "--service, --gateway and --hostname belong to Kubernetes"),
        (("nginx", *TARGET[2:4]), "--service, --gateway and --hostname belong to Kubernetes"),
        (("nginx", *TARGET[4:]), "--service, --gateway and --hostname belong to Kubernetes"),
        (("istio", *TARGET, *WHOLE[:2]), "--listen and --upstream belong to proxies"),
        (("istio", *TARGET, *WHOLE[2:]), "--listen and --upstream belong to proxies"),
        (("istio", *TARGET[:2]), "istio needs --service NAME:PORT and --gateway NAME"),
        (("gateway-api", *TARGET[2:]), "gateway-api needs --service NAME:PORT and --gateway NAME"),
        (("istio", "--service", "shop", *TARGET[2:]), "'shop' is not a service and its port"),
        (("istio", *TARGET[:2], "--gateway", "A"), "'A' is not a gateway: write public"),
        (("istio", *TARGET, "--hostname", "*"), "'*' is not a hostname: write api.example.com"),
    ],
)
def test_options_that_belong_elsewhere_and_malformed_ones_are_refused_in_one_line(
    exported: Exported, arguments: tuple[str, ...], message: str
):
    ran = exported(*arguments)
    assert ran.exit_code == 2
    assert message in ran.output
    assert len([line for line in ran.output.splitlines() if line.startswith("Error")]) == 1


def test_what_routes_cannot_state_is_status_2_and_nothing_is_written(
    exported: Exported, tmp_path: Path
):
    file = tmp_path / "cors.yaml"
    app = lambda: an_app("http://localhost:*")  # noqa: E731
    ran = exported("gateway-api", *TARGET, "--output", file, app=app)
    assert ran.exit_code == 2
    assert ran.output == (
        "Error: gateway-api cannot state the policy of this app:\n"
        "  '/api/*': origins: 'http://localhost:*', a pattern of ports: list the ports\n"
    )
    assert not file.exists()
