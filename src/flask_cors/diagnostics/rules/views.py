"""Rules: decorated views."""

from __future__ import annotations

from ..finding import Finding, Severity


class InvalidViewOptions(Finding):
    """The arguments of `@cross_origin` and `app.config` are invalid together.

    ## Why it matters

    Some of this is known only at the first request of the app, when it has already started. The
    view refuses every origin; its requests are served without CORS headers. The message names the
    option, and the hint what to write.

    ## Example

        @app.get("/account")
        @cross_origin(supports_credentials=True)
        def account():
            return {"name": "Ada"}

    ## Use instead

        @app.get("/account")
        @cross_origin(origins="https://app.example", supports_credentials=True)
        def account():
            return {"name": "Ada"}

    ## When to ignore

    Where the check runs without the configuration of production, which makes the options valid.
    """

    code = "CORS601"
    title = "a decorated view whose CORS options are invalid"
    severity = Severity.ERROR


class DecoratorAboveRoute(Finding):
    """`@cross_origin` is written above `@app.route`.

    ## Why it matters

    Decorators are applied from the bottom up: `@app.route` registers the function below it, so an
    `@cross_origin` above it decorates a function that Flask never calls. The view gets the policy
    of its blueprint or app, or none: it may be blocked, or more open than its decorator says.

    ## Example

        @cross_origin(origins="https://app.example")
        @app.get("/prices")
        def prices():
            return {"book": 12}

    ## Use instead

        @app.get("/prices")
        @cross_origin(origins="https://app.example")
        def prices():
            return {"book": 12}

    ## When to ignore

    Never: the decorator has no effect.
    """

    code = "CORS603"
    title = "@cross_origin above @app.route"
    severity = Severity.ERROR


class HiddenDecorator(Finding):
    """A decorator without `functools.wraps` hides the `@cross_origin` below it.

    ## Why it matters

    The policy of `@cross_origin` then applies only to the response that the view returns.
    Exceptions, preflights and cached responses get the policy of the blueprint or app.

    ## Example

        def logged(view):
            def call():
                return view()
            return call

        @app.get("/books")
        @logged
        @cross_origin(origins="https://app.example")
        def books():
            return ["Middlemarch"]

    ## Use instead

        import functools

        def logged(view):
            @functools.wraps(view)
            def call():
                return view()
            return call

        @app.get("/books")
        @logged
        @cross_origin(origins="https://app.example")
        def books():
            return ["Middlemarch"]

    Or write `@cross_origin` above the other decorator.

    ## When to ignore

    Where no request to the view needs a preflight, and the policy of the app is right for its
    errors.
    """

    code = "CORS608"
    title = "@cross_origin hidden by a decorator"


class BareDecorator(Finding):
    """`@cross_origin` is written without parentheses.

    ## Why it matters

    It reads the view as a callable in `origins`, and registers something that is not a view: each
    request to it fails.

    ## Example

        @app.get("/books/<title>")
        @cross_origin
        def book(title):
            return {"title": title}

    ## Use instead

        @app.get("/books/<title>")
        @cross_origin()
        def book(title):
            return {"title": title}

    A view without arguments is reported as CORS117.

    ## When to ignore

    Never: each request to the view fails.
    """

    code = "CORS609"
    title = "@cross_origin without parentheses"
    severity = Severity.ERROR
