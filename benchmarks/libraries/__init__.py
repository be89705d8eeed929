"""One module per library, with functions that make an app from a configuration, or return None if
the library does not support it.

Each module runs in the environment of its library and imports the framework at the top, before the
processes of the apps are forked. The CORS library is imported by the function that uses it, so that
other apps do not load it.
"""
