"""Feeds made by hand: records as a publisher would zip them, and a store that has read them."""

import gzip
import json
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from hullmark.advisories.snapshot import FeedStore, sync
from hullmark.settings import Settings

Record = Mapping[str, Any]


def record(
    name: str, ecosystem: str = "PyPI", package: str = "p", events: Iterable[Mapping[str, str]] = (), **more: object
) -> dict[str, Any]:
    """One OSV record with one package; `versions` goes to the package, everything else to the record."""
    item: dict[str, Any] = {"package": {"ecosystem": ecosystem, "name": package}}
    if events:
        item["ranges"] = [{"type": "ECOSYSTEM", "events": list(events)}]
    for field in ("versions", "ecosystem_specific"):
        if field in more:
            item[field] = more.pop(field)
    return {"id": name, "modified": "2024-05-06T07:08:09Z", "affected": [item], **more}


def write_zip(path: Path, records: Iterable[Record | bytes]) -> Path:
    """A feed; a record of bytes is written as it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, one in enumerate(records):
            name = f"broken-{number}" if isinstance(one, bytes) else one["id"]
            archive.writestr(f"{name}.json", one if isinstance(one, bytes) else json.dumps(one))
    return path


def write_osv(base: Path, *records: Record | bytes, ecosystem: str = "PyPI") -> Path:
    """`base`, which now has a feed of one ecosystem."""
    write_zip(base / "osv" / ecosystem / "all.zip", records)
    return base


def write_kev(base: Path, *entries: Mapping[str, object]) -> Path:
    """`base`, which now has a catalogue of known exploited vulnerabilities."""
    path = base / "kev" / "known_exploited_vulnerabilities.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"dateReleased": "2025-08-25T00:00:00Z", "vulnerabilities": entries}))
    return base


def write_epss(base: Path, body: str) -> Path:
    """`base`, which now has scores."""
    path = base / "epss" / "epss_scores-current.csv.gz"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(f"#model_version:v1,score_date:2026-08-15T00:00:00+0000\n{body}".encode()))
    return base


def write_repositories(base: Path, repositories: Mapping[str, Iterable[str]]) -> Path:
    """`base`, which now says of which products Red Hat's repositories are, in CPEs."""
    path = base / "redhat" / "repository-to-cpe.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    data = {name: {"cpes": list(cpes), "repo_relative_urls": []} for name, cpes in repositories.items()}
    path.write_text(json.dumps({"data": data}))
    return base


def write_eol(base: Path, *cycles: Mapping[str, object]) -> Path:
    """`base`, which now has release cycles; each says its `product`."""
    products = sorted({str(cycle["product"]) for cycle in cycles})
    folder = base / "eol" / "api"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "all.json").write_text(json.dumps(products))
    for product in products:
        (folder / f"{product}.json").write_text(
            json.dumps([one for one in cycles if one["product"] == product], default=str)
        )
    return base


def read(base: Path, *ecosystems: str) -> FeedStore:
    """A store that has read what lies below `base`."""
    store = FeedStore(str(base.parent / f"{base.name}-store"))
    sync(store, Settings(feeds=str(base)), ecosystems or None)
    return store
