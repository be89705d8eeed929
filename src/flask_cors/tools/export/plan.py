"""What a proxy has to do in place of an app, in no proxy's syntax."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from flask import Flask

from ...diagnostics.format import format_value
from ...policy.resources import MAX_PATH as MAX_PATH
from .edge_policy import EdgePolicy
from .edge_rules import EdgeRule as EdgeRule
from .edge_rules import EdgeRules
from .obstacles import ExportError, Obstacle, UnportableRegex
from .path_conditions import ANY_PATH
from .portable_regex import RegexDialect as RegexDialect
from .portable_regex import escape_regex
from .rule_index import RuleIndex, build_index
from .url_rules import iter_deep_views


@dataclass(frozen=True)
class EdgePlan:
    """What a proxy has to do.

    :ivar root: the app's ``APPLICATION_ROOT``, which every path of the app begins with, without a
        slash at its end.
    :ivar policies: each once.
    :ivar rules: the first that matches decides. If none does, the response has no CORS headers.
        They look at the path as the app sees it, without percent-encoding and without ``root``;
        at no path that is longer than :data:`MAX_PATH`, nor, unless one policy decides on every
        path, at one with dot segments or empty segments.
    :ivar deep_views: what the paths begin with of views whose converters take slashes: they may
        open files by a part of the path that has dot segments.
    """

    root: str
    policies: tuple[EdgePolicy, ...]
    rules: tuple[EdgeRule, ...]
    deep_views: tuple[str, ...] = ()

    @property
    def has_one_policy(self) -> bool:
        """Whether one policy decides on every path below the root."""
        return len(self.rules) == 1 and self.rules[0].conditions == (ANY_PATH,)

    @property
    def ignores_path(self) -> bool:
        """Whether no path needs to be looked at."""
        return self.has_one_policy and not self.root

    @property
    def has_path_regexes(self) -> bool:
        """Whether a rule matches the path by a regex of the app's."""
        return any(each.has_regex for rule in self.rules for each in rule.conditions)

    @cached_property
    def index(self) -> RuleIndex:
        """The rules by the path."""
        return build_index(self.rules)


def build_plan(app: Flask, dialect: RegexDialect = RegexDialect.RE2) -> EdgePlan:
    """Return the plan of ``app``.

    :param dialect: of the regexes of the proxy.
    :raises ExportError: naming each part of the configuration that cannot be exported.
    """
    rules = EdgeRules(app, dialect)
    in_order = tuple(rules)
    root = str(app.config["APPLICATION_ROOT"] or "").strip("/")
    try:
        escape_regex(root)
    except UnportableRegex as error:
        subject = f"APPLICATION_ROOT {format_value(root)}"
        rules.obstacles.append(Obstacle(subject, f"it {error}"))
    if rules.obstacles:
        raise ExportError(rules.obstacles)
    deep_views = tuple(sorted(set(iter_deep_views(app))))
    return EdgePlan(f"/{root}" if root else "", tuple(rules.policies), in_order, deep_views)
