"""A local viewer: its author did not trust the extension, and adds the header and answers OPTIONS
by hand as well."""

import flask

import flask_cors

app = flask.Flask(__name__)
flask_cors.CORS(app, resource={"/*": {"origins": "*"}})


@app.after_request
def add_the_header(response: flask.Response) -> flask.Response:
    if flask.request.method != "OPTIONS":
        response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@app.before_request
def answer_options() -> flask.Response | None:
    return flask.Response() if flask.request.method == "OPTIONS" else None


@app.route("/tables", methods=["GET", "POST"])
def tables() -> flask.Response:
    return flask.jsonify(tables=[])
