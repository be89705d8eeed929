"""An API whose frontend sends a JSON Web Token in the Authorization header."""

import os

from flask import Flask, abort, request
from flask_jwt_extended import JWTManager, create_access_token, get_jwt_identity, jwt_required

from flask_cors import CORS

app = Flask(__name__)
app.config["JWT_SECRET_KEY"] = os.environ.get("JWT_SECRET_KEY") or os.urandom(32).hex()
JWTManager(app)
CORS(
    app,
    resources="/api/*",
    origins="https://app.example",
    allow_headers=["Authorization", "Content-Type"],
    max_age=600,
)


@app.post("/api/login")
def log_in():
    if request.get_json() != {"name": "ada", "password": "difference"}:  # your own check
        abort(401)
    return {"token": create_access_token(identity="ada")}


@app.get("/api/me")
@jwt_required()
def me():
    return {"name": get_jwt_identity()}
