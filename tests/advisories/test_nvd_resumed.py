"""NVD's first load, from a server that pages and counts requests as API 2.0 does: what breaks off goes on."""

import json
from collections import deque
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from hullmark.advisories.feeds import nvd
from hullmark.advisories.snapshot import FeedStore, sync
from hullmark.lake.duck import open_duckdb
from hullmark.settings import Settings
from tests.advisories.listening import listening

PAGE, REQUESTS, WINDOW = 2, 5, 30.0  # NVD's limit without a key: 5 requests in 30 seconds
RECORDS = [f"CVE-2024-{1000 + number}" for number in range(21)]


class Nvd(BaseHTTPRequestHandler):
    """Pages of `records` [(id, last modified)]; refuses the sixth request of a window, and all after `open_until`.

    `clock` is the time of this server and of the client's sleep.
    """

    url: str
    records: list[tuple[str, str]]
    clock: float
    heard: deque[float]
    answered: list[int]
    refused: int
    open_until: int

    def do_GET(self) -> None:
        kind, parts = type(self), urlsplit(self.path)
        if not parts.path.endswith("/cves/2.0"):
            self._answer(404, b"")
            return
        while kind.heard and kind.heard[0] <= kind.clock - WINDOW:
            kind.heard.popleft()
        kind.heard.append(kind.clock)
        if len(kind.heard) > REQUESTS:
            kind.refused += 1
            self._answer(403, b"Request forbidden by administrative rules.")
        elif len(kind.answered) >= kind.open_until:
            self._answer(403, b"")
        else:
            self._answer(200, self._page(parse_qs(parts.query)))

    def _page(self, query: dict[str, list[str]]) -> bytes:
        since, start = query.get("lastModStartDate", [""])[0][:10], int(query["startIndex"][0])
        chosen = [one for one in self.records if one[1] >= since]
        type(self).answered.append(start)
        shown = [{"cve": {"id": name, "lastModified": f"{day}T00:00:00.000"}} for name, day in chosen[start : start + PAGE]]
        return json.dumps({"totalResults": len(chosen), "vulnerabilities": shown}).encode()

    def _answer(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name that http.server gives it
        """Nothing."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Nvd]]:
    class Own(Nvd):
        """With a clock of its own."""

    def slept(seconds: float) -> None:
        Own.clock += seconds

    Own.records = [(name, "2024-01-01") for name in RECORDS]
    Own.clock, Own.heard, Own.answered, Own.refused, Own.open_until = 0.0, deque(), [], 0, 1_000
    monkeypatch.setattr(nvd, "sleep", slept)
    with listening(Own) as Own.url:
        yield Own


@pytest.fixture
def store(tmp_path: Path) -> FeedStore:
    return FeedStore(str(tmp_path / "store"))


def refresh(store: FeedStore, server: type[Nvd]) -> dict[str, Any]:
    (row,) = (row for row in sync(store, Settings(feeds=server.url, nvd="on"), ["PyPI"]).to_pylist() if row["feed"] == "nvd")
    return dict(row)


def cves(store: FeedStore) -> list[str]:
    with open_duckdb(256) as connection:
        store.register(connection)
        return [name for (name,) in connection.sql("SELECT vulnerability_ids[1] FROM advisories ORDER BY ALL").fetchall()]


def test_the_pauses_keep_within_the_limit(store: FeedStore, server: type[Nvd]) -> None:
    row = refresh(store, server)
    assert (row["state"], row["records"], server.refused) == ("fresh", len(RECORDS), 0)
    assert cves(store) == RECORDS


def test_who_is_refused_for_a_while_waits(store: FeedStore, server: type[Nvd], monkeypatch: pytest.MonkeyPatch) -> None:
    """Others ask from the same address, so that the pauses do not suffice."""
    monkeypatch.setattr(nvd, "PAUSE_SECONDS", 1.0)
    row = refresh(store, server)
    assert (row["state"], row["records"]) == ("fresh", len(RECORDS))
    assert server.refused > 0
    assert cves(store) == RECORDS


def test_what_breaks_off_goes_on(store: FeedStore, server: type[Nvd]) -> None:
    server.open_until = 4
    row = refresh(store, server)
    assert (row["state"], row["snapshot"]) == ("failed", "")
    assert "8 of its 21 records are kept, none counts yet, and the next `hullmark feeds sync` goes on there" in row["detail"]
    assert (store.current(), cves(store)) == ([], [])
    # Meanwhile a record is added in front, so that one is seen twice, and one that was seen is changed.
    server.records = [("CVE-2023-9999", "2099-01-01"), ("CVE-2024-1000", "2099-01-01"), *server.records[1:]]
    server.open_until = 1_000
    server.clock += 3_600
    row = refresh(store, server)
    assert (row["state"], row["records"]) == ("fresh", len(RECORDS))
    assert server.answered[4:] == list(range(8, 22, 2))  # no page twice
    assert cves(store) == RECORDS
    assert not (Path(store.root) / "nvd" / "unfinished").exists()
    server.clock += 3_600
    assert refresh(store, server)["state"] == "fresh"  # what was changed since the first page was asked for
    assert cves(store) == ["CVE-2023-9999", *RECORDS]


def test_an_earlier_snapshot_stays_in_use(store: FeedStore, server: type[Nvd], monkeypatch: pytest.MonkeyPatch) -> None:
    first = refresh(store, server)["snapshot"]
    monkeypatch.setattr(nvd, "LONGEST_SPAN", timedelta(0))  # too old to ask for changes: all is asked for again
    server.answered, server.open_until = [], 3
    server.clock += 3_600
    row = refresh(store, server)
    assert (row["state"], row["snapshot"]) == ("failed", first)
    assert "stays in use" in row["detail"]
    assert cves(store) == RECORDS


def test_pages_of_another_address_are_none(store: FeedStore, server: type[Nvd]) -> None:
    server.open_until = 4
    refresh(store, server)
    mark = Path(store.root) / "nvd" / "unfinished" / "begun.json"
    mark.write_text(json.dumps({**json.loads(mark.read_text()), "url": "https://elsewhere.example/"}))
    server.answered, server.open_until, server.clock = [], 1_000, 3_600
    assert refresh(store, server)["records"] == len(RECORDS)
    assert server.answered[0] == 0


@pytest.mark.parametrize("damage", [b"", b"no zlib", b"x\x9c\x03\x00"], ids=["empty", "foreign", "short"])
def test_a_page_that_was_kept_by_half_is_asked_for_again(store: FeedStore, server: type[Nvd], damage: bytes) -> None:
    server.open_until = 4
    refresh(store, server)
    (Path(store.root) / "nvd" / "unfinished" / "00002.json.z").write_bytes(damage)
    server.answered, server.open_until, server.clock = [], 1_000, 3_600
    assert refresh(store, server)["records"] == len(RECORDS)
    assert server.answered[0] == 4
    assert cves(store) == RECORDS
