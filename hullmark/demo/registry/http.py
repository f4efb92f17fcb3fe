"""What both ports of the embedded registry have in common: HTTP/1.1 that keeps connections, answers and bodies."""

import json
import logging
import sys
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

log = logging.getLogger(__name__)


class Handler(BaseHTTPRequestHandler):
    """Answers with a length, logs nothing."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 64 * 1024
    timeout = 60

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name that http.server gives it
        """Say nothing."""

    def answer(self, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None) -> None:
        """Send a whole answer; HEAD gets the headers only."""
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def fail(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        """Send an error in the form of the distribution spec."""
        body = json.dumps({"errors": [{"code": code, "message": message}]}).encode()
        self.answer(status, body, {"Content-Type": "application/json", **(headers or {})})

    def body(self) -> bytes:
        """The request's body, by its length or in chunks."""
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():  # trailers
            pass
        return b"".join(parts)


class _Server(ThreadingHTTPServer):
    """Says nothing of clients that hang up; a fault of the registry itself goes to the log."""

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            log.error("the embedded registry failed", exc_info=True)


class Port:
    """A server on 127.0.0.1 as a thread of this process."""

    def __init__(self, handler: Callable[..., Handler], number: int, name: str) -> None:
        self._server = _Server(("127.0.0.1", number), handler)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name=name, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """`http://127.0.0.1:port`."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        """Stop listening and end the thread; connections that are open end with their requests."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
