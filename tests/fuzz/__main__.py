"""Look for texts that break the parsers: ``make fuzz``. Arguments are libFuzzer's.

What is found is a file named ``crash-…`` beside the corpus. Put it into ``tests/data/parsers``,
where ``test_corpus.py`` tries it again at each run, and correct the parser.
"""

from __future__ import annotations

import sys

import atheris

# The oracle too, and what the parsers hand on to: a regex is one step to the fuzzer, whatever it
# matched, and the plainer readings are where it sees that a text is something new.
SEEN = [
    "flask_cors.protocol.headers",
    "flask_cors.protocol.origin",
    "tests.fuzz.oracle",
    "ipaddress",
    "urllib.parse",
]

with atheris.instrument_imports(include=[*SEEN, "encodings.idna", "encodings.punycode"]):
    from tests.fuzz.oracle import check


def one_input(data: bytes) -> None:
    # Clients send bytes that WSGI hands on as latin-1; people write any text in a configuration.
    check(data.decode("latin-1"))
    check(data.decode("utf-8", "replace"))


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
