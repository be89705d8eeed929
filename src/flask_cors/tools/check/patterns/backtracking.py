"""Whether a regular expression backtracks exponentially: suspected by counting the ways in which
its repetitions match a text, then confirmed by timing in a child process."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, combinations, islice
from typing import NamedTuple

from ....policy.origins import OriginSet
from .expression import Character, Group, Look, Node, Repeat, characters, read, repeats
from .samples import sample_of, samples


class _Attack(NamedTuple):
    """A text that an expression nearly matches, in many ways: the more, the longer it is.

    :ivar pump: what is repeated.
    """

    start: str
    pump: str
    end: str


_ENDS = ("!", "", "!/!/!")  # with which it probably does not match
_MOST_ATTACKS = 12

# ---- suspicion ---------------------------------------------------------------------------------

_FEW = 7  # what is repeated no oftener costs no more than a power of the length
_VERY_MANY = 10**6
_LONGEST_PUMP = 8
_MOST_PUMPS = 10
_PUMPS_OF_A_REPEAT = 2


def _suspects(tree: Node) -> Iterator[_Attack]:
    """Attacks on each repetition that matches in exponentially many ways."""
    for before, repeat in repeats(tree):
        if repeat.most is None or repeat.most > _FEW:
            ambiguous = (pump for pump in _pumps(repeat.body) if _is_ambiguous(repeat, pump))
            for pump in islice(ambiguous, _PUMPS_OF_A_REPEAT):
                for end in _ENDS:
                    yield _Attack(sample_of(before), pump, end)


_MANY = 5  # a text that is shared out among so many takes very long, short as it is
_PUMPS_OF_A_CHAIN = 3


def _chains(tree: Node) -> Iterator[_Attack]:
    """Attacks on repetitions behind each other that take the same character. Each costs little
    alone; they share a text out among them in very many ways."""
    chains: dict[str, list[tuple[Node, ...]]] = {}
    for before, repeat in repeats(tree):
        if repeat.least != repeat.most:
            for one in _taken_alone(repeat.body):
                chains.setdefault(one, []).append(before)
    # What stands between them has to match too: `/` of `/.*/.*/.*`.
    between = Counter(piece.taken for piece in characters(tree))
    pumps = [one for one, befores in chains.items() if len(befores) >= _MANY]
    for pump in sorted(pumps, key=lambda one: -between[one])[:_PUMPS_OF_A_CHAIN]:
        start = sample_of(chains[pump][0])
        for end in _ENDS:
            yield _Attack(start, pump, end)


def _taken_alone(body: Node) -> Iterator[str]:
    """The characters that a body takes one at a time."""
    if isinstance(body, Group):
        for alternative in body.alternatives:
            if len(alternative) == 1:
                yield from _taken_alone(alternative[0])
    elif isinstance(body, Character):
        yield from body.taken


def _pumps(body: Node) -> list[str]:
    """Short texts that the body of a repetition may match: samples, the characters of its pieces,
    and those on which two pieces meet."""
    if isinstance(body, Character):
        return []  # there is one way to repeat a character
    pieces = list(dict.fromkeys(characters(body)))
    meeting = (
        next((one for one in first.taken if one in second.taken), "")
        for first, second in combinations(pieces, 2)
    )
    texts = chain(
        (sample.text for sample in samples(body)), (piece.taken[:1] for piece in pieces), meeting
    )
    return sorted(
        {text.lower() for text in texts if 0 < len(text) <= _LONGEST_PUMP},
        key=lambda text: (len(text), not text.isalpha(), text),
    )[:_MOST_PUMPS]


def _is_ambiguous(repeat: Repeat, pump: str) -> bool:
    """Whether the ways in which it matches multiply with each repetition, or are very many. Where
    they only grow with a power of the number, they grow by the same factor each time the number
    doubles."""
    numbers = (4, 8, 16) if len(pump) <= _LONGEST_PUMP // 2 else (2, 4, 8)  # counting takes long
    # Those that end too early are tried as well.
    for tried in dict.fromkeys((repeat, Repeat(repeat.body, 0, repeat.most))):
        few, more, many = (_Ways(pump * times).in_all(tried) for times in numbers)
        if many * few > 2 * more * more or many > _VERY_MANY:
            return True
    return False


class _Ways:
    """In how many ways a tree matches the beginning of a text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._known: dict[tuple[int, int], Counter[int]] = {}

    def in_all(self, node: Node) -> int:
        return sum(self._ends(node, 0).values())

    def _ends(self, node: Node, start: int) -> Counter[int]:
        """Where a match that starts there may end, and in how many ways."""
        key = id(node), start
        if key not in self._known:
            self._known[key] = self._counted(node, start)
        return self._known[key]

    def _counted(self, node: Node, start: int) -> Counter[int]:
        if isinstance(node, Character):
            is_taken = start < len(self._text) and self._text[start] in node.taken
            return Counter({start + 1: 1} if is_taken else {})
        if isinstance(node, Look):
            return Counter({start: 1})
        if isinstance(node, Repeat):
            return self._of_repeat(node, start)
        ends: Counter[int] = Counter()
        for alternative in node.alternatives:
            ends.update(self._of_sequence(alternative, start))
        # Nothing goes back into an atomic group: it ends where it took most.
        return Counter({max(ends): 1}) if node.is_atomic and ends else ends

    def _of_sequence(self, nodes: Sequence[Node], start: int) -> Counter[int]:
        at = Counter({start: 1})
        for node in nodes:
            at = self._after(node, at)
        return at

    def _of_repeat(self, node: Repeat, start: int) -> Counter[int]:
        at, times = Counter({start: 1}), 0
        # The texts are too short for many repetitions, which change nothing where they have no end.
        least = node.least if node.most is not None else min(node.least, 1)
        ends: Counter[int] = Counter()
        while at and (node.most is None or times <= node.most):
            if times >= least:
                ends.update(at)
            # `re` does not repeat what matched nothing.
            at, times = self._after(node.body, at, must_move=times >= least), times + 1
        return ends

    def _after(self, node: Node, at: Counter[int], must_move: bool = False) -> Counter[int]:
        after: Counter[int] = Counter()
        for start, ways in at.items():
            for end, more in self._ends(node, start).items():
                if end > start or not must_move:
                    after[end] += ways * more
        return after


# ---- confirmation ------------------------------------------------------------------------------

_LONGEST = 300  # of what is repeated; an origin has at most 326 characters
_SECONDS = 10  # that the child is waited for; it ends by itself long before

# Lets each text grow until it takes long. An eighth more has then to double the time, which a power
# of the length does not do. All is the processor's time: a machine that is busy changes nothing.
_CHILD = """
import json, re, signal, sys, time
asked = json.load(sys.stdin)
match = getattr(re.compile(asked["pattern"], asked["flags"]), asked["method"])
def limit(seconds):
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
def stop(*_):
    raise TimeoutError
if hasattr(signal, "SIGVTALRM"):
    signal.signal(signal.SIGVTALRM, stop)
def seconds(text):
    start = time.process_time()
    try:
        limit(0.25)
        match(text)
        limit(0)
    except TimeoutError:
        pass
    return time.process_time() - start
def slow_text(start, pump, end):
    taken = []
    for times in range(1, asked["longest"] // len(pump)):
        text = start + pump * times + end
        taken.append(seconds(text))
        if taken[-1] > 0.02 and seconds(text) > 0.02:
            before = taken[max(0, times - 1 - max(1, times // 8))]
            return text if taken[-1] > 1.8 * before else None
        if time.process_time() > 0.8:
            return None
found = (slow_text(*attack) for attack in asked["attacks"])
print(json.dumps(next(filter(None, found), None)))
"""


@lru_cache(maxsize=4096)
def exponential(regex: re.Pattern[str], method: str) -> str | None:
    """A short text at which the expression takes long, and twice as long for a little more; None
    where there is none.

    :param method: how it is matched.
    """
    tree = read(regex)
    attacks = list(islice(chain(_suspects(tree), _chains(tree)), _MOST_ATTACKS))
    if not attacks:  # an ordinary expression costs no process
        return None
    asked = {
        "pattern": regex.pattern,
        "flags": regex.flags & ~re.DEBUG,
        "method": method,
        "attacks": attacks,
        "longest": _LONGEST,
    }
    return _slow(json.dumps(asked).encode())


def answering(origins: OriginSet) -> OriginSet:
    """Without the expressions that might not answer, whatever they are asked."""
    quick = (each for each in origins.regexes if exponential(each.pattern, "fullmatch") is None)
    return origins._replace(regexes=tuple(quick))


def _slow(asked: bytes) -> str | None:
    """What the child found."""
    command = [sys.executable, "-I", "-c", _CHILD]
    try:
        done = subprocess.run(
            command, input=asked, capture_output=True, timeout=_SECONDS, check=True
        )
    except subprocess.TimeoutExpired:
        return None
    slow: str | None = json.loads(done.stdout)
    return slow
