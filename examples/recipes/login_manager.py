"""Flask-Login for a frontend on another origin of the same site."""

import os

from flask import Flask, abort, request
from flask_login import LoginManager, UserMixin, current_user, login_required, login_user

from flask_cors import CORS

app = Flask(__name__)
app.secret_key = os.environ.get("SECRET_KEY") or os.urandom(32)
app.config.update(SESSION_COOKIE_SAMESITE="Lax", SESSION_COOKIE_SECURE=True)
app.config["SERVER_NAME"] = "api.example.com"
CORS(app, origins="https://app.example.com", supports_credentials=True)
login_manager = LoginManager(app)  # without login_view: a 401, not a redirect


class User(UserMixin):
    def __init__(self, name):
        self.id = name


@login_manager.user_loader
def load_user(name):
    return User(name)


@app.post("/login")
def log_in():
    if request.get_json() != {"name": "ada", "password": "difference"}:  # your own check
        abort(401)
    login_user(User("ada"))
    return {"name": "ada"}


@app.get("/me")
@login_required
def me():
    return {"name": current_user.id}
