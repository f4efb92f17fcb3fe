"""The reports of a scan as `hullmark scan` makes them."""

from hullmark.reports.scan_report import Report, scan_report
from hullmark.reports.stacked_rows import report_rows
from hullmark.scan_answer import Scanned


def fresh_reports(scanned: Scanned) -> list[Report]:
    return [
        scan_report(item.image, item.found.distro, report_rows(item.found, item.layers, item.findings), scanned.feeds)
        for item in scanned.images
    ]
