"""Updateinfo of an Amazon Linux repository (dnf's repodata) -> records in the form of OSV; pure.

An update names binary packages with the versions that have the fix. A package of an extra whose name states a version
("kernel-5.15") is affected from that version on: what is older came from another repository, with advisories of its own.
"""

import re
from collections.abc import Iterator
from typing import Any

from hullmark.errors import CorruptData
from hullmark.formats.xml_elements import Element, Readable, elements

_VERSION = re.compile(r"[A-Za-z-]*?(\d+(?:\.\d+)*)\Z")
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d)?)Z?\Z")


def parse_updates(stream: Readable, ecosystem: str, repository: str) -> Iterator[dict[str, Any]]:
    """A record for each update of `repository` ("core", "extras/kernel-5.15"); raises CorruptData for what is no XML."""
    for update in elements(stream, "update"):
        yield _record(update, ecosystem, repository)


def parse_location(content: Readable) -> tuple[str, str] | None:
    """Where the updateinfo of a repository lies, from its repomd.xml, and its SHA-256; None when it has none."""
    for data in elements(content, "data"):
        if data.attributes.get("type") == "updateinfo":
            sums = [one.text.strip() for one in data.all("checksum") if one.attributes.get("type") == "sha256"]
            hrefs = [one.attributes.get("href", "") for one in data.all("location")]
            if len(hrefs) != 1 or not re.fullmatch(r"[\w./-]+", hrefs[0]) or ".." in hrefs[0]:
                raise CorruptData("it does not say where its updateinfo lies")
            return hrefs[0], sums[0] if sums else ""
    return None


def _record(update: Element, ecosystem: str, repository: str) -> dict[str, Any]:
    references = [one.attributes for one in update.all("references", "reference")]
    dates = {name: _date(update, name) for name in ("issued", "updated")}
    return {
        "id": update.first("id"),
        "published": dates["issued"],
        "modified": dates["updated"] or dates["issued"],
        "upstream": [one.get("id", "") for one in references if one.get("type") == "cve"],
        "summary": update.first("title"),
        "details": update.first("description"),
        "severity": [{"type": "Amazon", "score": update.first("severity")}],
        "references": [{"url": one["href"]} for one in references if "href" in one],
        "affected": list(_affected(update, ecosystem, repository)),
    }


def _affected(update: Element, ecosystem: str, repository: str) -> Iterator[dict[str, Any]]:
    """Each package and version once, whatever architectures it is built for."""
    stated = (one.attributes for one in update.all("pkglist", "collection", "package"))
    builds = dict.fromkeys((one.get("name", ""), _evr(one)) for one in stated)
    for name, fixed in builds:
        low = _lowest(repository, fixed)
        events = [{"introduced": low}, {"fixed": fixed}]
        yield {"package": {"ecosystem": ecosystem, "name": name}, "ranges": [{"type": "ECOSYSTEM", "events": events}]}


def _evr(package: dict[str, str]) -> str:
    epoch, version, release = (package.get(name, "") for name in ("epoch", "version", "release"))
    written = f"{version}-{release}" if release else version
    return f"{epoch}:{written}" if epoch not in {"", "0"} else written


def _lowest(repository: str, fixed: str) -> str:
    """The version that an extra is named after, where the fixed version is one of it; else OSV's "0"."""
    _, extra, topic = repository.partition("extras/")
    named = _VERSION.fullmatch(topic) if extra else None
    epoch, colon, version = fixed.rpartition(":")
    if named and re.match(rf"{re.escape(named[1])}(?!\d)", version):
        return f"{epoch}{colon}{named[1]}"
    return "0"


def _date(update: Element, name: str) -> str:
    """As OSV writes times; Amazon writes UTC without saying so."""
    stated = next((one.attributes.get("date", "") for one in update.all(name)), "")
    found = _TIME.match(stated)
    return f"{found[1]}T{found[2]}Z" if found else ""
