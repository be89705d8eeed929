"""Serve an API on one origin and a page that calls it on another, until Ctrl-C."""

from __future__ import annotations

import argparse
import logging
import signal
import socket
import threading
from collections.abc import Sequence

import api
import page
from flask import Flask
from werkzeug.serving import BaseWSGIServer, make_server
from wire import Wire

LOOPBACK = "127.0.0.1"

BANNER = """
  The page   {page}   <- open this in a browser
  The API    {api}

The page calls the API, which is on another origin, and shows which responses
the browser lets it read.
One call causes a 500 on purpose: its traceback will appear here.

Press Ctrl-C to stop.
"""


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python examples/two_origins", description=__doc__)
    for option in ("--api-port", "--page-port"):
        parser.add_argument(
            option, metavar="PORT", type=listen, default="0", help="default: any free port"
        )
    parser.add_argument(
        "--explain",
        action="store_true",
        help="log a line for each request: the decision and its reason",
    )
    options = parser.parse_args(arguments)

    stop = threading.Event()

    def end(*_: object) -> None:
        stop.set()

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)

    logging.basicConfig(format="%(name)s: %(message)s")
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    if options.explain:
        logging.getLogger("flask_cors").setLevel(logging.DEBUG)

    page_origin, api_origin = origin(options.page_port), origin(options.api_port)
    api_app = api.create_app(page_origin)
    wire = Wire(api_app.wsgi_app)
    api_app.wsgi_app = wire  # type: ignore[method-assign]
    # Under its other host name the page is on another origin, which the API does not allow.
    other_origin = page_origin.replace("localhost", LOOPBACK)
    page_app = page.create_app(page_origin, api_origin, other_origin, wire)

    servers = [serve(api_app, options.api_port), serve(page_app, options.page_port)]
    threads = [threading.Thread(target=server.serve_forever) for server in servers]
    for thread in threads:
        thread.start()
    print(BANNER.format(page=page_origin, api=api_origin), flush=True)

    while not stop.wait(0.5):  # without a timeout, Ctrl-C would not interrupt it on Windows
        pass

    for server, thread in zip(servers, threads, strict=True):
        close(server, thread)
    print("Stopped.", flush=True)


def listen(port: str) -> socket.socket:
    """Open a port before the apps exist, because each app needs the address of the other."""
    try:
        return socket.create_server((LOOPBACK, int(port)))
    except (OSError, OverflowError, ValueError) as error:
        raise argparse.ArgumentTypeError(f"cannot listen on port {port}: {error}") from error


def origin(listener: socket.socket) -> str:
    return f"http://localhost:{listener.getsockname()[1]}"


def serve(app: Flask, listener: socket.socket) -> BaseWSGIServer:
    with listener:  # the server uses a duplicate of it
        return make_server(LOOPBACK, 0, app, threaded=True, fd=listener.fileno())


def close(server: BaseWSGIServer, thread: threading.Thread) -> None:
    server.shutdown()
    thread.join()
    server.server_close()


if __name__ == "__main__":
    main()
