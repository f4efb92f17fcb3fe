"""The same lake on S3, spoken to over HTTP by the libraries themselves; moto's server stands in for AWS."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import boto3
import httpx
import pyarrow as pa
import pytest

from hullmark.errors import LakeError, UsageError
from hullmark.lake.query import query
from hullmark.lake.store import Lake
from hullmark.stored.damage import find_damage
from tests.lake.rows import NOW, digest, packages, rows


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """A process of its own: a server thread of this one would starve, since deltalake's file system keeps the GIL."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            wait_for(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def wait_for(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("moto's server did not start")


@pytest.fixture
def lake(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Lake:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "not-a-secret",
        "AWS_REGION": "eu-west-1",
        "HULLMARK_AWS_ENDPOINT_URL": endpoint,
    }.items():
        monkeypatch.setenv(name, value)
    client = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")
    client.create_bucket(Bucket="lake")
    client.close()
    return Lake("s3://lake/hullmark/")


def test_a_lake_on_s3(lake: Lake) -> None:
    assert not lake.exists()
    lake.create()
    assert lake.exists()
    assert Lake(lake.root).exists()
    lake.commit("packages", packages("a", "b"))
    lake.commit("packages", packages("a", names=1, version="2"))
    lake.commit("images", rows("images", {"digest": "1"}))
    lake.commit("images", rows("images", {"digest": "1", "state": "deleted"}))
    sql = "SELECT image_digest, count(*) AS n FROM packages WHERE type = 'deb' GROUP BY ALL ORDER BY n"
    assert query(lake, sql).to_pylist() == [{"image_digest": digest("a"), "n": 1}, {"image_digest": digest("b"), "n": 3}]
    assert query(lake, "SELECT state FROM images").to_pylist() == [{"state": "deleted"}]
    lake.commit(
        "images", rows("images", {"digest": "2", "os_id": ""})
    )  # a file in which a column is the same text throughout
    for condition, number in (
        ("os_id = ''", 1),
        ("os_id <> ''", 1),
        ("os_id <> '' AND state < 'e'", 1),
        ("os_id IS NULL", 0),
    ):
        assert query(lake, f"SELECT count(*) AS n FROM images WHERE {condition}").to_pylist() == [{"n": number}]  # noqa: S608
    assert lake.relation_as_of("images", 1).project("state").fetchall() == [("present",)]
    lake.replace_scope("packages", pa.table({"image_digest": [digest("b")]}), rows("packages"))
    assert query(lake, "SELECT count(*) AS n FROM packages").to_pylist() == [{"n": 1}]
    with lake.lock("a run"):
        assert lake.compact()["packages"] == 1
    with pytest.raises(UsageError, match="at least 1"):
        lake.vacuum(0)


def test_a_bucket_that_is_not_there(lake: Lake) -> None:
    with pytest.raises(LakeError, match="s3://nowhere/lake") as caught:
        Lake("s3://nowhere/lake").create()
    assert "\n" not in str(caught.value)
    assert "not-a-secret" not in str(caught.value)


def test_a_store_that_gives_no_rows_is_not_taken_for_a_damaged_lake(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Lake("s3://lake/withheld")
    other.create()
    other.commit("images", rows("images", {"digest": "1"}))
    assert find_damage(other.root) is None
    with withholding(os.environ["HULLMARK_AWS_ENDPOINT_URL"], "/tables/images/part-") as endpoint:
        monkeypatch.setenv("HULLMARK_AWS_ENDPOINT_URL", endpoint)
        told = str(find_damage(other.root))
    assert told.startswith("the lake s3://lake/withheld cannot be read: ")
    assert told.endswith("see whether its store answers and what you may read there, then try again")
    assert "not-a-secret" not in told


@contextmanager
def withholding(endpoint: str, part: str) -> Iterator[str]:
    """The same store, which forbids to read the objects with this in their names."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if part in self.path:
                self.send_error(403)
                return
            self._pass_on()

        def do_HEAD(self) -> None:
            self._pass_on()

        def _pass_on(self) -> None:
            asked = {name: value for name, value in self.headers.items() if name.lower() != "host"}
            answer = httpx.request(self.command, f"{endpoint}{self.path}", headers=asked)
            self.send_response(answer.status_code)
            for name, value in answer.headers.items():
                if name.lower() not in {"connection", "transfer-encoding", "content-encoding", "server", "date"}:
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


@pytest.mark.usefixtures("lake")
def test_rows_without_a_database_on_s3() -> None:
    other = Lake("s3://lake/rows")
    for number, run in enumerate("ab"):
        feeds = rows("run_feeds", {"run": run, "feed": "kev"}, {"run": run, "feed": "epss"})
        matching = rows("matchings", {"run": run, "at": NOW + timedelta(microseconds=number)})
        other.append_each({"run_feeds": feeds, "matchings": matching})
    assert other.latest("matchings", "at")["run"].to_pylist() == ["b"]
    assert other.rows_with("run_feeds", ("run", "feed"), "run", "a")["feed"].sort().to_pylist() == ["epss", "kev"]
    assert other.rows("exceptions", ("id",)).num_rows == 0
    assert other.identity("matchings").startswith("matchings ")
    assert (other.count("run_feeds"), other.may_hold("run_feeds", "run", "c")) == (4, False)
    other.append("verdicts", rows("verdicts", {"subject": 1}, {"subject": 2}))
    other.take_out("verdicts", "subject", [2, 3])
    assert other.rows("verdicts", ("subject",))["subject"].to_pylist() == [1]
