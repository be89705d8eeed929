"""What is bound to an app: what is warned of once, what is kept, and what is read once."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask

from flask_cors import CORS, CORSWarning, cross_origin
from flask_cors.runtime.install import registry_of

from .exchanges import APP, OTHER, allowed, send


@contextmanager
def warned_of() -> Iterator[list[str]]:
    """Yield the messages of the warnings."""
    messages: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield messages
    assert {warning.category for warning in caught} <= {CORSWarning}
    messages += [str(warning.message) for warning in caught]


# ---- warnings ----------------------------------------------------------------------------------


def test_each_finding_at_one_line_is_warned_of() -> None:
    with warned_of() as messages:
        CORS(Flask(__name__), resources=["/a", "/a", "/b", "/b"])
    assert [message.split()[2] for message in messages] == ["'/a'", "'/b'"]


def test_one_finding_at_several_lines_is_warned_of_at_each() -> None:
    app = Flask(__name__)
    CORS(app, resources="/a")
    with warned_of() as messages:
        CORS(app, resources="/a")
        CORS(app, resources="/a")
    assert len(messages) == 2


def test_what_was_warned_of_is_kept_with_its_location() -> None:
    app = Flask(__name__)
    with warned_of() as messages:
        CORS(app, resources=["/a", "/a"])
    (finding,) = registry_of(app).findings
    assert messages == [str(finding)]
    assert (finding.code, finding.option, finding.value) == ("CORS508", "resources", "/a")
    assert finding.hint
    assert finding.location is not None
    assert finding.location.file == __file__


def test_a_view_with_invalid_options_is_logged_once_though_its_app_is_bound_anew(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = Flask(__name__)
    app.add_url_rule("/", "view", cross_origin(supports_credentials=True)(lambda: ""))
    with warned_of() as messages:
        send(app)
        CORS(app, origins=APP)
        send(app)
    assert len(messages) == 1
    assert len([each for each in caplog.records if each.levelno == logging.ERROR]) == 1


def test_the_finding_on_a_view_with_invalid_options_has_what_the_first_of_its_errors_has() -> None:
    app = Flask(__name__)
    app.config["CORS_MAX_AGE"] = "soon"
    app.add_url_rule("/", "view", cross_origin(origins=APP)(lambda: ""))
    with warned_of() as messages:
        send(app)
    (finding,) = registry_of(app).findings
    assert (finding.option, finding.value) == ("max_age", "soon")
    assert finding.location is not None
    assert finding.location.file == __file__
    assert finding.hint
    assert messages[0].endswith(finding.hint)


def test_a_view_that_calls_a_decorated_helper_is_not_warned_of() -> None:
    @cross_origin(OTHER)
    def helper() -> str:
        return "value"

    app = Flask(__name__)
    app.add_url_rule("/", "view", lambda: helper())
    with warned_of() as messages:
        assert allowed(send(app, origin=OTHER)) == [OTHER]
    assert messages == []


def test_an_app_that_nothing_is_bound_to_has_an_empty_registry() -> None:
    app = Flask(__name__)
    registry = registry_of(app)
    assert registry.app is app
    assert (registry.bound, registry.findings) == ([], [])
    assert not app.extensions


# ---- decorated views ---------------------------------------------------------------------------


def test_the_config_of_a_view_is_read_once_though_its_app_is_bound_anew() -> None:
    app = Flask(__name__)
    app.config["CORS_ORIGINS"] = APP
    app.add_url_rule("/", "view", cross_origin()(lambda: ""))
    assert allowed(send(app)) == [APP]
    app.config["CORS_ORIGINS"] = OTHER
    CORS(app, resources="/elsewhere")
    assert allowed(send(app)) == [APP]


def test_the_options_and_the_layers_of_the_views_that_were_met_are_known() -> None:
    app = Flask(__name__)
    view: Callable[[], str] = cross_origin(origins=OTHER)(lambda: "")
    app.add_url_rule("/", "view", view)
    CORS(app, origins=APP)
    registry = registry_of(app)
    assert registry.known_view_options() == []
    assert len(registry.all_layers()) == 1
    send(app)
    ((options, policy),) = registry.known_view_options()
    assert policy is registry.read_view_options(options)
    _, layers = registry.all_layers()
    assert layers[0].raw == {"origins": OTHER}
