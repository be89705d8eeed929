"""``flask cors export``: the policy of an app as the configuration of a proxy.

:mod:`.plan` has what a proxy has to do, in no proxy's syntax; the module of each proxy writes it.
"""
