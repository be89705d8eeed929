"""Flask-Limiter, whose limit the frontend can read."""

from flask import Flask, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from flask_cors import CORS

app = Flask(__name__)
CORS(
    app,
    origins="https://app.example",
    expose_headers=["Retry-After", "X-RateLimit-Remaining"],
)
limiter = Limiter(
    get_remote_address,
    app=app,
    default_limits=["2 per minute"],
    headers_enabled=True,
    storage_uri="memory://",
)


@limiter.request_filter
def is_options():
    return request.method == "OPTIONS"


@app.get("/books")
def books():
    return ["Middlemarch"]
