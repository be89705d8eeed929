"""All policies in all gateways of Kubernetes: one Envoy, and one server for all apps."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from flask import Flask

from flask_cors.browser.messages import Response
from flask_cors.tools.export import gateway_api, istio
from flask_cors.tools.export.addresses import Target
from flask_cors.tools.export.obstacles import ExportError
from flask_cors.tools.export.plan import EdgePlan, build_plan
from tests.live.export.edge_proxies import PROXIES, executable, running
from tests.live.export.gateway_listeners import Host, configuration
from tests.live.export.gateways import GATEWAYS, HTTP_ROUTE, VIRTUAL_SERVICE, Json
from tests.tools.export.edge_policies import Configure, app_by
from tests.tools.export.edge_requests import Client, Sent

_TARGET = Target("app", 80, "public", None, ())
_RENDER: dict[str, Callable[[EdgePlan, Target], str]] = {
    HTTP_ROUTE: gateway_api.render,
    VIRTUAL_SERVICE: istio.render,
}


def _objects_of(plan: EdgePlan, kind: str) -> list[Json] | None:
    """Return what is exported; None where the export is refused."""
    yaml = pytest.importorskip("yaml")
    try:
        text = _RENDER[kind](plan, _TARGET)
    except ExportError:
        return None
    return [each for each in yaml.safe_load_all(text) if each is not None]


# Who has CORS: the gateway, the app or both. The names of hosts end so.
GATEWAY, OWN, BOTH = "gateway.test", "app.test", "both.test"


class Exported(NamedTuple):
    """A policy, exported.

    :ivar number: the apps are told apart by the name of a host that begins with it.
    :ivar objects: by the kind; None where the export is refused.
    """

    number: int
    plan: EdgePlan
    objects: dict[str, list[Json] | None]


class Fleet:
    """An Envoy for all gateways and policies, and one server for all apps."""

    def __init__(self, folder: Path) -> None:
        self.exported: dict[str, Exported] = {}
        self._apps: dict[str, Flask] = {}
        self._folder = folder
        self._running = ExitStack()
        self._clients: dict[str | None, Client] = {}

    def __enter__(self) -> Fleet:
        return self

    def __exit__(self, *error: object) -> None:
        self._running.close()

    def add(self, name: str, configure: Configure) -> None:
        whole = app_by(configure, with_cors=True)
        try:
            plan = build_plan(whole, gateway_api.REGEX_DIALECT)
        except ExportError:
            return
        number = len(self.exported)
        objects = {kind: _objects_of(plan, kind) for kind in _RENDER}
        self.exported[name] = Exported(number, plan, objects)
        without = app_by(configure, with_cors=False)
        self._apps |= {
            f"{number}.{GATEWAY}": without,
            f"{number}.{OWN}": whole,
            f"{number}.{BOTH}": whole,
        }

    def start(self, serving: Any) -> None:
        def by_host(environ: Any, start_response: Any) -> Any:
            return self._apps[environ["HTTP_HOST"]](environ, start_response)

        whole = Flask("all")
        whole.wsgi_app = by_host  # type: ignore[method-assign]
        upstream = self._running.enter_context(serving(whole))
        ports = dict(zip(GATEWAYS, _free_ports(len(GATEWAYS)), strict=True))
        listeners = [
            (gateway, ports[name], list(self._hosts(gateway.kind)))
            for name, gateway in GATEWAYS.items()
        ]
        file = self._folder / "configuration"
        file.write_text(json.dumps(configuration(listeners, upstream)), encoding="utf-8")
        program = executable(PROXIES["envoy"])
        assert program is not None
        command = PROXIES["envoy"].command(program, self._folder, file)
        addresses = [("127.0.0.1", port) for port in ports.values()]
        self._running.enter_context(running(command, addresses, self._folder))
        for name, port in {**ports, None: upstream}.items():
            self._clients[name] = self._running.enter_context(Client(port))

    def _hosts(self, kind: str) -> Iterator[Host]:
        for each in self.exported.values():
            objects = each.objects[kind]
            if objects is not None:
                yield Host(f"{each.number}.{GATEWAY}", objects)
                yield Host(f"{each.number}.{BOTH}", objects)
                yield Host(f"{each.number}.{OWN}", None)

    def send(self, policy: str, gateway: str | None, sent: Sent, cors: str) -> Response:
        """
        :param gateway: None for the app without one.
        :param cors: who has it.
        """
        host = f"{self.exported[policy].number}.{cors}"
        return self._clients[gateway].send(sent, host)


def _free_ports(number: int) -> list[int]:
    with ExitStack() as taken:
        servers = [
            taken.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(number)
        ]
        return [server.getsockname()[1] for server in servers]
