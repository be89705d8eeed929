"""A library's catalogue: an application factory, two blueprints, and one frontend that signs in."""

from flask import Blueprint, Flask, jsonify, request
from flask.typing import ResponseReturnValue

from flask_cors import CORS

FRONTEND = "https://catalogue.example"

cors = CORS()
books = Blueprint("books", __name__, url_prefix="/api/books")
loans = Blueprint("loans", __name__, url_prefix="/api/loans")


@books.get("/")
def list_books() -> ResponseReturnValue:
    return jsonify(books=[])


@books.get("/<int:book>")
def show_book(book: int) -> ResponseReturnValue:
    return jsonify(book=book)


@loans.post("/")
def borrow() -> ResponseReturnValue:
    return jsonify(loan=request.get_json()), 201


@loans.delete("/<int:loan>")
def give_back(loan: int) -> ResponseReturnValue:
    return "", 204


def create_app() -> Flask:
    app = Flask(__name__)
    app.config.update(
        CORS_ORIGINS=[FRONTEND],
        CORS_RESOURCES="/api/*",
        CORS_SUPPORTS_CREDENTIALS=True,
        CORS_MAX_AGE=600,
        SESSION_COOKIE_SAMESITE="None",
        SESSION_COOKIE_SECURE=True,
    )
    cors.init_app(app)
    app.register_blueprint(books)
    app.register_blueprint(loans)
    return app


app = create_app()
