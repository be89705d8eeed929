"""The URLs that a blueprint covers."""

from __future__ import annotations

from typing import NamedTuple

from flask.blueprints import BlueprintSetupState
from werkzeug.routing import Map, MapAdapter, Rule

from ..policy.policy import Policy
from ..policy.resources import ResourceMap


class BlueprintScope:
    """The paths below a blueprint's ``url_prefix``, matched as the app's own URL map matches them,
    converters included. A blueprint without a prefix covers no path, only its own views."""

    def __init__(self, state: BlueprintSetupState) -> None:
        """
        :param state: one registration of the blueprint.
        """
        prefix = "" if _has_inherited_prefix(state) else state.url_prefix or ""
        self.prefix = prefix.strip("/")
        self.depth = self.prefix.count("/")
        self.subdomain = state.subdomain
        self._url_map: Map | None = None

    def covers(self, path: str, adapter: MapAdapter) -> bool:
        """Return whether ``path``, on the subdomain of ``adapter``, is below the prefix."""
        if not self.prefix:
            return False
        if self._url_map is None:  # not earlier: an app may add converters until its first request
            self._url_map = self._make_map(adapter.map)
        own_adapter = self._url_map.bind(adapter.server_name, subdomain=adapter.subdomain)
        try:
            return own_adapter.test(path.replace("\n", " "))  # <path:> does not match a line break
        except Exception:  # raised by a converter; a 404 of Flask must stay a 404
            return False

    def _make_map(self, url_map: Map) -> Map:
        rules = [f"/{self.prefix}", f"/{self.prefix}/", f"/{self.prefix}/<path:_flask_cors_rest>"]
        return Map(
            [Rule(rule, subdomain=self.subdomain) for rule in rules],
            default_subdomain=url_map.default_subdomain,
            converters=url_map.converters,
        )


class BoundBlueprint(NamedTuple):
    """The resources of one registration of a blueprint, and the URLs that it covers."""

    resources: ResourceMap[Policy]
    scope: BlueprintScope


def _has_inherited_prefix(state: BlueprintSetupState) -> bool:
    """Return whether the prefix is that of the blueprint around this one alone. Flask has
    no public way to ask for it."""
    outer = state.app.blueprints.get(state.name_prefix)
    return any(
        blueprint is state.blueprint
        and options.get("name", blueprint.name) == state.name
        and options.get("url_prefix", blueprint.url_prefix) is None
        for blueprint, options in getattr(outer, "_blueprints", ())
    )
