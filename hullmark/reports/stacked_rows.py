"""The rows of a report from an image whose layers were just stacked: no table is made for them."""

from collections.abc import Sequence

from hullmark.inventory import Stacked
from hullmark.inventory.value import Exposed, Installed, Removed
from hullmark.model import Problem
from hullmark.reports.scan_report import ReportRows, Row, Rows


def report_rows(found: Stacked, layers: Sequence[str], findings: Rows, beside: Sequence[Problem] = ()) -> ReportRows:
    """What `found` and its findings (FINDINGS) come to; `layers` are the digests of the image's layers.

    `beside` are problems of what lies with the image.
    """
    problems = (*(problem for _, problem in found.problems), *beside)
    return ReportRows(
        [_package(item, layers) for item in found.packages],
        findings,
        [{"path": problem.path, "cataloger": problem.cataloger, "reason": problem.reason} for problem in problems],
        [_removed(item, layers) for item in found.removed],
        [_exposed(item, layers) for item in found.exposures],
    )


def _package(item: Installed, layers: Sequence[str]) -> Row:
    package = item.package
    return {
        "type": package.type, "name": package.name, "version": package.version, "arch": package.arch,
        "ecosystem": item.ecosystem, "purl": item.purl, "path": item.path, "layer": layers[item.layer],
        "source_name": package.source_name, "source_version": package.source_version, "origin": package.origin.value,
        "owner": item.owner, "licence": item.licence, "cpe": package.cpe, "inner": package.inner,
        "first_layer": layers[item.first_layer], "upgraded_from": item.upgraded_from,
    }  # fmt: skip


def _removed(item: Removed, layers: Sequence[str]) -> Row:
    package = item.package
    return {
        "type": package.type, "name": package.name, "version": package.version, "purl": item.purl, "path": item.path,
        "layer": layers[item.layer], "removed_layer": layers[item.removed_layer], "replaced_by": item.replaced_by,
        "layer_index": item.layer,
    }  # fmt: skip


def _exposed(item: Exposed, layers: Sequence[str]) -> Row:
    return {
        "kind": item.exposure.kind, "path": item.path, "evidence": item.exposure.evidence,
        "layer": "" if item.layer is None else layers[item.layer],
        "removed_layer": "" if item.removed_layer is None else layers[item.removed_layer],
    }  # fmt: skip
