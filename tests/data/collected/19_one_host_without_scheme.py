"""Previews under names that no one can foresee, by an expression, and one staging host by its
name."""

from flask import Flask, jsonify
from flask.typing import ResponseReturnValue

from flask_cors import CORS


class Settings:
    CORS_ORIGINS = (r"https:\/\/(.)*\.paste\.example\.com", "staging.admin.paste.example")


app = Flask(__name__)
app.config.from_object(Settings)
CORS(app)


@app.route("/events", methods=["GET", "POST"])
def events() -> ResponseReturnValue:
    return jsonify(events=[])
