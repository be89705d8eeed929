"""A command can replace the resolver for the duration of a block."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Blueprint, Flask

from flask_cors import CORS, CORSWarning, cross_origin
from flask_cors.policy.policy import Policy
from flask_cors.policy.resolution import changed
from flask_cors.policy.resources import ResourceMap
from flask_cors.runtime.install import registry_of
from flask_cors.runtime.resolver import Resolver

APP = "https://app.example"
OTHER = "https://other.example"


@pytest.fixture
def app() -> Flask:
    app = Flask("app", static_folder=None)
    shop = Blueprint("shop", __name__, url_prefix="/shop")
    app.add_url_rule("/", "home", lambda: "")
    app.add_url_rule("/own", "own", cross_origin(origins=APP)(lambda: ""))
    shop.add_url_rule("/cart", "cart", lambda: "")
    CORS(shop, origins=APP)
    app.register_blueprint(shop)
    CORS(app, origins=APP)
    return app


def allowing_other(app: Flask) -> Resolver:
    """Return a resolver whose policies allow OTHER alone."""
    registry = registry_of(app)

    def other(policy: Policy) -> Policy:
        return Policy(changed(policy.options, {"origins": OTHER}))

    def others(resources: ResourceMap[Policy]) -> ResourceMap[Policy]:
        return ResourceMap((pattern, other(each)) for pattern, each in resources.patterns.items())

    blueprints = {
        name: bound._replace(resources=others(bound.resources))
        for name, bound in registry.blueprints.items()
    }
    return Resolver(
        app,
        others(registry.resources),
        blueprints,
        lambda options, endpoint: other(registry.view_policy(options, endpoint)),
    )


def is_allowed(app: Flask, origin: str, path: str = "/", method: str = "GET") -> bool:
    headers = {"Origin": origin, "Access-Control-Request-Method": "GET"}
    response = app.test_client().open(path, method=method, headers=headers)
    allowed = response.headers.get("Access-Control-Allow-Origin")
    assert allowed in (None, APP, OTHER)
    return allowed == origin


@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
@pytest.mark.parametrize("path", ["/", "/own", "/shop/cart", "/shop/nothing"])
def test_requests_use_the_other_resolver_within_the_block_alone(app, path, method):
    assert not is_allowed(app, OTHER, path, method)
    with registry_of(app).resolving_by(allowing_other(app)):
        assert is_allowed(app, OTHER, path, method)
    assert not is_allowed(app, OTHER, path, method)
    assert is_allowed(app, APP, path, method)


def without_wraps(view: Callable[..., str]) -> Callable[..., str]:
    return lambda: view()


def test_a_view_that_a_decorator_hides_gets_the_policy_of_the_other_resolver(app):
    hidden = without_wraps(cross_origin(origins=APP)(lambda: ""))
    app.add_url_rule("/hidden", "hidden", hidden)
    registry = registry_of(app)
    other = allowing_other(app)
    with pytest.warns(CORSWarning, match="CORS608"):
        assert is_allowed(app, APP, "/hidden")
    views_only = Resolver(app, registry.resources, registry.blueprints, other.view_policy)
    with registry.resolving_by(views_only):
        assert is_allowed(app, OTHER, "/hidden")
    assert is_allowed(app, APP, "/hidden")


def test_the_other_resolver_decides_whether_a_view_for_options_is_called(app):
    registry = registry_of(app)

    def view() -> str:
        return "own options"

    decorate = cross_origin(origins=APP, automatic_options=False)
    app.add_url_rule("/options", "options", decorate(view), methods=["OPTIONS"])

    def automatic(options, endpoint):
        policy = registry.view_policy(options, endpoint)
        return Policy(changed(policy.options, {"automatic_options": True}))

    assert app.test_client().options("/options").text == "own options"
    with registry.resolving_by(Resolver(app, registry.resources, registry.blueprints, automatic)):
        assert app.test_client().options("/options").text == ""
    assert app.test_client().options("/options").text == "own options"


def test_an_exception_in_the_block_ends_the_override(app):
    with pytest.raises(LookupError), registry_of(app).resolving_by(allowing_other(app)):
        raise LookupError
    assert not is_allowed(app, OTHER)
    assert is_allowed(app, APP)


def test_binding_a_cors_within_the_block_ends_the_override(app):
    """Afterwards a new resolver decides, which includes what was bound."""
    with registry_of(app).resolving_by(allowing_other(app)):
        CORS(app, origins=APP, resources="/late")
        assert not is_allowed(app, OTHER, "/late")
        assert is_allowed(app, APP, "/late")


def test_no_policy_is_changed_by_an_override(app):
    registry = registry_of(app)
    before = [(policy, dict(vars(policy))) for policy in registry.resources.patterns.values()]
    with registry.resolving_by(allowing_other(app)):
        assert is_allowed(app, OTHER)
    after = [(policy, dict(vars(policy))) for policy in registry.resources.patterns.values()]
    assert after == before
