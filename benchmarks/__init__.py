"""The benchmark: compares the speed of Flask-CORS and of other libraries. Run it by ``make bench``.

It measures the time that CORS *adds* to a request: each library is compared with the same app
without CORS, in its own environment, at the WSGI or ASGI call, without a server. Two measurements
of the same code differ on a machine that does other things, so only figures that were measured
together are compared: all libraries take turns in all cases, five requests at a time, in an order
that is shuffled in each of 500 rounds. The 5th percentile is the time of an undisturbed request,
and two libraries are compared within each block of rounds (``compare.py``).

``cases.py`` has the cases, ``targets.toml`` the targets, and ``results/`` the results. Instructions
are counted too, because the counts can be reproduced. Memory, start-up and a real server have their
own modules.
"""
