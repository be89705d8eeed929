"""The API. ``CORS(app, …)`` is its whole CORS configuration."""

from __future__ import annotations

import secrets

from flask import Flask, Response, abort, jsonify, request, session
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from flask_cors import CORS, cross_origin


def create_app(page_origin: str) -> Flask:
    app = Flask(__name__, static_folder=None)
    app.config.update(
        SECRET_KEY=secrets.token_hex(),
        SESSION_COOKIE_NAME="two_origins",
        # localhost:1111 and localhost:2222 are two origins but one *site*, so browsers send Lax
        # cookies between them. Across sites, a cookie needs SameSite=None, Secure and HTTPS.
        SESSION_COOKIE_SAMESITE="Lax",
        CORS_CHECK_IGNORE={"CORS301 DELETE": "the page shows a method that is not allowed"},
    )
    CORS(
        app,
        resources={
            "/api/*": {
                "origins": page_origin,
                "methods": ["GET", "POST", "PUT"],
                "allow_headers": ["Content-Type", "X-Edit-Reason"],
                "expose_headers": ["X-Total-Count"],
                "supports_credentials": True,
            },
            "/partner/*": {"origins": "https://partner.example"},
        },
    )
    books = {1: "Middlemarch", 2: "Moby-Dick", 3: "Walden"}

    @app.get("/api/books")
    def list_books() -> Response:
        response = jsonify(books)
        response.headers["X-Total-Count"] = str(len(books))
        response.headers["X-Shelf"] = "B-12"  # sent, but not exposed: no page can read it
        return response

    @app.put("/api/books/<int:number>")
    def rename_book(number: int) -> ResponseReturnValue:
        if number not in books:
            abort(404)
        books[number] = str(request.get_json()["title"])
        return {"renamed": number, "title": books[number]}

    @app.delete("/api/books/<int:number>")
    def delete_book(number: int) -> ResponseReturnValue:
        return {"deleted": books.pop(number, None)}

    @app.post("/api/login")
    def login() -> ResponseReturnValue:
        session["user"] = str(request.get_json()["user"])  # a real API asks for a password
        return {"hello": session["user"]}

    @app.get("/api/whoami")
    def whoami() -> ResponseReturnValue:
        return {"user": session.get("user")}

    @app.get("/api/broken")
    def broken() -> ResponseReturnValue:
        raise RuntimeError("raised on purpose: the page can read this 500")

    @app.get("/partner/prices")
    def prices() -> ResponseReturnValue:
        return {"Walden": "9.50"}

    @app.get("/public/status")
    @cross_origin()
    def status() -> ResponseReturnValue:
        return {"status": "open to all origins"}

    @app.errorhandler(HTTPException)
    def as_json(error: HTTPException) -> ResponseReturnValue:
        return {"error": error.name}, error.code or 500

    return app
