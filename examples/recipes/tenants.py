"""One app for several tenants: each has an API host and a frontend of its own."""

from flask import Flask, request

from flask_cors import CORS

# Your database, in memory or in a cache with a bound: it is read for each request.
FRONTENDS = {
    "ada.api.example.com": {"https://ada.example.com", "https://books.example"},
    "bob.api.example.com": {"https://bob.example.com"},
}


def is_frontend_of_tenant(origin):
    """Return whether an origin belongs to the tenant whose API was called."""
    return origin in FRONTENDS.get(request.host, ())


app = Flask(__name__)
app.config["TRUSTED_HOSTS"] = [".api.example.com"]
CORS(app, origins=is_frontend_of_tenant, supports_credentials=True)


@app.get("/orders")
def orders():
    return [f"an order at {request.host}"]
