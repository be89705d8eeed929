"""Open to all, and one view is to get the cookies of whoever asks: whose pages, it does not say."""

from flask import Flask

from flask_cors import CORS, cross_origin

app = Flask(__name__)
CORS(app)


@app.route("/basket/", methods=["OPTIONS", "GET"])
@cross_origin(supports_credentials=True)
def basket() -> str:
    return "three apples"


@app.route("/prices/")
def prices() -> str:
    return "an apple, a coin"
