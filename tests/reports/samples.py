"""An image with findings, as the stages before would hand it over."""

from datetime import timedelta
from typing import Any

import pyarrow as pa

from hullmark.model import Distro, Image, Layer, Platform
from hullmark.reports.scan_report import ReportRows, scan_report
from tests.lake.rows import NOW, digest, rows

LAYERS = tuple(
    Layer(index, digest(f"blob{index}"), digest(f"diff{index}"), 100, "tar+gzip", f"RUN {index}") for index in range(3)
)
IMAGE = Image(
    "registry.example/payments/api:2.4.1", "registry.example", "payments/api", ("2.4.1",), digest("manifest"), "manifest",
    Platform(), LAYERS, {},
)  # fmt: skip
FEEDS: tuple[dict[str, object], ...] = (
    {"feed": "osv/Debian", "snapshot": "abc", "fetched_at": NOW - timedelta(hours=5), "state": "ok"},
    {"feed": "kev", "snapshot": None, "fetched_at": None, "state": "failed"},
)
NONE = {"epss": None, "score": None}


def finding(name: str, vulnerability: str, severity: str, **more: object) -> dict[str, object]:
    purl = f"pkg:deb/debian/{name}@1.0"
    row = {"package": name, "vulnerability": vulnerability, "severity": severity, "purl": purl, "layer": LAYERS[0].digest}
    return row | {"path": "var/lib/dpkg/status", "package_key": name, "kev": False, "fixed_version": ""} | NONE | more


def package(name: str, **more: object) -> dict[str, object]:
    return {
        "name": name,
        "layer": LAYERS[0].digest,
        "path": "var/lib/dpkg/status",
        "purl": f"pkg:deb/debian/{name}@1.0",
        "first_layer": LAYERS[0].digest,
    } | more


def removed(name: str, **more: object) -> dict[str, object]:
    return package(name) | {"removed_layer": LAYERS[2].digest, "replaced_by": ""} | more


FINDINGS = (
    finding("zlib", "CVE-2023-0001", "low"),
    finding("openssl", "CVE-2023-0002", "medium", epss=0.3, kev=True, fixed_version="1.1"),
    finding("openssl", "CVE-2023-0003", "critical", score=9.8, epss=0.5),
    finding("zlib", "CVE-2023-0004", "critical", score=9.9, epss=0.7, fixed_version="2.0"),
    finding("curl", "CVE-2023-0005", "unknown", epss=0.9),
)


def sample(
    image: Image = IMAGE,
    distro: Distro = Distro("debian", "12"),  # noqa: B008  # frozen
    packages: pa.Table | None = None,
    findings: pa.Table | None = None,
    problems: pa.Table | None = None,
    *,
    removed: pa.Table | None = None,
    exposures: pa.Table | None = None,
) -> Any:  # noqa: ANN401  # a JSON document
    three = rows("packages", package("zlib"), package("curl"), package("openssl"))
    tables = (
        three if packages is None else packages,
        rows("findings", *FINDINGS) if findings is None else findings,
        problems,
        removed,
        exposures,
    )
    told = ReportRows(*(() if table is None else table.to_pylist() for table in tables))
    return scan_report(image, distro, told, FEEDS, NOW)
