"""The demo's advisories (`advisories.toml`) in the exact form that the feeds' publishers serve them."""

import csv
import gzip
import io
import json
import tomllib
import zipfile
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

MODIFIED = "2026-08-15T00:00:00Z"


def write_feeds(folder: Path) -> Path:
    """Write `osv/<Ecosystem>/all.zip`, the KEV catalogue and the EPSS scores below `folder`, and return it."""
    facts = tomllib.loads(files("hullmark.demo").joinpath("advisories.toml").read_text(encoding="utf-8"))
    ecosystems = sorted({item["ecosystem"].partition(":")[0] for item in facts["advisory"]})
    for ecosystem in ecosystems:
        records = [_osv(item) for item in facts["advisory"] if item["ecosystem"].partition(":")[0] == ecosystem]
        _write(folder / "osv" / ecosystem / "all.zip", _zip(records))
    _write(folder / "osv" / "ecosystems.txt", "\n".join(ecosystems).encode())
    _write(folder / "kev" / "known_exploited_vulnerabilities.json", _kev(facts["exploitation"]))
    _write(folder / "epss" / "epss_scores-current.csv.gz", _epss(facts["exploitation"]))
    return folder


def _osv(item: Mapping[str, Any]) -> dict[str, object]:
    ecosystem = item["ecosystem"]
    events = [
        event
        for introduced, fixed in item["range"]
        for event in ({"introduced": introduced}, *([{"fixed": fixed}] if fixed else []))
    ]
    distribution = ":" in ecosystem
    identities = (
        {"upstream": [item["cve"]]}
        if distribution
        else {"aliases": [item["cve"], *([item["ghsa"]] if "ghsa" in item else [])]}
    )
    severity = [{"type": "CVSS_V3", "score": item["vector"]}] if item["vector"] else []
    return {
        "schema_version": "1.7.3",
        "id": item["id"],
        **identities,
        "summary": item["summary"],
        "details": item["summary"],
        "published": f"{item['published']}T00:00:00Z",
        "modified": MODIFIED,
        "severity": severity,
        "affected": [
            {
                "package": {"ecosystem": ecosystem, "name": item["package"]},
                "ranges": [{"type": "SEMVER" if ecosystem == "npm" else "ECOSYSTEM", "events": events}],
            }
        ],
        "references": [{"type": "ADVISORY", "url": f"https://nvd.nist.gov/vuln/detail/{item['cve']}"}],
    }


def _zip(records: list[dict[str, object]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for record in records:
            entry = zipfile.ZipInfo(f"{record['id']}.json", date_time=(2026, 8, 15, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, json.dumps(record))
    return out.getvalue()


def _kev(facts: list[Mapping[str, Any]]) -> bytes:
    known = [
        {
            "cveID": fact["cve"],
            "vulnerabilityName": fact["cve"],
            "dateAdded": fact["kev_added"].isoformat(),
            "dueDate": fact["kev_due"].isoformat(),
            "knownRansomwareCampaignUse": "Known" if fact["ransomware"] else "Unknown",
        }
        for fact in facts
        if "kev_added" in fact
    ]
    catalogue = {"title": "Hullmark demo", "catalogVersion": "2025.08.25", "dateReleased": "2025-08-25T00:00:00Z"}
    return json.dumps({**catalogue, "count": len(known), "vulnerabilities": known}).encode()


def _epss(facts: list[Mapping[str, Any]]) -> bytes:
    out = io.StringIO()
    out.write("#model_version:demo,score_date:2026-08-15T00:00:00+0000\n")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["cve", "epss", "percentile"])
    writer.writerows([fact["cve"], fact["epss"], fact["percentile"]] for fact in facts)
    return gzip.compress(out.getvalue().encode(), mtime=0)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
