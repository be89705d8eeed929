"""A ticket system for many customers: each has a prefix of its own, and their own frontends."""

from flask import Blueprint, Flask, g, jsonify

from flask_cors import CORS

FRONTENDS = {"north": ["https://north.example"], "south": ["https://south.example"]}

tickets = Blueprint("tickets", __name__, url_prefix="/<tenant>/tickets")


@tickets.url_value_preprocessor
def take_tenant(endpoint, values):
    g.tenant = values.pop("tenant")


@tickets.get("/")
def list_tickets():
    return jsonify(tenant=g.tenant, tickets=[])


@tickets.post("/")
def open_ticket():
    return jsonify(tenant=g.tenant), 201


@tickets.get("/<int:ticket>")
def show_ticket(ticket):
    return jsonify(tenant=g.tenant, ticket=ticket)


app = Flask(__name__)
CORS(app, resources={f"/{name}/*": {"origins": origins} for name, origins in FRONTENDS.items()})
app.register_blueprint(tickets)
