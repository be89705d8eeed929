"""A login by session cookie, configured for development and production by the environment."""

from flask import Flask, abort, request, session

from flask_cors import CORS


def create_app():
    app = Flask(__name__)
    app.config.update(
        CORS_ORIGINS=[],
        CORS_SUPPORTS_CREDENTIALS=True,
        SESSION_COOKIE_SECURE=True,
        SESSION_COOKIE_SAMESITE="Lax",
    )
    app.config.from_prefixed_env()  # FLASK_SECRET_KEY, FLASK_CORS_ORIGINS, ...
    CORS(app, resources="/api/*")

    @app.post("/api/login")
    def log_in():
        credentials = request.get_json()  # JSON only: a form of another site cannot send it
        if credentials != {"name": "ada", "password": "difference"}:  # your own check
            abort(401)
        session["name"] = credentials["name"]
        return {"name": session["name"]}

    @app.get("/api/me")
    def me():
        if "name" not in session:
            abort(401)
        return {"name": session["name"]}

    return app
