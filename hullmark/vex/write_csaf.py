"""What is told of the findings of images as CSAF 2.0, profile VEX (docs.oasis-open.org/csaf, 4.5).

A product has one status of a vulnerability there: of several that are told of it the one that was made last.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from hullmark import __version__
from hullmark.vex.write import JUSTIFICATIONS, Row, digest_of, image_purl, time_of, words_of

STATUSES = {
    "not_affected": "known_not_affected", "affected": "known_affected", "fixed": "fixed",
    "under_investigation": "under_investigation",
}  # fmt: skip
NOTE = "What is stated of packages in images; each reason names who stated it."
_CVE = re.compile(r"CVE-[0-9]{4}-[0-9]{4,}")


@dataclass(slots=True)
class _Products:
    """The product tree as it grows: images, packages, and the packages in the images, by ids of their own."""

    names: dict[str, dict[str, Any]] = field(default_factory=dict)
    relationships: dict[str, dict[str, Any]] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    def id_of(self, product: Row) -> str:
        """The id of a package in an image, or of the image where no package is named."""
        place = image_purl(product)
        image = self._named("image", place, f"{product['repository']}@{product['digest']}")
        if not product["purl"]:
            return image
        package = self._named("package", product["purl"], product["purl"])
        both = f"{image}:{package}"
        self.relationships[both] = {
            "category": "default_component_of", "product_reference": package, "relates_to_product_reference": image,
            "full_product_name": {"product_id": both, "name": f"{product['purl']} in {place}"},
        }  # fmt: skip
        return both

    def _named(self, kind: str, purl: str, name: str) -> str:
        known = self.ids.setdefault(purl, f"{kind}-{len(self.ids) + 1}")
        self.names[known] = {"product_id": known, "name": name, "product_identification_helper": {"purl": purl}}
        return known


def csaf(rows: Sequence[Row], author: str, namespace: str, now: datetime) -> bytes:
    """Rows of `export.sql` as a document; indented UTF-8 with a newline. `namespace` is the address of the author."""
    products, stated = _Products(), dict[str, list[Row]]()
    for row in rows:
        stated.setdefault(row["vulnerability"], []).append(row)
    vulnerabilities = [_vulnerability(name, told, products) for name, told in stated.items()]
    at = time_of(now)
    document = {
        "document": {
            "category": "csaf_vex", "csaf_version": "2.0", "title": "Vulnerabilities in container images",
            "publisher": {"category": "other", "name": author, "namespace": namespace},
            "tracking": {
                "id": f"hullmark-{digest_of(rows)[:16]}", "status": "final", "version": "1",
                "initial_release_date": at, "current_release_date": at,
                "revision_history": [{"date": at, "number": "1", "summary": "As it is stated now"}],
                "generator": {"engine": {"name": "hullmark", "version": __version__}},
            },
        },
        "product_tree": {
            "full_product_names": list(products.names.values()), "relationships": list(products.relationships.values()),
        },
        "vulnerabilities": vulnerabilities,
    }  # fmt: skip
    return orjson.dumps(_filled(document), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _vulnerability(name: str, rows: Sequence[Row], products: _Products) -> dict[str, Any]:
    """All that is told of one vulnerability."""
    last: dict[str, Row] = {}
    for row in sorted(rows, key=lambda row: row["at"]):
        last.update({products.id_of(product): row for product in row["products"]})
    of_row = [(row, [product for product, told in last.items() if told is row]) for row in rows]
    kept = [(row, ids) for row, ids in of_row if ids]
    is_cve = _CVE.fullmatch(name) is not None
    others = sorted({alias for row in rows for alias in row["aliases"]} - {name})
    status: dict[str, list[str]] = {}
    for row, ids in kept:
        status.setdefault(STATUSES[row["status"]], []).extend(ids)
    return {
        **({"cve": name} if is_cve else {}),
        "ids": [{"system_name": other.partition("-")[0], "text": other} for other in (*([] if is_cve else [name]), *others)],
        "notes": [{"category": "general", "text": NOTE}],
        "product_status": {kind: sorted(ids) for kind, ids in status.items()},
        "flags": list(_flags(kept)),
        "threats": [
            {"category": "impact", "details": words_of(row), "date": time_of(row["at"]), "product_ids": sorted(ids)}
            for row, ids in kept
            if row["status"] == "not_affected"
        ],
        "remediations": [
            {"category": "mitigation", "details": words_of(row), "date": time_of(row["at"]), "product_ids": sorted(ids)}
            for row, ids in kept
            if row["status"] == "affected"
        ],
    }


def _flags(kept: Sequence[tuple[Row, list[str]]]) -> Iterator[dict[str, Any]]:
    for row, ids in kept:
        if row["status"] == "not_affected" and row["justification"] in JUSTIFICATIONS:
            yield {"label": row["justification"], "date": time_of(row["at"]), "product_ids": sorted(ids)}


def _filled(document: Mapping[str, Any]) -> dict[str, Any]:
    """The same without empty lists and objects, which the schema does not allow."""
    found: dict[str, Any] = {}
    for key, value in document.items():
        kept = _filled(value) if isinstance(value, dict) else value
        if isinstance(value, list):
            kept = [_filled(item) if isinstance(item, dict) else item for item in value]
        if kept or kept == 0:
            found[key] = kept
    return found
