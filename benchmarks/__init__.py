"""How fast Flask-CORS is, and how fast the others are: ``make bench``.

What is measured is what CORS *adds* to a request: each library is measured beside the same app
without it, in an environment of its own, at the WSGI or ASGI call, without a server. Time on a
machine that does other things besides is never measured twice alike, so nothing is compared that
was not measured together: all libraries in all cases take turns, five requests each, in an order
that is shuffled anew for each of 500 rounds. The 5th percentile is kept, what a request takes that
nothing disturbed, and two libraries are compared block by block of rounds (``compare.py``).

``cases.py`` says what is measured, ``targets.toml`` what is to be reached, and ``results/`` keeps
what was. Instructions are counted besides, for those do repeat; memory, start-up, and a real server
have modules of their own.
"""
