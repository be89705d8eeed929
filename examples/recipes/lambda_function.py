"""An API on AWS Lambda. An adapter, such as apig-wsgi, turns its events into WSGI requests."""

from flask import Flask

from flask_cors import CORS

app = Flask(__name__)
app.config["CORS_ORIGINS"] = []
app.config.from_prefixed_env()  # FLASK_CORS_ORIGINS, in the environment of the function
CORS(app, max_age=600)


@app.route("/books", methods=["GET", "PUT"])
def books():
    return ["Middlemarch"]
