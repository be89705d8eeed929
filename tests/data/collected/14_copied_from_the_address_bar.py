"""One front end with cookies, its origin as the address bar showed it."""

from flask import Blueprint, Flask, jsonify
from flask.typing import ResponseReturnValue

from flask_cors import CORS

analyses = Blueprint("analyses", __name__)


@analyses.get("/analyses")
def every() -> ResponseReturnValue:
    return jsonify(analyses=[])


app = Flask(__name__)
CORS(
    app,
    resources={r"/*": {"origins": ["https://guide-front-end.example/"]}},
    supports_credentials=True,
)
app.register_blueprint(analyses)


@app.get("/health")
def health() -> ResponseReturnValue:
    return jsonify(status="fine")
