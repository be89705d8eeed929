"""The colours of a picture for any site: its name is asked for by GET, and a file may be posted."""

from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue

from flask_cors import cross_origin

app = Flask(__name__)


@app.route("/awake", methods=["GET"])
@cross_origin(methods=["GET"])
def awake() -> ResponseReturnValue:
    return jsonify(stat="ok")


@app.route("/colours/<palette>", methods=["GET", "POST"])
@cross_origin(methods=["GET"])
def colours(palette: str) -> ResponseReturnValue:
    return jsonify(palette=palette, size=len(request.get_data()))
