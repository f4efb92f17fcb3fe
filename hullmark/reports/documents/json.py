"""The report of a scan as Hullmark's own JSON (docs/report.md): one report as it is, several as an array."""

from hullmark.reports.documents import Document
from hullmark.reports.scan_report import to_json

DOCUMENT = Document(to_json)
