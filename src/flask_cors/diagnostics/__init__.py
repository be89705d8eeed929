"""Findings in a configuration, the rules that they belong to, and source locations.

Imports :mod:`flask_cors.protocol` alone, and no framework.
"""
