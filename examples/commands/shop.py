"""A shop with every kind of policy, for `flask --app shop cors …`."""

from __future__ import annotations

from flask import Blueprint, Flask

from flask_cors import CORS, cross_origin

app = Flask(__name__, static_folder=None)
app.config["CORS_MAX_AGE"] = 600
CORS(
    app,
    resources={
        "/api/*": {"origins": ["https://app.example", "http://localhost:*"]},
        "/en/*": {"origins": "https://press.example", "methods": "GET"},
    },
)

cart = Blueprint("cart", __name__, url_prefix="/cart")
CORS(cart, origins="https://app.example", supports_credentials=True)


@app.get("/")
def home() -> str:
    return "Welcome"


@app.get("/api/books/<int:number>")
def book(number: int) -> str:
    return f"Book {number}"


@app.get("/<language>/news")
def news(language: str) -> str:
    return f"News in {language}"


@cart.get("/items")
def items() -> list[str]:
    return ["Walden"]


@cart.post("/items")
@cross_origin(origins="https://partner.example", allow_headers="Content-Type")
def add_item() -> str:
    return "added"


app.register_blueprint(cart)
