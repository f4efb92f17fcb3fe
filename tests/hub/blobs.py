"""The blob side of a registry: basic auth, catalog in pages, manifests, blobs; what tests of connections need, no more."""

import json
from base64 import b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit


class Blobs:
    """A registry on 127.0.0.1; `catalog` and `blobs` may be filled at any time."""

    def __init__(self, password: str) -> None:
        self.catalog: list[str] = []
        self.catalog_status = 200
        self.blobs: dict[str, bytes] = {}
        self.manifests: dict[str, bytes] = {}  # by tag and by digest
        self.expected = f"Basic {b64encode(f'AWS:{password}'.encode()).decode()}"
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _handler(side: Blobs) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name that http.server gives it
            pass

        def do_GET(self) -> None:
            if self.headers.get("Authorization") != side.expected:
                return self.answer(401, b"", {"WWW-Authenticate": 'Basic realm="test"'})
            url = urlsplit(self.path)
            if url.path == "/v2/_catalog":
                return self.answer_catalog(parse_qs(url.query))
            name = url.path.rpartition("/")[2]
            if "/blobs/" in url.path and name in side.blobs:
                return self.answer(200, side.blobs[name], {})
            if "/manifests/" in url.path and name in side.manifests:
                return self.answer(200, side.manifests[name], {"Content-Type": "application/vnd.oci.image.manifest.v1+json"})
            return self.answer(200 if url.path == "/v2/" else 404, b"{}", {})

        def answer_catalog(self, query: dict[str, list[str]]) -> None:
            last, size = query.get("last", [""])[0], min(int(query.get("n", ["100"])[0]), 2)
            names = [name for name in sorted(side.catalog) if name > last]
            page = names[:size]
            link = {"Link": f'</v2/_catalog?last={page[-1]}&n={size}>; rel="next"'} if len(names) > size else {}
            self.answer(side.catalog_status, json.dumps({"repositories": page}).encode(), link)

        def answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Handler
