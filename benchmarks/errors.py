"""The error of the benchmark."""

from __future__ import annotations


class BenchmarkError(Exception):
    """Something prevents the measurement. The message says what, and what to do."""
