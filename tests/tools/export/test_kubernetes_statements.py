"""The table of what routes in Kubernetes can state holds."""

from __future__ import annotations

import pytest

from flask_cors.tools.export.command import KUBERNETES
from flask_cors.tools.export.obstacles import ExportError
from flask_cors.tools.export.plan import build_plan

from .edge_policies import Configure, app_by
from .kubernetes_reader import TARGET
from .kubernetes_statements import FORMATS, STATEMENTS


@pytest.mark.parametrize("name", KUBERNETES)
@pytest.mark.parametrize(
    ("row", "configure"),
    [
        pytest.param(row, configure, id=f"{row} {number}")
        for row, statement in STATEMENTS.items()
        for number, configure in enumerate(statement.apps)
    ],
)
def test_routes_state_what_the_table_says(row: str, configure: Configure, name: str) -> None:
    app, routes = app_by(configure, with_cors=True), KUBERNETES[name]
    if name in STATEMENTS[row].formats:
        assert routes.render(build_plan(app, routes.REGEX_DIALECT), TARGET)
    else:
        with pytest.raises(ExportError):
            routes.render(build_plan(app, routes.REGEX_DIALECT), TARGET)


def test_the_table_has_a_column_for_each_format() -> None:
    assert tuple(KUBERNETES) == FORMATS
