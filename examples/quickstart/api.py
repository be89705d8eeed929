"""A small API that one page may call."""

from flask import Flask, request

from flask_cors import CORS

app = Flask(__name__)
app.config["CORS_ORIGINS"] = "http://localhost:8000"  # the page
app.config.from_prefixed_env()  # FLASK_CORS_ORIGINS, where it is set, takes its place
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
