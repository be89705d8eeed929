"""Flask-Talisman behind a proxy that terminates TLS."""

from flask import Flask
from flask_talisman import Talisman
from werkzeug.middleware.proxy_fix import ProxyFix

from flask_cors import CORS

app = Flask(__name__)
app.wsgi_app = ProxyFix(app.wsgi_app, x_proto=1)
Talisman(app)
CORS(app, origins="https://app.example")


@app.get("/books")
def books():
    return ["Middlemarch"]
