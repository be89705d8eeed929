"""A dashboard's API: every view is decorated, all with one setting."""

from flask import Flask, jsonify, request

from flask_cors import cross_origin

app = Flask(__name__)
app.config["CORS_ORIGINS"] = "https://dashboard.example"
app.config["CORS_HEADERS"] = "Content-Type"


@app.route("/")
@cross_origin()
def index():
    return "The dashboard's API."


@app.route("/charts", methods=["GET", "POST"])
@cross_origin()
def charts():
    return jsonify(charts=[])


@app.route("/charts/<chart>", methods=["GET", "PUT", "DELETE"])
@cross_origin()
def chart(chart):
    return jsonify(chart=chart)


@app.route("/charts/<chart>/points", methods=["POST"])
@cross_origin()
def points(chart):
    return jsonify(points=request.get_json()), 201


@app.route("/login", methods=["POST", "OPTIONS"])
@cross_origin()
def login():
    return jsonify(token="")


@app.route("/users")
@cross_origin()
def users():
    return jsonify(users=[])


@app.route("/users/<user>", methods=["GET", "PATCH"])
@cross_origin()
def user(user):
    return jsonify(user=user)


@app.route("/alerts")
@cross_origin()
def alerts():
    return jsonify(alerts=[])


@app.route("/exports/<export>")
@cross_origin()
def export(export):
    headers = {"Content-Disposition": f"attachment; filename={export}.csv"}
    return "date,value\n", 200, headers
