"""``{edges}``: where a proxy answers otherwise than the app, by the tests that compare them."""

from __future__ import annotations

import importlib

from docutils import nodes  # type: ignore[import-untyped]  # docutils has no types of its own
from sphinx.application import Sphinx
from tables import Generated

TESTS = "tests.live.export.edge_differences"


class Edges(Generated):
    """A row for each reason, a column for each proxy."""

    required_arguments = 0

    def run(self) -> list[nodes.Node]:
        expected = importlib.import_module(TESTS).EXPECTED
        reasons = dict.fromkeys(each.reason for known in expected.values() for each in known)
        rows = [
            [
                self.text(reason),
                *(
                    self.text("differs" if reason in {each.reason for each in known} else "")
                    for known in expected.values()
                ),
            ]
            for reason in reasons
        ]
        return self.table(["what", *expected], rows)


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("edges", Edges)
    return {"parallel_read_safe": True}
