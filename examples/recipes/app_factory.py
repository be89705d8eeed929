"""An app factory, with a blueprint for the frontend and a public one."""

from flask import Blueprint, Flask

from flask_cors import CORS

cors = CORS()
api = Blueprint("api", __name__, url_prefix="/api")
public = Blueprint("public", __name__, url_prefix="/public")
CORS(public, origins="*", send_wildcard=True, methods=["GET"])  # before it is registered


@api.get("/orders")
def orders():
    return ["Middlemarch"]


@public.get("/catalogue")
def catalogue():
    return ["Emma", "Middlemarch"]


def create_app(config=None):
    app = Flask(__name__)
    app.config["CORS_ORIGINS"] = []
    app.config.from_prefixed_env()
    app.config.from_mapping(config or {})
    app.register_blueprint(api)
    app.register_blueprint(public)
    cors.init_app(app, resources="/api/*")  # after the config is complete
    return app
