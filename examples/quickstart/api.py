"""A small API that one frontend may call."""

from flask import Flask, request

from flask_cors import CORS

app = Flask(__name__)
app.config["CORS_ORIGINS"] = "http://localhost:8000"  # the frontend
app.config.from_prefixed_env()  # FLASK_CORS_ORIGINS replaces it, if it is set
CORS(app)

books = ["Middlemarch"]


@app.get("/books")
def list_books() -> list[str]:
    return books


@app.post("/books")
def add_book() -> tuple[dict[str, str], int]:
    title = str(request.get_json()["title"])
    books.append(title)
    return {"added": title}, 201
