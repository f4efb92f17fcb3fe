"""A publisher of feeds on this machine, with one validator, that can misbehave."""

import time
from collections import Counter
from collections.abc import Iterator
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import unquote

import pytest

from hullmark.advisories import fetch_http
from tests.advisories.feeds import record, write_epss, write_kev, write_osv
from tests.advisories.listening import listening

FIXED = [{"introduced": "0"}, {"fixed": "2.0"}]
ENTRY = {"cveID": "CVE-2024-1000", "dateAdded": "2024-05-06", "dueDate": "2024-05-27"}


class Publisher(BaseHTTPRequestHandler):
    """Serves the files of `base` with one validator, `stamp`; misbehaves as `mood` says. `sent` are body bytes by path."""

    url: str
    base: Path
    stamp = "ETag"
    mood = ""
    sent: Counter[str]
    asked: Counter[str]

    def do_GET(self) -> None:
        kind, path = type(self), self.base / unquote(self.path).lstrip("/")
        kind.asked[self.path] += 1
        if self.mood == "silent":
            time.sleep(1.0)
        elif self.mood == "loop":
            self._answer(302, Location=self.path)
        elif self.mood == "unasked 304":
            self._answer(304)
        elif self.mood:
            self._answer(int(self.mood))
        elif not path.is_file():
            self._answer(404)
        elif self.stamp and self._is_known(path):
            self._answer(304)
        else:
            content = path.read_bytes()
            kind.sent[self.path] += len(content)
            self._answer(200, content, **({self.stamp: self._validator(path)} if self.stamp else {}))

    def _validator(self, path: Path) -> str:
        seconds = path.stat().st_mtime
        return f'"{seconds}"' if self.stamp == "ETag" else formatdate(seconds, usegmt=True)

    def _is_known(self, path: Path) -> bool:
        header = "If-None-Match" if self.stamp == "ETag" else "If-Modified-Since"
        return self.headers.get(header) == self._validator(path)

    def _answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name that http.server gives it
        """Nothing."""


@pytest.fixture
def publisher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Publisher]]:
    monkeypatch.setattr(fetch_http, "PAUSE_SECONDS", 0.0)
    base = write_osv(tmp_path / "feeds", record("PYSEC-1", events=FIXED))
    write_kev(base, ENTRY)
    write_epss(base, "cve,epss,percentile\nCVE-2024-1000,0.5,0.9\n")

    class Own(Publisher):
        """With counts of its own."""

    Own.base, Own.sent, Own.asked = base, Counter(), Counter()
    with listening(Own) as Own.url:
        yield Own
