"""Feeds of several files, from a server that speaks as their publishers do: mirrors, pages, and single records."""

import gzip
import hashlib
import io
import json
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from hullmark.advisories.feeds import alas, eol, epss, kev, nvd, osv
from hullmark.advisories.snapshot import FeedStore, sync
from hullmark.lake.duck import open_duckdb
from hullmark.settings import Settings
from tests.advisories.feeds import record
from tests.advisories.listening import listening
from tests.matching.findings import matched, package

FIXED = [{"introduced": "0"}, {"fixed": "2.0"}]
UPDATE = """<update type="security"><id>{id}</id><title>{id}</title><issued date="2024-01-02 03:04:05" />
<updated date="2024-01-03 00:00:00" /><severity>important</severity><description>text</description>
<references><reference href="https://cve.example/{cve}" id="{cve}" type="cve" /></references><pkglist><collection>
<package name="{name}" version="{version}" release="1.amzn2" epoch="0" arch="x86_64"/>
<package name="{name}" version="{version}" release="1.amzn2" epoch="0" arch="i686"/></collection></pkglist></update>"""


class Server(BaseHTTPRequestHandler):
    """Serves `files` by path; `asked` counts."""

    url: str
    files: dict[str, bytes]
    asked: Counter[str]
    key: str

    def do_GET(self) -> None:
        kind, parts = type(self), urlsplit(self.path)
        path = unquote(parts.path)
        kind.asked[path] += 1
        content = kind.files.get(path)
        if path.endswith("/cves/2.0"):
            content = self._page(parse_qs(parts.query))
        self.send_response(404 if content is None else 200)
        self.send_header("Content-Length", str(len(content or b"")))
        self.end_headers()
        self.wfile.write(content or b"")

    def _page(self, query: dict[str, list[str]]) -> bytes:
        kind = type(self)
        kind.key = self.headers.get("apiKey", "")
        stored = json.loads(kind.files["nvd"])
        since = query.get("lastModStartDate", [""])[0]
        chosen = [one for one in stored if one["cve"]["lastModified"] >= since[:19]]
        start = int(query["startIndex"][0])
        return json.dumps({"totalResults": len(chosen), "vulnerabilities": chosen[start : start + 2]}).encode()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name that http.server gives it
        """Nothing."""


@pytest.fixture
def server() -> Iterator[type[Server]]:
    class Own(Server):
        """With files of its own."""

    Own.files, Own.asked, Own.key = {}, Counter(), ""
    with listening(Own) as Own.url:
        yield Own


@pytest.fixture
def store(tmp_path: Path) -> FeedStore:
    return FeedStore(str(tmp_path / "store"))


def rows(store: FeedStore, settings: Settings, *ecosystems: str) -> dict[str, dict[str, Any]]:
    return {row["feed"]: row for row in sync(store, settings, ecosystems).to_pylist()}


def ids(store: FeedStore) -> set[str]:
    with open_duckdb(256) as connection:
        store.register(connection)
        return {name for (name,) in connection.sql("SELECT advisory_id FROM advisories").fetchall()}


# Amazon Linux


def repository(server: type[Server], root: str, *updates: str, digest: str = "") -> None:
    packed = gzip.compress(f"<updates>{''.join(updates)}</updates>".encode(), mtime=0)
    stated = digest or hashlib.sha256(packed).hexdigest()
    data = f'<data type="updateinfo"><checksum type="sha256">{stated}</checksum><location href="repodata/u.xml.gz"/></data>'
    server.files[f"{root}/repodata/repomd.xml"] = (
        f'<repomd xmlns="http://linux.duke.edu/metadata/repo">{data}</repomd>'.encode()
    )
    server.files[f"{root}/repodata/u.xml.gz"] = packed


def update(name: str, cve: str, package_name: str, version: str) -> str:
    return UPDATE.format(id=name, cve=cve, name=package_name, version=version)


@pytest.fixture
def mirrors(server: type[Server], monkeypatch: pytest.MonkeyPatch) -> type[Server]:
    """Amazon's own addresses, led to the server."""
    lists = {"al2/core": f"{server.url}/2/core/mirror.list", "al2023/core": f"{server.url}/2023/mirror.list"}
    monkeypatch.setattr(alas, "MIRRORS", lists)
    monkeypatch.setattr(alas, "RELEASES", ("al2", "al2023"))
    monkeypatch.setattr(alas, "PREVIEWS", ("al2023",))
    monkeypatch.setattr(alas, "EXTRA", f"{server.url}/2/extras/{{}}/mirror.list")
    monkeypatch.setattr(alas, "CATALOG", f"{server.url}/2/extras-catalog.json")
    server.files["/2/core/mirror.list"] = f"{server.url}/blobs/core/$basearch/\n".encode()
    server.files["/2/extras/kernel-5.15/mirror.list"] = f"{server.url}/blobs/kernel\n".encode()
    server.files["/2/extras-catalog.json"] = b'{"topics": [{"n": "kernel-5.15"}, {"n": "../x"}, {"n": "gone"}]}'
    repository(server, "/blobs/core/x86_64", update("ALAS2-1", "CVE-2024-1000", "kernel", "4.14.9"))
    repository(server, "/blobs/kernel", update("ALAS2KERNEL-5.15-1", "CVE-2024-1000", "kernel", "5.15.9"))
    return server


def alas_rows(store: FeedStore) -> dict[str, dict[str, Any]]:
    return {feed: row for feed, row in rows(store, Settings(), "Amazon Linux").items() if feed.startswith("alas/")}


@pytest.fixture
def others(monkeypatch: pytest.MonkeyPatch, server: type[Server]) -> None:
    """KEV, EPSS and endoflife.date, which are nowhere."""
    monkeypatch.setattr(kev, "URL", f"{server.url}/kev")
    monkeypatch.setattr(epss, "URL", f"{server.url}/epss")
    monkeypatch.setattr(eol, "PUBLISHER", f"{server.url}/eol")


# installed version of kernel, and (advisory, fixed version) or None
KERNELS = [
    ("4.14.8-1.amzn2", ("ALAS2-1", "4.14.9-1.amzn2")), ("4.14.9-1.amzn2", None), ("5.10.1-1.amzn2", None),
    ("5.15.8-1.amzn2", ("ALAS2KERNEL-5.15-1", "5.15.9-1.amzn2")), ("5.15.9-1.amzn2", None),
]  # fmt: skip


@pytest.mark.usefixtures("others")
def test_mirrors_of_amazon(store: FeedStore, mirrors: type[Server]) -> None:
    """Core and extras; a release that is not served any more is no failure; equal repomd.xml are not read again."""
    states = alas_rows(store)
    assert {feed: (row["state"], row["records"], row["problems"]) for feed, row in states.items()} == {
        "alas/al2": ("fresh", 2, 0)
    }
    packages = [package("Amazon Linux:2", "kernel", version, path=version) for version, _ in KERNELS]
    found = {row["version"]: (row["advisory"], row["fixed_version"]) for row in matched(store, packages).to_pylist()}
    assert found == {version: answer for version, answer in KERNELS if answer}
    assert alas_rows(store)["alas/al2"]["snapshot"] == states["alas/al2"]["snapshot"]
    assert mirrors.asked["/blobs/core/x86_64/repodata/u.xml.gz"] == 1
    repository(mirrors, "/blobs/kernel", update("ALAS2KERNEL-5.15-2", "CVE-2024-1001", "kernel", "5.15.99"))
    assert alas_rows(store)["alas/al2"]["state"] == "fresh"
    assert ids(store) == {"ALAS2-1", "ALAS2KERNEL-5.15-2"}


# what the core repository serves as updateinfo or in its place, and what the feed says
BROKEN = [
    (b"<updates><update><id>x</id>", "holds no advisory"), (b"", "holds no advisory"),
    (b'<!DOCTYPE u [<!ENTITY a "b">]><updates/>', "holds no advisory"), (b"<a>" * 5000, "holds no advisory"),
]  # fmt: skip


@pytest.mark.usefixtures("others")
@pytest.mark.parametrize(("content", "sentence"), BROKEN, ids=["truncated", "empty", "entities", "deep"])
def test_hostile_updateinfo(store: FeedStore, mirrors: type[Server], content: bytes, sentence: str) -> None:
    mirrors.files["/2/extras-catalog.json"] = b'{"topics": []}'
    packed = gzip.compress(content, mtime=0)
    repository(mirrors, "/blobs/core/x86_64", digest=hashlib.sha256(packed).hexdigest())
    mirrors.files["/blobs/core/x86_64/repodata/u.xml.gz"] = packed
    assert sentence in alas_rows(store)["alas/al2"]["detail"]


@pytest.mark.usefixtures("others")
def test_updateinfo_that_is_not_what_repomd_says(store: FeedStore, mirrors: type[Server]) -> None:
    repository(mirrors, "/blobs/core/x86_64", update("A", "CVE-2024-1000", "p", "1"), digest="0" * 64)
    assert "is not what its repomd.xml says" in alas_rows(store)["alas/al2"]["detail"]


# OSV by changes


def publish(server: type[Server], *records: dict[str, Any], single: bool = True) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for one in records:
            archive.writestr(f"{one['id']}.json", json.dumps(one))
    for path in [path for path in server.files if path.startswith("/osv/PyPI/")]:
        del server.files[path]
    server.files["/osv/PyPI/all.zip"] = out.getvalue()
    server.files["/osv/PyPI/modified_id.csv"] = "".join(f"{one['modified']},{one['id']}\n" for one in records).encode()
    if single:
        server.files |= {f"/osv/PyPI/{one['id']}.json": json.dumps(one).encode() for one in records}


def at(day: int, name: str, package_name: str) -> dict[str, Any]:
    return record(name, package=package_name, events=FIXED) | {"modified": f"2024-01-{day:02}T00:00:00Z"}


def osv_row(store: FeedStore, server: type[Server]) -> dict[str, Any]:
    return rows(store, Settings(feeds=server.url), "PyPI")["osv/PyPI"]


@pytest.mark.parametrize("single", [True, False], ids=["single records", "zip only"])
def test_changes_alone_give_what_the_zip_gives(
    store: FeedStore, server: type[Server], tmp_path: Path, *, single: bool
) -> None:
    publish(server, at(1, "PYSEC-1", "a"), at(1, "PYSEC-2", "b"), at(1, "PYSEC-3", "c"), single=single)
    assert osv_row(store, server)["records"] == 3
    assert osv_row(store, server)["state"] == "fresh"
    assert server.asked["/osv/PyPI/all.zip"] == 1
    publish(server, at(1, "PYSEC-1", "a"), at(2, "PYSEC-2", "bb"), at(2, "PYSEC-4", "d"), single=single)
    row = osv_row(store, server)
    assert (row["state"], row["records"]) == ("fresh", 3)
    assert server.asked["/osv/PyPI/all.zip"] == (1 if single else 2)
    assert server.asked["/osv/PyPI/PYSEC-1.json"] == 0
    whole = FeedStore(str(tmp_path / "whole"))
    osv_row(whole, server)
    for view in ("advisories", "affected"):
        assert table(store, view) == table(whole, view)
    assert ids(store) == {"PYSEC-1", "PYSEC-2", "PYSEC-4"}


def table(store: FeedStore, view: str) -> Any:  # noqa: ANN401  an Arrow table
    with open_duckdb(256) as connection:
        store.register(connection)
        return connection.sql(f"FROM {view} ORDER BY advisory_id").to_arrow_table()


NOT_IT = {"broken": b"{", "another": b'{"id": "PYSEC-1"}', "a page": b"<html>Log in, please.</html>", "a list": b"[]"}


@pytest.mark.parametrize("content", NOT_IT.values(), ids=NOT_IT)
def test_a_changed_record_that_is_not_itself_is_read_from_the_zip(
    store: FeedStore, server: type[Server], content: bytes
) -> None:
    publish(server, at(1, "PYSEC-1", "a"), at(1, "PYSEC-2", "b"))
    osv_row(store, server)
    publish(server, at(1, "PYSEC-1", "a"), at(2, "PYSEC-2", "b"))
    server.files["/osv/PyPI/PYSEC-2.json"] = content
    row = osv_row(store, server)
    assert (row["state"], row["records"], row["problems"]) == ("fresh", 2, 0)
    assert server.asked["/osv/PyPI/all.zip"] == 2
    publish(server, at(1, "PYSEC-1", "a"), at(3, "PYSEC-2", "b"))
    assert osv_row(store, server)["state"] == "fresh"
    assert server.asked["/osv/PyPI/all.zip"] == 2


# What is served as the list; none of it may take a record away.
LISTS = {
    "cut": b"2024-01-01T00:00:00Z,PYSEC-1\n", "a page": b"<html>Hello, guest</html>", "one line": b"Hello, guest\n",
    "empty": b"", "other columns": b"PYSEC-1,2024-01-01T00:00:00Z\n",
    "cut in a line": b"2024-01-01T00:00:00Z,PYSEC-1\n2024-01", "a line end in a field": b"\x1f\x8b\r\x00,\r1",
    "a field without end": b"2024-01-01T00:00:00Z," + b"x" * 200_000,
}  # fmt: skip


@pytest.mark.parametrize("content", LISTS.values(), ids=LISTS)
def test_a_list_that_is_cut_or_none_takes_no_record_away(store: FeedStore, server: type[Server], content: bytes) -> None:
    publish(server, at(1, "PYSEC-1", "a"), at(1, "PYSEC-2", "b"))
    osv_row(store, server)
    server.files["/osv/PyPI/modified_id.csv"] = content
    osv_row(store, server)
    assert ids(store) == {"PYSEC-1", "PYSEC-2"}
    publish(server, at(1, "PYSEC-1", "a"))
    assert osv_row(store, server)["state"] == "fresh"
    assert ids(store) == {"PYSEC-1"}


def test_past_snapshots_can_be_asked(store: FeedStore, server: type[Server]) -> None:
    packages = [package("PyPI", "a", "1.0"), package("PyPI", "b", "1.0")]
    publish(server, at(1, "PYSEC-1", "a"))
    first = {state.feed: state.snapshot for state in store.current()} | {"osv/PyPI": osv_row(store, server)["snapshot"]}
    publish(server, at(2, "PYSEC-2", "b"))
    osv_row(store, server)
    assert [row["package"] for row in matched(store, packages).to_pylist()] == ["b"]
    assert [row["package"] for row in matched(store.at(first), packages).to_pylist()] == ["a"]


# NVD


def cve(name: str, day: int, score: str = "H", **more: object) -> dict[str, Any]:
    vector = f"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:{score}/I:{score}/A:{score}"
    metric = [{"type": "Primary", "cvssData": {"vectorString": vector}}]
    weak = [{"description": [{"lang": "en", "value": "CWE-79"}, {"lang": "en", "value": "NVD-CWE-Other"}]}]
    facts = {"id": name, "lastModified": f"2024-01-{day:02}T00:00:00.000", "vulnStatus": "Analyzed"}
    return {"cve": {**facts, "metrics": {"cvssMetricV31": metric}, "weaknesses": weak, **more}}


def test_nvd(store: FeedStore, server: type[Server], monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages, a key, what has changed since, a score where nobody has one, and a CVE that is rejected."""
    monkeypatch.setattr(nvd, "PAUSE_WITH_KEY", 0.0)
    publish(server, record("PYSEC-1", package="a", events=FIXED, aliases=["CVE-2024-1000"]),
            record("PYSEC-2", package="b", events=FIXED, aliases=["CVE-2024-1001"]))  # fmt: skip
    stored = [cve("CVE-2024-1000", 1), cve("CVE-2024-1001", 1, "L"), cve("CVE-2024-1002", 1)]
    server.files["nvd"] = json.dumps(stored).encode()
    settings = Settings(feeds=server.url, nvd="on", nvd_api_key="secret-key")
    assert rows(store, replace(settings, nvd=""), "PyPI").keys() == {"osv/PyPI"}
    row = rows(store, settings, "PyPI")["nvd"]
    assert (row["state"], row["records"], row["problems"], server.key) == ("fresh", 3, 0, "secret-key")
    assert server.asked["/nvd/rest/json/cves/2.0"] == 2
    packages = [package("PyPI", "a", "1.0"), package("PyPI", "b", "1.0")]
    found = [(one["vulnerability"], one["severity"], one["severity_source"]) for one in matched(store, packages).to_pylist()]
    assert found == [("CVE-2024-1000", "critical", "nvd"), ("CVE-2024-1001", "high", "nvd")]
    assert "secret-key" not in str(sorted(store.states(), key=str))
    server.files["nvd"] = json.dumps([*stored[:1], cve("CVE-2024-1001", 1, vulnStatus="Rejected")]).encode()
    monkeypatch.setattr(Server, "_page", lambda _self, _query: json.dumps({
        "totalResults": 1, "vulnerabilities": [cve("CVE-2024-1001", 28, vulnStatus="Rejected")]}).encode())  # fmt: skip
    assert rows(store, settings, "PyPI")["nvd"]["state"] == "fresh"
    assert [one["vulnerability"] for one in matched(store, packages).to_pylist()] == ["CVE-2024-1000"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b'{"totalResults": 5, "vulnerabilities": []}',
        b'{"totalResults": 0, "vulnerabilities": ""}',
        b'{"totalResults": 0, "vulnerabilities": {}}',
    ],
)
def test_what_is_no_page_of_nvd(
    store: FeedStore, server: type[Server], monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    monkeypatch.setattr(Server, "_page", lambda _self, _query: content)
    row = rows(store, Settings(feeds=server.url, nvd="on"), "PyPI")["nvd"]
    assert (row["state"], row["snapshot"]) == ("failed", "")
    assert "try again later" in row["detail"]


def test_the_addresses_of_publishers() -> None:
    """Of what has an address of its own; the names are those that the publishers document."""
    assert {source.url for source in osv.sources(["Rocky Linux"])} == {f"{osv.PUBLISHER}/Rocky%20Linux/all.zip"}
    assert list(osv.sources(["Amazon Linux"])) == []
    assert [source.feed for source in alas.sources(["Amazon Linux", "PyPI"])] == [
        "alas/al1", "alas/al2", "alas/al2022", "alas/al2023",
    ]  # fmt: skip
    assert list(alas.sources(["PyPI"])) == []
