"""An app as flask-cors 6.0.5 served it: which of its policies a request got."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Generic, TypeVar
from urllib.parse import unquote

from flask import Flask, Request
from flask.views import View

from ...errors import CORSConfigError
from ...policy.layers import DEFAULTS, LayerKind
from ...policy.options import Option, Options, config_key
from ...policy.path_patterns import PathPattern, parse_pattern
from ...policy.policy import Policy
from ...protocol import headers as h
from ...runtime.decorated_views import iter_view_options
from ...runtime.registry import BoundExtension, Registry
from ..shared.option_code import ignore_finding
from .v6_policy import Headers, V6Policy, compile_v6, is_v6_regex

T = TypeVar("T")


class V6App:
    """The responses of one app, from what is bound to it.

    :param registry: that of this version.
    :ivar bound: each ``CORS`` of a blueprint, or of the app, which is ``""``.
    """

    def __init__(self, app: Flask, registry: Registry) -> None:
        self._app = app
        self._registry = registry
        self._policies: dict[int, V6Policy] = {}
        self.bound: dict[str, list[tuple[BoundExtension, V6Resources[Policy]]]] = {}
        for bound in registry.bound:
            resources = V6Resources(_written_patterns(bound))
            self.bound.setdefault(bound.blueprint, []).append((bound, resources))

    def policy(self, policy: Policy, *, is_of_blueprint: bool) -> V6Policy:
        """Return what the options of a policy made in 6.0.5."""
        if id(policy) not in self._policies:
            options = self._options(policy.options, is_of_blueprint=is_of_blueprint)
            self._policies[id(policy)] = V6Policy(options)
        return self._policies[id(policy)]

    def _options(self, options: Options, *, is_of_blueprint: bool) -> dict[str, object]:
        """Return options as they were written, and as 6.0.5 read them: on a blueprint it did not
        read the app's config, in which None was an unset option and an empty string a value."""
        values: dict[str, object] = {}
        for name, each in options._asdict().items():
            option: Option[Any] = each
            kind = option.layer.kind
            is_default = kind is LayerKind.DEFAULT and not is_of_blueprint
            values[name] = option.raw
            if kind is LayerKind.CONFIG and (is_of_blueprint or option.raw is None):
                values[name] = DEFAULTS.raw[name]
            elif is_default and self._app.config.get(config_key(name)) == "":
                values[name] = ""
        return values

    def respond(self, request: Request, *, is_error: bool = False) -> Headers:
        """Return the headers of the response to a request that was routed.

        :param is_error: whether the view raises: its decorator adds nothing then.
        """
        own = None if is_error else self._policy_of_view(request)
        if own is not None:
            return _headers(own, request)
        return next(
            filter(None, (_headers(each, request) for each in self._policies_of(request))), {}
        )

    def own_policy(self, endpoint: str | None, method: str) -> Policy | None:
        """Return the policy of a decorated view, if its options are valid."""
        view = self._app.view_functions.get(endpoint or "")
        by_method = {} if view is None else dict(iter_view_options(view))
        options = by_method.get(method) or by_method.get("")
        policy = None if options is None else self._registry.read_view_options(options)
        return policy if isinstance(policy, Policy) else None

    def view_class_of(self, endpoint: str | None) -> type[View] | None:
        """Return the class of a class-based view."""
        return getattr(self._app.view_functions.get(endpoint or ""), "view_class", None)

    def _policy_of_view(self, request: Request) -> V6Policy | None:
        """Return the policy of the decorated view that the request itself is routed to. It is not
        called for OPTIONS where Flask responds to that itself."""
        policy = self.own_policy(request.endpoint, request.method)
        if policy is None:
            return None
        if request.method == "OPTIONS":
            is_automatic = getattr(request.url_rule, "provide_automatic_options", False)
            view_class = self.view_class_of(request.endpoint)
            if view_class is not None:
                if "OPTIONS" not in (view_class.methods or ()):
                    return None
            elif not policy.automatic_options and is_automatic:
                return None
        return self.policy(policy, is_of_blueprint=False)

    def _policies_of(self, request: Request) -> Iterator[V6Policy]:
        """Yield those that are tried in turn, until one allows the origin: those of the view's
        blueprints, from the inside out, then those of the app; each time the last one first."""
        for blueprint in (*request.blueprints, ""):
            for bound, resources in reversed(self.bound.get(blueprint, [])):
                policy = resources.match(request.path)
                if policy is not None:
                    yield self.policy(policy, is_of_blueprint=bool(bound.blueprint))


def _headers(policy: V6Policy, request: Request) -> Headers:
    method = request.headers.get(h.REQUEST_METHOD) if request.method == "OPTIONS" else None
    return policy.respond(request.headers.get("Origin"), method)


def _written_patterns(bound: BoundExtension) -> Iterator[tuple[object, Policy]]:
    """Yield each pattern as it was written, and its policy."""
    by_pattern: dict[PathPattern, Policy] = dict(bound.resources)
    resources = next(layer for layer in bound.layers if "resources" in layer).raw["resources"]
    if isinstance(resources, (str, re.Pattern)) or not isinstance(resources, Iterable):
        resources = [resources]
    for written in resources:
        try:
            policy = by_pattern.get(parse_pattern(written, ignore_finding))
        except CORSConfigError:
            continue
        if policy is not None:  # a string with commas was one pattern, which matched nothing
            yield written, policy


# ---- resources ---------------------------------------------------------------------------------

# The smallest comes first.
_Rank = tuple[bool, bool, int, int]


class V6Resources(Generic[T]):
    """The resources of one ``CORS``.

    :param patterns: as they were written, strings or compiled, and what each is for.
    """

    def __init__(self, patterns: Iterable[tuple[object, T]]) -> None:
        ranked = [(*each, value) for pattern, value in patterns for each in _rank(pattern)]
        self._resources = sorted(ranked, key=lambda resource: resource[0])

    def match(self, path: str) -> T | None:
        """Return what a path, as Flask has it, gets."""
        decoded = unquote(path)
        matching = (value for _, regex, value in self._resources if regex.match(decoded))
        return next(matching, None)


def _rank(pattern: object) -> Iterator[tuple[_Rank, re.Pattern[str]]]:
    """Yield the rank of a pattern and what matches its paths; nothing for what 6.0.5 did not load.
    An exact path ranks first, then compiled patterns, then strings; of each the one with the most
    slashes, then the longest."""
    if isinstance(pattern, re.Pattern) and isinstance(pattern.pattern, str):
        yield (True, False, -pattern.pattern.count("/"), -len(pattern.pattern)), pattern
    elif isinstance(pattern, str):
        is_regex = is_v6_regex(pattern)
        for regex in compile_v6(pattern if is_regex else re.escape(pattern) + r"\Z"):
            yield (is_regex, True, -pattern.count("/"), -len(pattern)), regex
