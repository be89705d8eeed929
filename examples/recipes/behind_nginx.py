"""An API behind nginx, which adds no CORS headers of its own."""

from flask import Flask, url_for
from werkzeug.middleware.proxy_fix import ProxyFix

from flask_cors import CORS

app = Flask(__name__)
app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)
CORS(app, resources="/api/*", origins="https://app.example")


@app.route("/api/books", methods=["GET", "PUT"])
def books():
    return [url_for("books", _external=True)]
