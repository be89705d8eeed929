"""An app for Kubernetes, for `flask --app catalog cors export …`."""

from __future__ import annotations

from flask import Flask

from flask_cors import CORS

app = Flask(__name__, static_folder=None)
CORS(
    app,
    resources={
        "/api/*": {
            "origins": ["https://app.example", "https://*.partner.example"],
            "supports_credentials": True,
            "methods": ["GET", "HEAD", "POST", "PUT"],
            "allow_headers": ["Content-Type"],
            "max_age": 600,
        },
        "/prices": {"origins": "*"},
    },
)


@app.get("/prices")
def prices() -> dict[str, int]:
    return {"Walden": 12}
