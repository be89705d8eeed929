"""What must type-check, under mypy and pyright: `make check` reads this file and never runs it."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

from flask import Blueprint, Flask
from flask.views import MethodView
from typing_extensions import assert_type

from flask_cors import CORS, CORSConfigError, cross_origin
from flask_cors.typing import Headers, MaxAge, Methods, Origins, ResourceOptions, Resources

app = Flask(__name__)
blueprint = Blueprint("api", __name__)


def is_ours(origin: str) -> bool:
    return origin.endswith(".example")


# The ways to bind.
cors = CORS(app)
CORS(blueprint)
CORS().init_app(app, origins="*", resources="/api/*", automatic_options=False)
allowed: bool = cors.allows("https://app.example", path="/ws", app=app)
cors.allows(None)

# The forms of each option.
CORS(app, "/api/*", "https://app.example", ["GET"], ["X-Total"], "*", True, 600)
CORS(app, origins=["https://app.example", re.compile(r"https://.*\.example"), is_ours])
CORS(app, origins=("https://a.example", "https://b.example"), methods="GET, PUT")
CORS(app, origins=None, methods=None, expose_headers=None, max_age=None)
CORS(app, origins={"https://a.example"}, allow_headers=[re.compile("X-.*"), "Content-Type"])
CORS(app, max_age=timedelta(hours=1), supports_credentials="false", always_send=0)
CORS(app, automatic_options=False)
CORS(app, resources=["/a/*", re.compile("/b")])
CORS(app, resources={"/api/*": {"origins": "*", "max_age": 5}, re.compile("/b"): {}})
CORS(app, resources=(pattern for pattern in ("/a/*", "/b/*")))

# Options that were put together elsewhere.
own: ResourceOptions = {"origins": "https://app.example", "intercept_exceptions": False}
rules: dict[str, ResourceOptions] = {"/api/*": own}
resources: Resources = rules
origins: Origins = ["https://app.example"]
methods: Methods = {"GET"}
headers: Headers = "X-Token"
max_age: MaxAge = 0.5
settings: dict[str, Any] = {}
CORS(app, resources=rules)
CORS(app, resources, origins, methods, None, headers, max_age=max_age)
CORS(app, **settings)


# A decorated view keeps its type.
@app.get("/users/<int:number>")
@cross_origin(origins=is_ours, intercept_exceptions=False)
def user(number: int) -> str:
    return str(number)


@cross_origin()
async def slow(number: int) -> str:
    return str(number)


async def both() -> str:
    return await slow(1)


still_async: Callable[[int], Coroutine[Any, Any, str]] = slow


class Items(MethodView):
    decorators = [cross_origin("https://app.example")]  # noqa: RUF012  # as Flask's pages write it

    @cross_origin()
    def get(self, number: int) -> str:
        return str(number)


assert_type(user(1), str)
assert_type(Items().get(1), str)


# An error carries its data.
def told(error: CORSConfigError) -> list[str]:
    return [error.option, error.mend, *(mistake.problem for mistake in error.mistakes)]
