"""What proxies can do of what the app does, by the tests that compare them.

``{edges} stated``
    What each can state.
``{edges} differences``
    Where what one says differs from what the app says.
``{edges} kubernetes``
    What routes in Kubernetes can state.
``{edges} gateways``
    What gateways of Kubernetes decide by themselves.
``{edges} gateway-differences``
    Where what these allow differs from what the app allows.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator

from docutils import nodes  # type: ignore[import-untyped]  # docutils has no types of its own
from sphinx.application import Sphinx
from tables import Generated

TESTS = "tests.tools.export"
PROXIES = ("apache", "caddy", "envoy", "haproxy", "nginx")
RESOURCES = ("gateway-api", "istio")
GATEWAYS = ("Envoy Gateway", "Istio", "kgateway", "Cilium", "Istio, VirtualService")

Rows = Iterator[tuple[str, list[str]]]


def stated() -> Rows:
    known = importlib.import_module(f"{TESTS}.edge_statements")
    for row in known.STATED:
        yield row, ["no" if proxy in known.EXCEPT.get(row, ()) else "yes" for proxy in PROXIES]
    for row in known.REFUSED:
        yield row, ["no"] * len(PROXIES)


def differences() -> Rows:
    expected = importlib.import_module(f"{TESTS}.edge_differences").EXPECTED
    reasons = dict.fromkeys(each.reason for known in expected.values() for each in known)
    for reason in reasons:
        concerned = [proxy for proxy in PROXIES if reason in {e.reason for e in expected[proxy]}]
        yield reason, ["differs" if proxy in concerned else "" for proxy in PROXIES]


def kubernetes() -> Rows:
    statements = importlib.import_module(f"{TESTS}.kubernetes_statements").STATEMENTS
    for row, statement in statements.items():
        yield row, ["yes" if each in statement.formats else "no" for each in RESOURCES]


def gateways() -> Rows:
    for decision in importlib.import_module(f"{TESTS}.gateway_differences").DECISIONS:
        yield decision.what, list(decision.by)


def gateway_differences() -> Rows:
    for each in importlib.import_module(f"{TESTS}.gateway_differences").DIFFERENCES:
        allows = "more" if each.allows_more else "less"
        yield each.reason, [allows if name in each.gateways else "" for name in GATEWAYS]


_TABLES: dict[str, tuple[tuple[str, ...], Callable[[], Rows]]] = {
    "stated": (PROXIES, stated),
    "differences": (PROXIES, differences),
    "kubernetes": (RESOURCES, kubernetes),
    "gateways": (GATEWAYS, gateways),
    "gateway-differences": (GATEWAYS, gateway_differences),
}


class Edges(Generated):
    """A row for each statement, a column for each proxy."""

    def run(self) -> list[nodes.Node]:
        columns, rows_of = _TABLES[self.arguments[0]]
        rows = [list(map(self.text, [what, *cells])) for what, cells in rows_of()]
        return self.table(["what", *columns], rows)


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("edges", Edges)
    return {"parallel_read_safe": True}
