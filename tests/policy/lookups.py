"""Looks paths up in a map of any objects, as a request does in a map of policies."""

from __future__ import annotations

from typing import TypeVar

from flask_cors.policy.layers import DEFAULTS, Layer, LayerKind
from flask_cors.policy.options import POLICY_OPTIONS
from flask_cors.policy.path_spellings import look_up_unambiguous
from flask_cors.policy.policy import Policy
from flask_cors.policy.resolution import resolve
from flask_cors.policy.resources import ResourceMap

T = TypeVar("T")


def find(resources: ResourceMap[T], path: str) -> T | None:
    """Return the target of ``path``, or None if it has none or its spellings have several."""
    policies: list[tuple[T, Policy]] = []

    def policy_of(target: T) -> Policy:
        for known, policy in policies:
            if known is target:
                return policy
        layer = Layer(
            LayerKind.CHANGE,
            None,
            {"origins": f"https://{len(policies)}.example"},
            POLICY_OPTIONS,
        )
        policies.append((target, Policy(resolve([layer, DEFAULTS]))))
        return policies[-1][1]

    policy_map = ResourceMap(
        (pattern, policy_of(each)) for pattern, each in resources.patterns.items()
    )
    found = look_up_unambiguous(path, lambda _: [policy_map], has_view=False)
    return next((target for target, policy in policies if policy is found), None)
