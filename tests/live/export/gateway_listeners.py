"""The configuration of an Envoy that is several gateways."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from tests.live.export.gateways import CORS, TYPES, Gateway, Json, by_segments, route_to_app


class Host(NamedTuple):
    """A virtual host of a listener.

    :ivar name: the value of ``Host`` that it is for.
    :ivar objects: None to pass all requests on, without CORS.
    """

    name: str
    objects: list[Json] | None


def configuration(listeners: Iterable[tuple[Gateway, int, list[Host]]], upstream: int) -> Json:
    """Return the configuration of an Envoy.

    :param listeners: a gateway each, the port that it listens on, and its virtual hosts.
    :param upstream: the port of the app.
    """
    endpoint = {"endpoint": {"address": _address(upstream)}}
    app = {
        "name": "app",
        "load_assignment": {"cluster_name": "app", "endpoints": [{"lb_endpoints": [endpoint]}]},
    }
    # As in the bootstrap of Istio: Envoy Gateway has no limit.
    regexes = {"re2.max_program_size.error_level": 32768}
    return {
        "static_resources": {"listeners": [_listener(*it) for it in listeners], "clusters": [app]},
        "layered_runtime": {"layers": [{"name": "regexes", "static_layer": regexes}]},
    }


def _listener(gateway: Gateway, port: int, hosts: Iterable[Host]) -> Json:
    virtual_hosts = [
        {"name": each.name, "domains": [each.name], "routes": _routes(gateway, each.objects)}
        for each in hosts
    ]
    manager = {
        "@type": f"{TYPES}.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "gateway",
        **gateway.paths,
        "route_config": {"name": "app", "virtual_hosts": virtual_hosts},
        "http_filters": [
            {"name": CORS, "typed_config": {"@type": f"{TYPES}.http.cors.v3.Cors"}},
            {
                "name": "envoy.filters.http.router",
                "typed_config": {"@type": f"{TYPES}.http.router.v3.Router"},
            },
        ],
    }
    name = "envoy.filters.network.http_connection_manager"
    return {
        "name": f"{port}",
        "address": _address(port),
        "filter_chains": [{"filters": [{"name": name, "typed_config": manager}]}],
    }


def _routes(gateway: Gateway, objects: list[Json] | None) -> list[Json]:
    if objects is None:
        return [route_to_app(("PathPrefix", "/"), (), None, by_segments)]
    assert {each["kind"] for each in objects} == {gateway.kind}
    return gateway.routes(objects)


def _address(port: int) -> Json:
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}
