"""Trivy's advisory fixtures (`../shared/fixtures/trivy-golden/db`) as OSV records."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from hullmark.versions import key, scheme_of_ecosystem

Record = dict[str, Any]
STATUSES = {5: "will-not-fix", 6: "deferred", 7: "end-of-life"}  # those of trivy-db
_BOUND = re.compile(r"\s*(>=|<=|<|>|=)?\s*([^\s,<>=]+)")


def golden_records(path: Path, bucket: str, ecosystem: str) -> Iterator[Record]:
    """A record for each advisory of a bucket, with every package that it names."""
    found: dict[str, Record] = {}
    for group in yaml.safe_load(path.read_text(encoding="utf-8")):
        if group["bucket"] == bucket:
            for source in group["pairs"]:
                for pair in source["pairs"]:
                    for one in _records(source["bucket"], pair["key"].strip(), pair.get("value") or {}, ecosystem):
                        found.setdefault(one["id"], one | {"affected": []})["affected"] += one["affected"]
    yield from found.values()


def _records(package: str, name: str, value: Mapping[str, Any], ecosystem: str) -> Iterator[Record]:
    release = ecosystem.rpartition(":")[2]
    entries = [one for one in value.get("Entries", []) if _is_of(one.get("FixedVersion", ""), ecosystem, release)]
    cves = sorted({cve["ID"] for one in entries for cve in one.get("Cves", []) if "ID" in cve}) or [name]
    if value.get("Entries") and not entries:
        return
    fixed = value.get("FixedVersion") or next((one["FixedVersion"] for one in entries if "FixedVersion" in one), "")
    if "PatchedVersions" in value:
        ranges = list(_spans(value, ecosystem))
    else:
        ranges = [[{"introduced": "0"}, *([{"fixed": fixed}] if fixed else [])]]
    item: Record = {"package": {"ecosystem": ecosystem, "name": package}}
    item["ranges"] = [{"type": "ECOSYSTEM", "events": events} for events in ranges]
    if status := STATUSES.get(next((one.get("Status", 0) for one in entries), value.get("Status", 0))):
        item["ecosystem_specific"] = {"status": status}
    about = {"upstream": cves} if cves[0].startswith("CVE-") else {}
    own = name if not name.startswith("CVE-") else f"{ecosystem.partition(':')[0].upper().replace(' ', '')}-{name}"
    yield {"id": own, "modified": "2024-05-06T07:08:09Z", "affected": [item], **about}


def _is_of(fixed: str, ecosystem: str, release: str) -> bool:
    """Red Hat's entries are of several releases; the version tells which."""
    return not ecosystem.startswith("Red Hat") or not fixed or f".el{release}" in fixed


def _spans(value: Mapping[str, Any], ecosystem: str) -> Iterator[list[dict[str, str]]]:
    """Constraints as events; an end that is affected itself is fixed by the lowest patched version above it."""
    scheme = str(scheme_of_ecosystem(ecosystem))
    stated = [bound for text in value["PatchedVersions"] for bound in _BOUND.findall(text)]
    patched = sorted({one for sign, one in stated if sign in {"", ">=", "="}}, key=lambda one: key(scheme, one))
    if "VulnerableVersions" not in value:
        ends = sorted({one for sign, one in stated if sign == "<"})
        for low, fixed in zip(["0", *ends], patched, strict=True):
            yield [{"introduced": low}, {"fixed": fixed}]
        return
    for text in value["VulnerableVersions"]:
        bounds = dict(_BOUND.findall(text))
        last = bounds.get("<=") or bounds.get("=", "")
        above = [one for one in patched if last and key(scheme, one) > key(scheme, last)]
        end = {"fixed": bounds["<"]} if "<" in bounds else {"fixed": above[0]} if above else {"last_affected": last}
        yield [{"introduced": bounds.get(">=") or bounds.get("=", "0")}, end]
