"""What can go wrong while measuring, said in one line."""

from __future__ import annotations


class BenchmarkError(Exception):
    """Nothing can be measured: the message says what is wrong, and what to do."""
