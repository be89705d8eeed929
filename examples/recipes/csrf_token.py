"""Flask-WTF's CSRFProtect for a frontend on another origin."""

import os

from flask import Flask
from flask_wtf.csrf import CSRFProtect, generate_csrf

from flask_cors import CORS

app = Flask(__name__)
app.secret_key = os.environ.get("SECRET_KEY") or os.urandom(32)
app.config.update(SESSION_COOKIE_SAMESITE="None", SESSION_COOKIE_SECURE=True)
app.config["WTF_CSRF_SSL_STRICT"] = False  # it requires a Referer of the API's own origin
CSRFProtect(app)
CORS(app, origins="https://app.example", supports_credentials=True, expose_headers="X-CSRFToken")


@app.get("/token")
def token():
    return "", {"X-CSRFToken": generate_csrf()}


@app.post("/orders")
def order():
    return {"state": "ordered"}
