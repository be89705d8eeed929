"""``flask cors export``: the same policy at the edge.

:mod:`.plan` says what an edge has to do, in no proxy's words; a module a proxy writes it down.
"""
