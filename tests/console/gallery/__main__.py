"""`python -m tests.console.gallery [PORT]`: serve the gallery on 127.0.0.1; prints its port (0: any free one)."""

import os
import sys
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.console.gallery.settings"


class Server(ThreadingMixIn, WSGIServer):
    """A browser asks for several files at once."""

    daemon_threads = True


class Quiet(WSGIRequestHandler):
    """Says nothing about each request."""

    def log_message(self, *_told: object) -> None:
        """Keep standard error for what goes wrong."""


def main() -> None:
    """Serve until ended."""
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.core.wsgi import get_wsgi_application

    port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    with make_server("127.0.0.1", port, StaticFilesHandler(get_wsgi_application()), Server, Quiet) as server:
        print(server.server_port, flush=True)
        server.serve_forever()


main()
