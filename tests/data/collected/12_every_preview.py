"""A converter behind a front end that a platform deploys anew for each branch: all previews may
use it, and the developer's own machine."""

from flask import Flask, jsonify
from flask.typing import ResponseReturnValue

from flask_cors import CORS

app = Flask(__name__)
CORS(
    app,
    resources={
        r"/*": {
            "origins": [
                "http://localhost:5173",
                "https://converter.example",
                "https://www.converter.example",
                "https://converter-example.vercel.app",
                "https://*.vercel.app",
            ],
            "expose_headers": ["Content-Disposition"],
            "methods": ["GET", "POST", "OPTIONS"],
            "allow_headers": ["Content-Type"],
        }
    },
)


@app.get("/alive")
def alive() -> str:
    return "yes"


@app.post("/drawings")
def drawings() -> ResponseReturnValue:
    return jsonify(number=1), 202


@app.get("/drawings/<int:number>")
def drawing(number: int) -> ResponseReturnValue:
    kept = {"Cache-Control": "no-store", "Content-Disposition": "attachment"}
    return f"<svg id='d{number}'/>", 200, kept


@app.route("/<path:page>")
def pages(page: str) -> str:
    return f"The page {page}"
