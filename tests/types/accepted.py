"""What must type-check, under mypy, pyright, ty and pyrefly: `make check` reads this file and never
runs it."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

from flask import Blueprint, Flask
from flask.views import MethodView
from typing_extensions import assert_type

from flask_cors import CORS, CORSConfigError, cross_origin
from flask_cors import core as six
from flask_cors.typing import Headers, MaxAge, Methods, Origins, ResourceOptions, Resources

app = Flask(__name__)
blueprint = Blueprint("api", __name__)


def is_ours(origin: str) -> bool:
    return origin.endswith(".example")


async def is_of_tenant(origin: str) -> bool:
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
CORS(app, origins=is_of_tenant)
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

# What the annotations of flask-cors 6.0.5 accept, under the names that its core gave them.
pattern: six.ResourcePattern = re.compile("/api/.*")
spec: six.ResourceSpec = {"/api/*": {"origins": "*"}, re.compile("/b"): {"max_age": 5}}
specs: list[six.ResourceSpec] = ["/api/*", pattern, ["/a/*", re.compile("/b")], spec]
exposed: six.ExposeHeadersInput = None
some_origins: six.OriginsInput = ["https://a.example", re.compile("https://b")]
some_headers: six.HeadersInput = (re.compile("X-.*"),)
some_methods: six.MethodsInput = {"GET"}
some_age: six.MaxAgeInput = timedelta(hours=1)
regex: six.RegexObject[str] = re.compile("/b")
of_an_app: six.CorsOptionsInput = {"resources": spec, "intercept_exceptions": False}
of_a_view: six.CrossOriginOptionsInput = {"origins": some_origins, "automatic_options": False}
CORS(app, resources=pattern)
CORS(app, resources=regex)
CORS(app, resources=spec)
CORS(app, resources=specs[0])
CORS(app, origins=some_origins, allow_headers=some_headers, methods=some_methods)
CORS(app, max_age=some_age, expose_headers=exposed)
CORS(app, **of_an_app)
CORS().init_app(app, **of_an_app)
cross_origin(**of_a_view)

# Resources whose type was not written, or written as a dict of anything.
inferred = {"/api/*": {"origins": ["https://a.example"], "max_age": 5}}
one_type = {"/api/*": {"origins": "https://a.example"}}
nothing: dict[str, dict[str, object]] = {"/api/*": {}}
anything: dict[str | re.Pattern[str], dict[str, Any]] = {"/api/*": {}, re.compile("/b"): {}}
paths = ["/a/*", "/b/*"]
patterns = [re.compile("/a"), re.compile("/b")]
CORS(app, resources=inferred)
CORS(app, resources=one_type)
CORS(app, resources=nothing)
CORS(app, resources=anything)
CORS(app, resources=paths)
CORS(app, resources=patterns)
CORS().init_app(blueprint, resources=inferred)
cross_origin("https://a.example", intercept_exceptions=False, automatic_options=False)


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
def hints_of(error: CORSConfigError) -> list[str]:
    return [finding.hint for finding in error.findings]
