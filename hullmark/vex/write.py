"""What is told of the findings of images as OpenVEX 0.2.0 or as CycloneDX 1.6 (docs/vex.md)."""

import hashlib
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import orjson

from hullmark import __version__
from hullmark.vex.openvex import CONTEXT

JUSTIFICATIONS = frozenset({
    "component_not_present", "vulnerable_code_not_present", "vulnerable_code_not_in_execute_path",
    "vulnerable_code_cannot_be_controlled_by_adversary", "inline_mitigations_already_exist",
})  # fmt: skip
# CycloneDX has no words for two of OpenVEX's, and others of its own.
CYCLONEDX_JUSTIFICATIONS = {
    "component_not_present": "requires_dependency", "vulnerable_code_not_present": "code_not_present",
    "vulnerable_code_not_in_execute_path": "code_not_reachable",
    "vulnerable_code_cannot_be_controlled_by_adversary": "protected_at_runtime",
    "inline_mitigations_already_exist": "protected_by_mitigating_control",
}  # fmt: skip
STATES = {
    "not_affected": "not_affected", "affected": "exploitable", "fixed": "resolved", "under_investigation": "in_triage",
}  # fmt: skip
Row = Mapping[str, Any]


def openvex(rows: Sequence[Row], author: str, now: datetime) -> bytes:
    """Rows of `export.sql` as an OpenVEX document; indented UTF-8 with a newline. The same rows give the same id."""
    document = {
        "@context": f"{CONTEXT}/v0.2.0", "@id": f"https://openvex.dev/docs/hullmark/{digest_of(rows)}", "author": author,
        "timestamp": time_of(now), "version": 1, "tooling": f"hullmark {__version__}",
        "statements": [_statement(row) for row in rows],
    }  # fmt: skip
    return _json(document)


def cyclonedx(rows: Sequence[Row], author: str, now: datetime) -> bytes:
    """Rows of `export.sql` as a CycloneDX document whose components are the images, each with its packages."""
    components, refs = _components(rows)
    document = {
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "serialNumber": f"urn:uuid:{uuid.UUID(digest_of(rows)[:32])}",
        "metadata": {"timestamp": time_of(now), "authors": [{"name": author}],
                     "tools": {"components": [{"type": "application", "name": "hullmark", "version": __version__}]}},
        "components": components,
        "vulnerabilities": [_vulnerability(row, refs) for row in rows],
    }  # fmt: skip
    return _json(document)


def image_purl(product: Row) -> str:
    """The package URL of an image (purl-spec, type oci)."""
    place = f"{product['registry']}/{product['repository']}"
    name = product["repository"].rpartition("/")[2].lower()
    return f"pkg:oci/{quote(name)}@{quote(product['digest'], safe='')}?repository_url={quote(place, safe='/:')}"


def _statement(row: Row) -> dict[str, Any]:
    found: dict[str, Any] = {
        "vulnerability": {"name": row["vulnerability"], "aliases": row["aliases"]}, "timestamp": time_of(row["at"]),
        "products": list(_products(row["products"])), "status": row["status"],
    }  # fmt: skip
    if not row["aliases"]:
        del found["vulnerability"]["aliases"]
    told = words_of(row)
    if row["status"] == "not_affected":
        if row["justification"] in JUSTIFICATIONS:
            found["justification"] = row["justification"]
        found["impact_statement"] = told
    elif row["status"] == "affected":
        found["action_statement"] = told
    else:
        found["status_notes"] = told
    return found


def words_of(row: Row) -> str:
    """The reason and whose it is, which a collected document would lose."""
    reason = row["detail"] or row["justification"]
    return f"{reason} ({row['author']})" if reason else f"Stated by {row['author']}"


def _products(products: Sequence[Row]) -> Iterator[dict[str, Any]]:
    by_image: dict[str, list[str]] = {}
    for product in products:
        by_image.setdefault(image_purl(product), []).append(product["purl"])
    for image, packages in by_image.items():
        yield {"@id": image, "subcomponents": [{"@id": purl} for purl in packages if purl]}


def _components(rows: Sequence[Row]) -> tuple[list[dict[str, Any]], Mapping[tuple[str, str], str]]:
    """Images with their packages, and the bom-ref of each package in each image."""
    images: dict[str, dict[str, Any]] = {}
    refs: dict[tuple[str, str], str] = {}
    for product in (product for row in rows for product in row["products"]):
        purl = image_purl(product)
        image = images.setdefault(purl, {
            "type": "container", "bom-ref": purl, "name": product["repository"], "version": product["digest"], "purl": purl,
            "components": [],
        })  # fmt: skip
        key = (purl, product["purl"])
        if key not in refs:
            refs[key] = f"{purl}#{product['purl']}"
            name = product["purl"].partition("@")[0].rpartition("/")[2]
            image["components"].append({"type": "library", "bom-ref": refs[key], "name": name, "purl": product["purl"]})
    return list(images.values()), refs


def _vulnerability(row: Row, refs: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    analysis = {"state": STATES[row["status"]], "detail": words_of(row), "lastUpdated": time_of(row["at"])}
    if row["status"] == "not_affected" and row["justification"] in CYCLONEDX_JUSTIFICATIONS:
        analysis["justification"] = CYCLONEDX_JUSTIFICATIONS[row["justification"]]
    affects = sorted({refs[image_purl(product), product["purl"]] for product in row["products"]})
    return {"id": row["vulnerability"], "analysis": analysis, "affects": [{"ref": ref} for ref in affects]}


def digest_of(rows: Sequence[Row]) -> str:
    """64 hex digits that are the same for the same rows."""
    return hashlib.sha256(orjson.dumps(list(rows))).hexdigest()


def time_of(moment: datetime) -> str:
    """As all three formats write times: UTC, to the second."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _json(document: Mapping[str, Any]) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
