"""A clinic's appointments: routes come from an OpenAPI document, OPTIONS among their methods."""

from flask import Flask, jsonify

from flask_cors import CORS

DOCUMENT = {
    "/appointments": {"get": "search", "post": "create"},
    "/appointments/{appointment}": {"get": "read", "put": "replace", "delete": "cancel"},
    "/doctors": {"get": "doctors"},
}


def respond(**values):
    return jsonify(values)


def options(**values):
    return "", 204


def create_app():
    app = Flask(__name__)
    for path, operations in DOCUMENT.items():
        rule = path.replace("{", "<").replace("}", ">")
        for method, operation in operations.items():
            app.add_url_rule(rule, f"api.{operation}", respond, methods=[method.upper()])
        endpoint = f"api.options_{path.strip('/').replace('/', '_')}"
        app.add_url_rule(rule, endpoint, options, methods=["OPTIONS"])
    CORS(app, origins=["https://clinic.example"], allow_headers=["Authorization", "Content-Type"])
    return app


app = create_app()
