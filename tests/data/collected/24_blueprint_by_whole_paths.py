"""An office's forms, whose blueprint names the rule by the whole path, prefix included."""

import os

from flask import Blueprint, Flask, jsonify
from flask.typing import ResponseReturnValue

from flask_cors import CORS

ORIGIN = os.environ.get("COLLECTED_FORMS_ORIGIN", "https://office.example")

bp = Blueprint("office_forms", __name__, url_prefix="/api/v1/office")
CORS(bp, resources={"/api/v1/office/forms*": {"origins": ORIGIN}})


@bp.route("/forms", methods=["GET", "POST"])
def forms() -> ResponseReturnValue:
    return jsonify(forms=[])


@bp.route("/forms/<form>", methods=["PATCH"])
def form(form: str) -> ResponseReturnValue:
    return jsonify(form=form)


app = Flask(__name__)
app.register_blueprint(bp)
