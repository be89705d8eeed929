"""Origins that a policy allows, as far as they can be told without asking everybody's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, product

from ...origin import parse
from ...policy.origins import OriginSet
from ...policy.policy import Policy
from ..writing import code_of

STRANGER = "https://stranger.flask-cors.example"

_MOST = 200  # guesses at what a regular expression matches


def samples(origins: OriginSet) -> Iterator[tuple[str, str]]:
    """Each entry as source code, and an origin that it allows. Of a regular expression several may
    come, or none; callables are not asked."""
    yield from ((code_of(origin), origin) for origin in sorted(origins.exact))
    for wildcard in sorted(origins.wildcards):
        yield code_of(wildcard), wildcard.replace("://*.", "://www.").removesuffix(":*")
    for regex in origins.regexes:
        for guess in islice(_guesses(regex.pattern.pattern), _MOST):
            if regex.allows(guess) and parse(guess) is not None:
                yield code_of(regex.pattern), guess


def varies(policy: Policy) -> bool:
    """Whether two origins get different answers."""
    origins = policy.options.origins.value
    asked = [STRANGER, "https://other.flask-cors.example"]
    asked += [origin for _, origin in islice(samples(origins), 2)]
    return len({policy.decide(origin).headers for origin in asked}) > 1


# ---- guessing at regular expressions -----------------------------------------------------------

# A group that holds no other, and what repeats it.
_GROUP = re.compile(
    r"\((?:\?(?::|P?<\w+>|[a-zA-Z]+:))?((?:\\.|\[(?:\\.|[^\]\\])*\]|[^()\[\\])*)\)([*+?]|\{[^}]*\})?\??"
)
_AROUND = re.compile(
    r"\(\?(?:[=!]|<[=!])[^()]*\)|\(\?[a-zA-Z]+\)|\\[AZzbB]|(?<!\\)[\^$](?![^\[]*\])"
)
# One character or class, and what repeats it.
_ATOM = re.compile(r"(\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[^\\])([*+?]|\{[^}]*\})?\??", re.DOTALL)
_CHARACTERS = "aw1-.:/A"


def _guesses(pattern: str) -> Iterator[str]:
    """Strings that a pattern may match: each group by its alternatives, each class by one of its
    characters, what is optional with and without."""
    pattern = _AROUND.sub("", pattern)
    yield from (guess for branch in _branches(pattern) for guess in _atoms(branch))


def _branches(pattern: str) -> Iterator[str]:
    """The alternatives without groups."""
    waiting, tried = [pattern], 0
    while waiting and tried < _MOST:
        tried += 1
        current = waiting.pop(0)
        found = _GROUP.search(current)
        if found is None:
            yield from _alternatives(current)
            continue
        inside = _alternatives(found[1])
        if (found[2] or "").startswith(("?", "*", "{0")):
            inside.append("")
        before, after = current[: found.start()], current[found.end() :]
        waiting.extend(f"{before}{one}{after}" for one in inside)


def _alternatives(text: str) -> list[str]:
    return re.split(r"(?<!\\)\|", text)


def _atoms(branch: str) -> Iterator[str]:
    choices: list[tuple[str, ...]] = []
    for atom, repeat in _ATOM.findall(branch):
        one = _character(atom)
        least = re.match(r"\{(\d+)", repeat)
        if least:
            choices.append((one * int(least[1]),))
        else:
            choices.append(("", one) if repeat in ("?", "*") else (one,))
    yield from map("".join, product(*choices))


def _character(atom: str) -> str:
    if len(atom) == 1 and atom != ".":
        return atom
    if atom.startswith("\\") and not atom[1].isalnum():
        return atom[1]
    try:
        takes = re.compile(atom).fullmatch
    except re.error:
        return ""
    return next((each for each in _CHARACTERS + atom if takes(each)), "")
