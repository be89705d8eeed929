"""One blueprint is for other sites, and their preflights are to be kept for thirty days."""

from flask import Blueprint, Flask, g, jsonify, request
from flask.typing import ResponseReturnValue

from flask_cors import CORS

bp = Blueprint("api", __name__, url_prefix="/api")
CORS(bp, max_age=30 * 86400)


@bp.before_request
def who_asks() -> None:
    g.reader = request.headers.get("X-Reader", "somebody")


@bp.route("/shelf")
def shelf() -> ResponseReturnValue:
    return jsonify(reader=g.reader, books=[])


app = Flask(__name__)
app.register_blueprint(bp)
