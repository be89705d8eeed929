"""What the versions of Flask and Werkzeug that the tests run on do differently."""

from __future__ import annotations

from werkzeug.routing import exceptions

_DUPLICATE_RULE_ERROR = getattr(exceptions, "DuplicateRuleError", None)
# Raised where two URL rules are equal, from Werkzeug 3.2 on. Before it, the first one decides.
DUPLICATE_RULE_ERRORS = () if _DUPLICATE_RULE_ERROR is None else (_DUPLICATE_RULE_ERROR,)
