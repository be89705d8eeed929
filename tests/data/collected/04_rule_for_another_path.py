"""A rule that was copied with its path: its author wonders why the list of origins does nothing."""

from flask import Flask

from flask_cors import CORS

app = Flask(__name__)
app.config["SECRET_KEY"] = "not this one"
app.config["CORS_HEADERS"] = "Content-Type"
cors = CORS(
    app,
    resources={r"/sample": {"origins": ["http://localhost:8000", "http://mysite.example.com"]}},
)


@app.route("/api/start", methods=["GET"])
def start() -> str:
    return "It runs"
