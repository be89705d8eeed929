"""An API for a frontend on a development server, such as that of Vite."""

from flask import Flask

from flask_cors import CORS

app = Flask(__name__)
app.config["CORS_ORIGINS"] = []  # FLASK_CORS_ORIGINS has the frontends
app.config.from_prefixed_env()
CORS(app, resources="/api/*")


@app.get("/api/books")
def books():
    return ["Middlemarch"]
