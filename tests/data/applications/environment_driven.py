"""A weather service: all of its policy comes from the environment, as compose passes it on."""

import os

from flask import Flask, jsonify

from flask_cors import CORS

app = Flask(__name__)
app.config["CORS_ORIGINS"] = os.environ.get("WEATHER_CORS_ORIGINS", "https://weather.example")
app.config["CORS_ALLOW_HEADERS"] = os.environ.get("WEATHER_CORS_HEADERS", "")
app.config["CORS_SUPPORTS_CREDENTIALS"] = os.environ.get("WEATHER_CORS_CREDENTIALS", "false")
app.config["CORS_MAX_AGE"] = os.environ.get("WEATHER_CORS_MAX_AGE", "")
CORS(app)


@app.get("/forecast/<place>")
def forecast(place):
    return jsonify(place=place, rain=0.2)


@app.post("/observations")
def observe():
    return "", 204
