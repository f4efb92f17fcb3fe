"""A feed file from a folder, a web server and S3: fetched once, asked after politely, bounded, and never a hang."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import boto3
import pytest

from hullmark.advisories import fetch_http
from hullmark.advisories.budget import Budget
from hullmark.advisories.fetch import Absent, Validators, fetching, shown
from hullmark.errors import FeedError
from hullmark.settings import Limits
from tests.advisories.listening import listening

BODY = b"advisories" * 1000
MOST = 1 << 20
LIMITS = Limits(feed_bytes=MOST)
NOTHING = Validators()


class Publisher(BaseHTTPRequestHandler):
    """Serves BODY with an ETag, or misbehaves as the path says; `asked` are the conditions it was sent."""

    asked: list[tuple[str, str]]
    failures: int

    def do_GET(self) -> None:
        type(self).asked.append((self.path, self.headers.get("If-None-Match", "")))
        if self.path.startswith("/status/"):
            self._answer(int(self.path.partition("?")[0].rpartition("/")[2]))
        elif self.path == "/twice-503" and self.failures:
            type(self).failures -= 1
            self._answer(503)
        elif self.path == "/moved":
            self._answer(302, Location="/feed")
        elif self.path == "/cut":
            self._answer(200, b"half", Content_Length="8")
        elif self.path == "/endless":
            self._endless()
        elif self.headers.get("If-None-Match") == '"v1"':
            self._answer(304)
        else:
            self._answer(200, BODY, ETag='"v1"', Last_Modified="Mon, 06 May 2024 07:08:09 GMT")

    def _answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in ({"Content_Length": str(len(body))} | headers).items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def _endless(self) -> None:
        self.send_response(200)
        self.end_headers()
        try:
            while True:
                self.wfile.write(b"0" * 65536)
        except OSError:
            return

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name that http.server gives it
        """Nothing."""


@pytest.fixture
def publisher(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(fetch_http, "PAUSE_SECONDS", 0.0)
    Publisher.asked, Publisher.failures = [], 2
    with listening(Publisher) as url:
        yield url


def fetched(url: str, known: Validators = NOTHING, endpoint: str = "") -> tuple[bytes, str, Validators] | None:
    with fetching(url, known, Budget.of(LIMITS), endpoint) as found:
        return (found.path.read_bytes(), found.digest, found.validators) if found else None


def test_a_web_server_with_etags(publisher: str) -> None:
    first = fetched(f"{publisher}/feed")
    assert first is not None
    assert first[:2] == (BODY, f"sha256:{sha256(BODY).hexdigest()}")
    assert first[2] == Validators('"v1"', "Mon, 06 May 2024 07:08:09 GMT")
    assert fetched(f"{publisher}/feed", first[2]) is None
    assert Publisher.asked == [("/feed", ""), ("/feed", '"v1"')]


def test_redirects_and_passing_failures(publisher: str) -> None:
    for path in ("/moved", "/twice-503"):
        found = fetched(f"{publisher}{path}")
        assert found is not None
        assert found[0] == BODY


REFUSALS = [  # and how many requests it takes to give up
    ("/status/404", Absent, "is not there", 1), ("/status/410", Absent, "is not there", 1),
    ("/status/403", FeedError, "denied or not there", 1), ("/status/401", FeedError, "denied or not there", 1),
    ("/status/500", FeedError, "HTTP 500", 3), ("/status/418", FeedError, "HTTP 418", 1),
    ("/status/429", FeedError, "HTTP 429", 3), ("/cut", FeedError, "cannot be fetched", 3),
    ("/endless", FeedError, "larger than 1,048,576 bytes", 1),
]  # fmt: skip


@pytest.mark.parametrize(("path", "kind", "sentence", "requests"), REFUSALS)
def test_refusals(publisher: str, path: str, kind: type[FeedError], sentence: str, requests: int) -> None:
    with pytest.raises(kind, match=sentence) as caught:
        fetched(f"{publisher}{path}")
    assert type(caught.value) is kind
    assert "\n" not in str(caught.value)
    assert Publisher.asked == [(path, "")] * requests


def test_nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch_http, "PAUSE_SECONDS", 0.0)
    with pytest.raises(FeedError, match="cannot be fetched"):
        fetched("http://127.0.0.1:9/feed")


def test_a_password_is_not_told(publisher: str) -> None:
    url = publisher.replace("//", "//someone:s3cret@")
    for path in ("/status/404?token=s3cret", "/status/500", "/endless"):
        with pytest.raises(FeedError) as caught:
            fetched(f"{url}{path}")
        assert "s3cret" not in str(caught.value)
        assert "someone" not in str(caught.value)
    assert shown("https://someone:s3cret@example.org/a?b=c") == "https://example.org/a"
    assert shown("/a/folder@home") == "/a/folder@home"


def test_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a b%.zip"
    path.write_bytes(BODY)
    first = fetched(str(path))
    assert first is not None
    assert first[0] == BODY
    assert fetched(str(path), first[2]) is None
    assert fetched(path.as_uri()) == first
    os.utime(path, (1, 1))
    assert fetched(str(path), first[2]) is not None


def test_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "large").write_bytes(b"0" * (MOST + 1))
    for name, kind, sentence in (("pipe", Absent, "is no file"), (".", Absent, "is no file"), ("none", Absent, "not there")):
        with pytest.raises(kind, match=sentence):
            fetched(str(tmp_path / name))
    with pytest.raises(FeedError, match="larger than"):
        fetched(str(tmp_path / "large"))
    with pytest.raises(FeedError, match="cannot be read"):
        fetched("nul\0byte")
    with pytest.raises(FeedError, match="give a folder"):
        fetched("ftp://example.org/feed")


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """moto's server in a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            for _ in range(600):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.05)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def test_s3(s3: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-a-secret")
    client = boto3.client("s3", endpoint_url=s3, region_name="us-east-1")
    client.create_bucket(Bucket="feeds")
    client.put_object(Bucket="feeds", Key="base/osv/Red Hat/all.zip", Body=BODY)
    client.close()
    first = fetched("s3://feeds/base/osv/Red%20Hat/all.zip", endpoint=s3)
    assert first is not None
    assert first[0] == BODY
    assert fetched("s3://feeds/base/osv/Red%20Hat/all.zip", first[2], endpoint=s3) is None
    for url in ("s3://feeds/none", "s3://nowhere/none"):
        with pytest.raises(Absent, match="is not there"):
            fetched(url, endpoint=s3)
