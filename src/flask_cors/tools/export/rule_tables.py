"""The lookup tables of the rules of a plan: from the path and the method to a policy.

With few rules there is one table that holds them all. With many, the path is looked up first, by
:mod:`.rule_index`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .lookup_tables import (
    CAPTURED,
    Case,
    Lookup,
    LookupTable,
    Piece,
    on_match,
    on_path,
    on_text,
    on_whole_match,
)
from .path_conditions import PathCondition
from .portable_regex import escape_regex
from .rule_index import RuleIndex, ShapeRule

# The path as the app sees it, below its root; empty where that is uncertain. Each proxy has its
# own table.
PATH = Lookup("path")

# "preflight", or nothing; the method that decides.
PREFLIGHT, METHOD = Lookup("preflight"), Lookup("method")

# The number of the policy.
POLICY = Lookup("policy")

# The path with the slash at its end removed or added.
_OTHER_SLASH = Lookup("other_slash")

# The number of the rules to try; what was looked up; and the policy or the slot that they yield.
_SHAPE, _KEY, _RULE = Lookup("shape"), Lookup("key"), Lookup("rule")


def build_rule_tables(index: RuleIndex) -> Iterator[LookupTable]:
    """Yield the tables that end in :data:`POLICY`."""
    rules = [each.rule for shape in index.shapes for each in shape]
    # Not every dialect has look-ahead: of several conditions on a path, all but one are tables.
    conditions = list(dict.fromkeys(each for rule in rules for each in rule.conditions[:-1]))
    lookups = [Lookup(f"condition_{number}") for number, _ in enumerate(conditions)]
    if any(each.toggles_slash for each in conditions):
        yield _other_slash()
    for condition, lookup in zip(conditions, lookups, strict=True):
        yield _condition(condition, lookup.name)
    is_indexed = len(index.shapes) > 1
    if is_indexed:
        yield from _shapes(index)
    yield LookupTable(
        "The policy: the first line that matches decides.",
        (*lookups, ":", *((_SHAPE, ":") if is_indexed else ()), PREFLIGHT, ":", METHOD, " ", PATH),
        _RULE.name if index.policies else POLICY.name,
        [
            on_match(r"^[^ ]* \z"),  # no path, which a regex might match
            *(
                _rule(each, conditions, f"{number}:" if is_indexed else "")
                for number, shape in enumerate(index.shapes)
                for each in shape
            ),
        ],
    )
    if index.policies:
        yield from _keyed(index)


def number_of(policy: int | None) -> str:
    return "" if policy is None else f"{policy}"


def _other_slash() -> LookupTable:
    return LookupTable(
        "The path with the slash at its end removed or added.",
        (PATH,),
        _OTHER_SLASH.name,
        [
            on_match(r"^([\x00-\xff]+)/\z", CAPTURED),
            on_whole_match(r"/[\x00-\xff]*", CAPTURED, "/"),
        ],
    )


def _condition(condition: PathCondition, name: str) -> LookupTable:
    met = on_match(f"^{condition.regex}", "1")._replace(may_give_up=condition.has_regex)
    return LookupTable(
        "One of several conditions on a path.",
        (_OTHER_SLASH if condition.toggles_slash else PATH,),
        name,
        # Where the proxy gives up, it is neither met nor not met.
        [met, on_match("^", "0")],
    )


def _rule(each: ShapeRule, conditions: Sequence[PathCondition], shape: str) -> Case:
    *others, last = each.rule.conditions
    met = "".join("1" if condition in others else "[01]" for condition in conditions)
    preflight = "preflight:" if each.rule.preflights_only else "(?:preflight)?:"
    methods = "[^ ]+"
    if each.rule.methods is not None:
        methods = f"(?i:{'|'.join(map(escape_regex, each.rule.methods))})"
    value = number_of(each.rule.policy) if each.slot is None else f"slot {each.slot}"
    case = on_match(f"^{met}:{shape}{preflight}{methods} {last.regex}", value)
    return case._replace(may_give_up=last.has_regex)


# ---- by the path -------------------------------------------------------------------------------


def _beginning(segments: int) -> Lookup:
    return Lookup(f"beginning_{segments}")


def _shapes(index: RuleIndex) -> Iterator[LookupTable]:
    """Yield the tables that end in the shape."""
    shorter: Piece = "0"
    for segments, numbers in sorted(index.beginnings.items()):
        beginning, shape = _beginning(segments), Lookup(f"shape_{segments}")
        first = on_match(rf"^((?:/[^/]*){{{segments}}}/)[\x00-\xff]*\z", CAPTURED)
        about = "What the path begins with, up to a slash."
        yield LookupTable(about, (PATH,), beginning.name, [first])
        yield _numbers(beginning, shape, numbers, shorter)
        shorter = shape
    yield _numbers(PATH, _SHAPE, index.exact, shorter)


def _numbers(
    subject: Lookup, result: Lookup, numbers: dict[str, int], default: Piece
) -> LookupTable:
    cases = [on_path(path, f"{number}") for path, number in numbers.items()]
    return LookupTable("Which lines to try.", (subject,), result.name, cases, (default,))


def _keyed(index: RuleIndex) -> Iterator[LookupTable]:
    """Yield the tables from a slot and a key to the policy."""
    keys = [on_text(f"{number}", "=", PATH) for number in sorted(set(index.exact.values()))]
    for segments, numbers in index.beginnings.items():
        keys += [
            on_text(f"{number}", _beginning(segments)) for number in sorted(set(numbers.values()))
        ]
    yield LookupTable("What was found of the path.", (_SHAPE,), _KEY.name, keys)
    cases = [
        on_path(f"slot {slot} {key}", f"{policy}") for (slot, key), policy in index.policies.items()
    ]
    yield LookupTable(
        "The policy by what was found.",
        (_RULE, " ", _KEY),
        POLICY.name,
        cases,
        default=(_RULE,),
    )
