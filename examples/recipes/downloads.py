"""Downloads whose name, size and version a script of another origin can read."""

from io import BytesIO

from flask import Flask, send_file

from flask_cors import CORS

app = Flask(__name__)
CORS(
    app,
    resources="/api/*",
    origins="https://app.example",
    expose_headers=["Content-Disposition", "Content-Range", "ETag"],
)


@app.get("/api/report")
def report():
    return send_file(
        BytesIO(b"title;year\nEmma;1815\n"),
        mimetype="text/csv",
        as_attachment=True,
        download_name="report.csv",
        conditional=True,
        etag="1815",
    )
