"""One module a library: from a configuration to an app, or to None where it cannot state it.

Each runs in the library's own environment, and imports it at the top: frameworks are loaded before
the apps part ways. What adds CORS is imported where it is used, so that it is loaded there alone.
"""
