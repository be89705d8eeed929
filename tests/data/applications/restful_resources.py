"""A parts store: flask-restful's resources, one of which has decorators for all its methods."""

from functools import wraps

from flask import Flask, request
from flask_restful import Api, Resource, abort

from flask_cors import CORS, cross_origin

app = Flask(__name__)
CORS(app, resources={"/parts*": {"origins": ["https://store.example"]}})
api = Api(app)


def token_required(view):
    @wraps(view)
    def check_token(*args, **kwargs):
        if request.headers.get("Authorization") != "Bearer of-the-store":
            abort(401)
        return view(*args, **kwargs)

    return check_token


class Parts(Resource):
    def get(self):
        return {"parts": []}, 200, {"X-Total-Count": "0"}

    def post(self):
        return request.get_json(), 201


class Part(Resource):
    def get(self, part):
        return {"part": part}

    def put(self, part):
        return {"part": part}


class Orders(Resource):
    method_decorators = (token_required, cross_origin(origins=["https://orders.example"]))

    def get(self):
        return {"orders": []}


api.add_resource(Parts, "/parts")
api.add_resource(Part, "/parts/<int:part>")
api.add_resource(Orders, "/orders")
