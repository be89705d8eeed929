"""The first lines of many an API: every page of the web may read what is public anyway."""

from flask import Flask

from flask_cors import CORS

app = Flask(__name__)
CORS(app)


@app.route("/")
def greeting() -> str:
    return "Good morning, whoever you are"
