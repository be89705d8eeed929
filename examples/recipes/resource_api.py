"""Flask-RESTX, with a policy for the API and another one for a resource."""

from flask import Blueprint, Flask
from flask_restx import Api, Resource

from flask_cors import CORS, cross_origin

blueprint = Blueprint("api", __name__, url_prefix="/api")
api = Api(blueprint)
CORS(blueprint, origins="https://app.example")  # before it is registered


@api.route("/orders")
class Orders(Resource):
    def get(self):
        return ["Middlemarch"]


@api.route("/catalogue")
class Catalogue(Resource):
    decorators = (cross_origin(origins="*", send_wildcard=True),)

    def get(self):
        return ["Emma", "Middlemarch"]


app = Flask(__name__)
app.register_blueprint(blueprint)
