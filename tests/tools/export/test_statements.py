"""The table of what each proxy can state holds."""

from __future__ import annotations

import pytest

from flask_cors.tools.export.command import PROXIES
from flask_cors.tools.export.obstacles import ExportError
from flask_cors.tools.export.plan import build_plan
from tests.tools.export.edge_policies import POLICIES, Configure, app_by, app_of
from tests.tools.export.edge_statements import EXCEPT, REFUSED, STATED

OWN = {name for name in POLICIES if not name.startswith("corpus")}


def test_each_policy_of_the_matrix_is_in_one_row() -> None:
    named = [name for row in STATED.values() for name in row]
    assert sorted(named) == sorted(OWN)


@pytest.mark.parametrize("proxy", PROXIES)
@pytest.mark.parametrize("row", STATED)
def test_a_proxy_states_what_the_table_says(row: str, proxy: str) -> None:
    module = PROXIES[proxy]
    for name in STATED[row]:
        app = app_of(name, with_cors=True)
        if proxy in EXCEPT.get(row, ()):
            with pytest.raises(ExportError):
                module.render(build_plan(app, module.REGEX_DIALECT))
        else:
            assert module.render(build_plan(app, module.REGEX_DIALECT))


@pytest.mark.parametrize("proxy", PROXIES)
@pytest.mark.parametrize(
    "configure",
    [
        pytest.param(each, id=f"{row} {n}")
        for row, all_ in REFUSED.items()
        for n, each in enumerate(all_)
    ],
)
def test_what_no_proxy_can_state_is_an_export_error(configure: Configure, proxy: str) -> None:
    with pytest.raises(ExportError) as caught:
        build_plan(app_by(configure, with_cors=True), PROXIES[proxy].REGEX_DIALECT)
    assert len(caught.value.obstacles) == 1
