"""All hosts of one site, with and without a port: the expression was made for addresses, paths and
all, and class views answer."""

from flask import Flask, jsonify
from flask.typing import ResponseReturnValue
from flask.views import MethodView

from flask_cors import CORS

app = Flask(__name__)
CORS(
    app,
    resources={
        r"*": {
            "origins": r"https?://\w*\.?example\.com:?\d*/?.*",
            "allow_headers": ["Content-Type"],
        }
    },
)


class Summaries(MethodView):
    def get(self) -> ResponseReturnValue:
        return jsonify(summaries=[])

    def post(self) -> ResponseReturnValue:
        return jsonify(number=1), 202


app.add_url_rule("/summaries", view_func=Summaries.as_view("summaries"))
