"""The words of the protocol: header names, the grammar of their values, a serialised origin.

A leaf: it imports nothing of the project and no framework.
"""
