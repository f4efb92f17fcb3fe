"""The reports of a scan as `hullmark scan` makes them."""

from hullmark.reports.scan_report import Report, scan_report
from hullmark.scan_answer import Scanned


def fresh_reports(scanned: Scanned) -> list[Report]:
    return [
        scan_report(
            item.image, item.inventory.distro, item.inventory.packages, item.findings, item.inventory.problems,
            scanned.feeds,
            removed=item.inventory.removed, exposures=item.inventory.exposures,
        )
        for item in scanned.images
    ]  # fmt: skip
