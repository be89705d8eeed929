"""What must not type-check: each line's ignore comment is an error where nothing is wrong with it
(mypy's warn_unused_ignores, pyright's reportUnnecessaryTypeIgnoreComment)."""

from __future__ import annotations

from flask import Flask

from flask_cors import CORS, cross_origin
from flask_cors.typing import ResourceOptions

app = Flask(__name__)

# A name that is no option.
CORS(app, orgins="*")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
CORS(app, credentials=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
CORS().init_app(app, orgins="*")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
cross_origin(origin="*")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
cross_origin(resources="/*")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
options: ResourceOptions = {"orgins": "*"}  # type: ignore[typeddict-unknown-key]  # pyright: ignore[reportAssignmentType]
CORS(app, resources={"/api/*": options, "/b": 1})  # type: ignore[dict-item]  # pyright: ignore[reportArgumentType]

# A value that is none for its option.
CORS(app, origins=1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
CORS(app, origins=[b"https://a.example"])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
CORS(app, origins=lambda: True)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
CORS(app, methods=1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
CORS(app, max_age=[600])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
CORS(app, supports_credentials=None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
CORS(app, resources=None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
CORS("app")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


@cross_origin()
def user(number: int) -> str:
    return str(number)


# A decorated view keeps its type.
user("one")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
wrong: int = user(1)  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]


# What is no view is not decorated.
cross_origin()(1)  # type: ignore[type-var]  # pyright: ignore[reportArgumentType]
CORS(app).route("/")  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
