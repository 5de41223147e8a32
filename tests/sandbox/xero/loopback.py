"""The simulated Xero behind real HTTP on loopback, for a client that brings its own sockets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread

from daemon.ports import Request, Response
from tests.sandbox.xero.till import Till
from tests.support.openapi import check_exchange


class Loopback:
    """What was served, what broke the OpenAPI document, and answers to be given instead, once each."""

    def __init__(self, till: Till) -> None:
        self.till = till
        self.origin = ""
        self.mismatches: list[AssertionError] = []
        self.instead: list[Response] = []
        self.seen: list[Request] = []
        self._lock = Lock()

    def answer(self, request: Request) -> Response:
        with self._lock:
            self.seen.append(request)
            if self.instead:
                return self.instead.pop(0)
            response = self.till.system.handle(request, self.till.now, self.till.rng)
            try:
                check_exchange(request, response)
            except AssertionError as mismatch:
                self.mismatches.append(mismatch)
            return response


@contextmanager
def serve(till: Till) -> Iterator[Loopback]:
    """Serve until the block ends; every exchange must have satisfied the document, if one is named."""
    loopback = Loopback(till)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            request = Request(self.command, loopback.origin + self.path, dict(self.headers.items()), body)
            response = loopback.answer(request)
            self.send_response(response.status)
            for name, value in response.headers.items():
                self.send_header(name, value)
            if response.status != 204:
                self.send_header("Content-Length", str(len(response.body)))
            self.end_headers()
            self.wfile.write(response.body)

        do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    loopback.origin = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield loopback
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert loopback.mismatches == []
