"""Publishers that lie, drip, loop and break: the last good snapshot stays, one sentence says why, nothing grows or waits.

A server speaks raw bytes, so that it can say what no HTTP library would. What bounds it are settings, made tiny here.
"""

import gzip
import io
import ipaddress
import itertools
import json
import socket
import ssl
import struct
import threading
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from hullmark.advisories import fetch_http
from hullmark.advisories.feeds import alas, eol, epss, kev
from hullmark.advisories.snapshot import FeedStore, sync
from hullmark.settings import Limits, Settings
from tests.advisories.feeds import record, write_epss, write_kev, write_osv

FIXED = [{"introduced": "0"}, {"fixed": "2.0"}]
ENTRY = {"cveID": "CVE-2024-1000", "dateAdded": "2024-05-06", "dueDate": "2024-05-27"}
LIMITS = Limits()
DRIP = Limits(feed_seconds=0.3)
SMALL = Limits(feed_bytes=100_000)
PAGE = b"<!DOCTYPE html><html><head><title>Welcome, guest</title></head><body>Log in, please.</body></html>"
Pieces = Iterator[bytes]
RESET = b"\0reset"  # a piece that breaks the connection


def answer(body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    """A whole answer; `length` is what it says of its body."""
    lines = [
        f"HTTP/1.1 {status}",
        f"Content-Length: {len(body) if length is None else length}",
        "Connection: close",
        *headers,
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


def unsized(body: bytes, *headers: str) -> bytes:
    """An answer that ends where the connection does."""
    return "\r\n".join(["HTTP/1.1 200 OK", "Connection: close", *headers, "", ""]).encode() + body


def bomb() -> bytes:
    return gzip.compress(bytes(10_000_000))


def lying_directory() -> bytes:
    """A zip whose end says that its directory lies somewhere else."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("PYSEC-9.json", json.dumps(record("PYSEC-9", events=FIXED)))
    data = bytearray(out.getvalue())
    struct.pack_into("<I", data, data.rindex(b"PK\5\6") + 16, 1_000_000)
    return bytes(data)


def in_years() -> str:
    return format_datetime(datetime.now(UTC).replace(microsecond=0) + timedelta(days=4000), usegmt=True)


def moved(target: str) -> Callable[[bytes], Pieces]:
    return lambda _good: iter([answer(b"", f"Location: {target}", status="302 Found")])


def said(*pieces: bytes) -> Callable[[bytes], Pieces]:
    return lambda _good: iter(pieces)


# What it does with a request, given the bytes that it should send; the bounds; what is told of the zip of OSV.
Mood = tuple[str, Callable[[bytes], Pieces], Limits, str]
MOODS: list[Mood] = [
    ("drips its body", lambda good: itertools.chain([answer(b"", length=len(good))], itertools.repeat(b"P")), DRIP,
     "was not read within the 0.3 seconds that one feed may take"),
    ("drips its headers", lambda _: itertools.chain([b"HTTP/1.1 200 OK\r\nX-A: "], itertools.repeat(b"a")), DRIP,
     "was not read within the 0.3 seconds that one feed may take"),
    ("promises an answer for ever", lambda _: itertools.repeat(b"HTTP/1.1 102 Processing\r\n\r\n"), DRIP,
     "was not read within the 0.3 seconds that one feed may take"),
    ("says nothing", lambda _: itertools.repeat(b""), Limits(feed_idle_seconds=0.2), "nothing came for 0.2 seconds"),
    ("redirects in a circle", moved("/again"), LIMITS, "redirects without end"),
    ("redirects to a file", moved("file:///etc/passwd"), LIMITS, "redirects to an address that is none"),
    ("redirects to ftp", moved("ftp://127.0.0.1/feed"), LIMITS, "redirects to an address that is none"),
    ("redirects to nothing", moved("http://[::"), LIMITS, "cannot be fetched (Invalid URL in location header"),
    ("redirects to metadata", moved("http://169.254.169.254/latest/meta-data/"), LIMITS,
     "sends us to 169.254.169.254, an address of this machine or its network only"),
    ("redirects to metadata, in other words", moved("http://0xa9.0xfea9fe/"), LIMITS, "an address of this machine"),
    ("promises more than it sends", lambda good: iter([answer(good, length=len(good) + 9)]), LIMITS, "cannot be fetched ("),
    ("sends more than it promised", lambda good: iter([answer(good, length=len(good) // 2)]), LIMITS, "is no readable zip"),
    ("ends early and promised nothing", lambda good: iter([unsized(good[: len(good) // 2])]), LIMITS, "is no readable zip"),
    ("sends nothing", said(answer(b"")), LIMITS, "is no readable zip"),
    ("has a negative length", lambda good: iter([answer(good, length=-5)]), LIMITS, "cannot be fetched ("),
    ("has two lengths", lambda good: iter([answer(good, "Content-Length: 3")]), LIMITS, "cannot be fetched ("),
    ("has a bad chunk", said(unsized(b"-5\r\nabc\r\n0\r\n\r\n", "Transfer-Encoding: chunked")), LIMITS,
     "cannot be fetched ("),
    ("says that it is huge", said(answer(b"", length=10**18)), LIMITS, "is larger than 67,108,864 bytes"),
    ("has a length of 5,000 digits", said(unsized(b"x", "Content-Length: " + "9" * 5000)), LIMITS, "cannot be fetched ("),
    ("does not end", lambda _: itertools.chain([unsized(b"")], itertools.repeat(bytes(65536))), SMALL,
     "is larger than 100,000 bytes"),
    ("sends a bomb of gzip", lambda _: iter([answer(bomb(), "Content-Encoding: gzip")]), SMALL,
     "is larger than 100,000 bytes"),
    ("sends half of what it packed", lambda good: iter([answer(gzip.compress(good)[:-20], "Content-Encoding: gzip")]),
     LIMITS, "cannot be fetched (it ended too early)"),
    ("says gzip and is not", said(answer(b"zip", "Content-Encoding: gzip")), LIMITS,
     "cannot be fetched (Error -3 while decompressing data"),
    ("packs as nobody asked", lambda good: iter([answer(good, "Content-Encoding: zstd")]), LIMITS,
     "is sent in the encoding 'zstd', which nobody asked for"),
    ("sends a part", lambda good: iter([answer(good, "Content-Range: bytes 0-9/10", status="206 Partial Content")]), LIMITS,
     "answered with HTTP 206, which is no answer to what was asked"),
    ("is not modified, unasked", said(answer(b"", status="304 Not Modified")), LIMITS, "HTTP 304"),
    ("asks for a year", said(answer(b"", "Retry-After: 31536000", status="429 Too Many Requests")), LIMITS,
     "wants to be asked again in 31,536,000 seconds at the earliest (HTTP 429)"),
    ("asks for years", lambda _: iter([answer(b"", f"Retry-After: {in_years()}", status="503 Busy")]), LIMITS,
     "seconds at the earliest (HTTP 503)"),
    ("asks for nonsense", said(answer(b"", "Retry-After: soon", status="503 Busy")), LIMITS, "answered with HTTP 503"),
    ("breaks off", lambda good: iter([answer(good[:9], length=len(good)), RESET]), LIMITS, "cannot be fetched ("),
    ("is no web server", said(b"SSH-2.0-OpenSSH_9.6\r\n"), LIMITS, "cannot be fetched ("),
    ("has headers without end", lambda _: iter([b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * 50_000 + b"\r\n"]), LIMITS,
     "cannot be fetched ("),
    ("wants a login", said(answer(PAGE, "Content-Type: text/html")), LIMITS, "is a web page and no feed"),
    ("wants a login, and calls it a zip", said(answer(b"\n  " + PAGE, "Content-Type: application/zip")), LIMITS,
     "is a web page and no feed"),
    ("redirects to a login", moved("/login"), LIMITS, "is a web page and no feed"),
    ("lies about the directory", lambda _: iter([answer(lying_directory())]), LIMITS, "is no readable zip"),
]  # fmt: skip


class Server(ThreadingTCPServer):
    """Serves the files of `base`, or does what `mood` says; `asked` are the paths, in order."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, base: Path) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.base = base
        self.mood: Callable[[bytes], Pieces] | None = None
        self.stamp: Callable[[], str] = lambda: ""
        self.asked: list[str] = []
        self.heads: list[str] = []
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseRequestHandler):
    """One request; a connection is never used twice."""

    server: Server

    def handle(self) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            piece = self.request.recv(65536)
            if not piece:
                return
            head += piece
        path = head.split(b" ")[1].decode()
        self.server.asked.append(path)
        self.server.heads.append(head.decode())
        file = self.server.base / path.lstrip("/")
        good = file.read_bytes() if file.is_file() else b""
        try:
            for piece in self._pieces(path, good):
                self._send(piece)
        except OSError:
            return

    def _pieces(self, path: str, good: bytes) -> Pieces:
        if path == "/login":
            return iter([answer(PAGE)])
        if self.server.mood is not None:
            return self.server.mood(good)
        stamp = self.server.stamp()
        return iter([answer(good, *([stamp] if stamp else [])) if good else answer(b"", status="404 Not Found")])

    def _send(self, piece: bytes) -> None:
        """One piece; a short one takes its time, as a server that drips does."""
        if piece == RESET:
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.request.close()
            raise ConnectionResetError
        self.request.sendall(piece)
        if len(piece) < 40 and self.server.over.wait(0.01):
            raise ConnectionAbortedError


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(fetch_http, "PAUSE_SECONDS", 0.0)
    base = write_osv(tmp_path / "feeds", record("PYSEC-1", events=FIXED))
    write_kev(base, ENTRY)
    write_epss(base, "cve,epss,percentile\nCVE-2024-1000,0.5,0.9\n")
    with Server(base) as own:
        threading.Thread(target=own.serve_forever, args=(0.02,), daemon=True).start()
        yield own
        own.over.set()
        own.shutdown()


@pytest.fixture
def store(tmp_path: Path) -> FeedStore:
    return FeedStore(str(tmp_path / "store"))


def refresh(store: FeedStore, url: str, limits: Limits = LIMITS) -> dict[str, dict[str, Any]]:
    return {row["feed"]: row for row in sync(store, Settings(feeds=url, limits=limits), ("PyPI",)).to_pylist()}


@pytest.mark.parametrize(("mood", "limits", "sentence"), [mood[1:] for mood in MOODS], ids=[mood[0] for mood in MOODS])
def test_a_hostile_answer(
    store: FeedStore, server: Server, mood: Callable[[bytes], Pieces], limits: Limits, sentence: str
) -> None:
    good = refresh(store, server.url)
    assert {row["state"] for row in good.values()} == {"fresh"}
    server.mood = mood
    rows = refresh(store, server.url, limits)
    for feed in good:
        assert (rows[feed]["state"], rows[feed]["snapshot"]) == ("failed", good[feed]["snapshot"])
        assert "\n" not in rows[feed]["detail"]
        assert len(rows[feed]["detail"]) < 500
        assert rows[feed]["detail"].endswith("UTC, less than an hour old, stays in use")
    assert sentence in rows["osv/PyPI"]["detail"]
    assert store.tables("osv/PyPI", good["osv/PyPI"]["snapshot"])["affected"].num_rows == 1
    server.mood = None
    assert {row["state"] for row in refresh(store, server.url).values()} == {"fresh"}


def test_whoever_asks_for_a_year_is_asked_once(store: FeedStore, server: Server) -> None:
    server.mood = said(answer(b"", "Retry-After: 31536000", status="429 Too Many Requests"))
    refresh(store, server.url)
    assert server.asked.count("/kev/known_exploited_vulnerabilities.json") == 1
    server.asked.clear()
    server.mood = said(answer(b"", "Retry-After: 0", status="429 Too Many Requests"))
    refresh(store, server.url)
    assert server.asked.count("/kev/known_exploited_vulnerabilities.json") == 3


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "packed"])
def test_what_is_odd_and_right(store: FeedStore, server: Server, *, packed: bool) -> None:
    """Without a length, packed on its way, and with a stamp that is another one each time: one snapshot, read once."""
    numbers = itertools.count()
    server.mood = lambda good: iter([
        unsized(gzip.compress(good) + gzip.compress(b"") if packed else good,
                *(["Content-Encoding: gzip"] if packed else []), f'ETag: "{next(numbers)}"'),
    ] if good else [answer(b"", status="404 Not Found")])  # fmt: skip
    if packed:  # of a name that ends with .gz it says what the file is
        (server.base / "epss/epss_scores-current.csv.gz").unlink()
    first = refresh(store, server.url)
    assert {feed: row["state"] for feed, row in first.items() if feed != "epss"} == {"kev": "fresh", "osv/PyPI": "fresh"}
    written = {path: path.stat().st_mtime_ns for path in Path(store.root).rglob("*.parquet")}
    again = refresh(store, server.url)
    assert {row["snapshot"] for row in again.values()} == {row["snapshot"] for row in first.values()}
    assert {path: path.stat().st_mtime_ns for path in Path(store.root).rglob("*.parquet")} == written


def test_a_file_that_is_gzip_and_says_so(store: FeedStore, server: Server) -> None:
    server.stamp = lambda: "Content-Encoding: x-gzip"
    assert refresh(store, server.url)["epss"]["state"] == "fresh"


def test_a_login_is_for_its_server_alone(store: FeedStore, server: Server, tmp_path: Path) -> None:
    with Server(server.base) as other:
        threading.Thread(target=other.serve_forever, args=(0.02,), daemon=True).start()
        elsewhere = other.url.replace("//", "//eve:evil@")
        server.mood = moved(f"{elsewhere}/kev/known_exploited_vulnerabilities.json")
        assert refresh(store, server.url.replace("//", "//someone:s3cret@"))["kev"]["state"] == "fresh"
        assert all("Authorization: Basic " in head for head in server.heads)
        assert other.heads
        assert not any("Authorization" in head for head in other.heads)
        other.shutdown()


# What a list of mirrors says; none of it may be read as an address.
MIRRORS = [
    "/etc",
    "file:///etc",
    "ftp://127.0.0.1/x",
    "",
    "\n\n",
    "not an address",
    "http://",
    "<html>",
    "http://" + "a" * 2000,
]


@pytest.mark.parametrize("line", MIRRORS)
def test_a_list_of_mirrors_leads_nowhere_else(
    store: FeedStore, server: Server, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    monkeypatch.setattr(alas, "MIRRORS", {"al1/updates": f"{server.url}/mirror.list"})
    monkeypatch.setattr(alas, "RELEASES", ("al1",))
    monkeypatch.setattr(kev, "URL", f"{server.url}/kev")
    monkeypatch.setattr(epss, "URL", f"{server.url}/epss")
    monkeypatch.setattr(eol, "PUBLISHER", f"{server.url}/eol")
    server.mood = said(answer(line.encode()))
    (row,) = [row for row in sync(store, Settings(), ("Amazon Linux",)).to_pylist() if row["feed"] == "alas/al1"]
    assert (row["state"], row["snapshot"]) == ("failed", "")
    assert "try again later" in row["detail"] or "is a web page" in row["detail"]
    assert "/etc" not in row["detail"]


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1 that signs itself, and its key."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    paths = (folder / "certificate.pem", folder / "key.pem")
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths


def test_a_server_that_is_not_who_it_says(
    store: FeedStore, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a certificate, with one that nobody vouches for, and, once it is trusted, on its way to a place without."""
    address = f"https://127.0.0.1:{server.server_address[1]}"
    told = refresh(store, address, Limits(feed_idle_seconds=0.2))["osv/PyPI"]["detail"]
    assert "cannot be fetched (nobody answered within 0.2 seconds)" in told
    public, private = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    plain = server.url
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    told = refresh(store, address)["osv/PyPI"]["detail"]
    assert f"the certificate of {address}/osv/PyPI/" in told
    assert "is not trusted; name its authority in SSL_CERT_FILE" in told
    monkeypatch.setenv("SSL_CERT_FILE", str(public))
    assert refresh(store, address)["osv/PyPI"]["state"] == "fresh"
    server.mood = moved(f"{plain}/osv/PyPI/all.zip")
    told = refresh(store, address)["osv/PyPI"]["detail"]
    assert "redirects from https to http on 127.0.0.1, which is not followed; check the address of the feeds" in told
