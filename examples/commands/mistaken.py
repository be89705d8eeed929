"""A shop with mistakes in its CORS configuration, for `flask --app mistaken cors check`."""

from __future__ import annotations

from flask import Flask

from flask_cors import CORS, cross_origin

app = Flask(__name__, static_folder=None)
app.config["SECRET_KEY"] = "not in real life"
CORS(
    app,
    resources={
        "/api/*": {
            "origins": ["https://shop.example.com/", r"https://.*example\.com"],
            "methods": ["GET", "PUT"],
        },
        "/api/v1/*": {"origins": "http://localhost:5173"},
    },
)
app.config["CORS_MAX_AGE"] = 600


@app.delete("/api/books/<int:number>")
def sell(number: int) -> str:
    return f"Book {number} is sold"


@cross_origin(origins="https://partner.example")
@app.get("/prices")
def prices() -> dict[str, int]:
    return {"Middlemarch": 12}
