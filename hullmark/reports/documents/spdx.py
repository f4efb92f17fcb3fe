"""The report of a scan as an SPDX 2.3 document (ISO/IEC 5962)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from hullmark.formats.spdx_licences import is_spdx
from hullmark.reports.documents import Document, Report
from hullmark.reports.documents.cyclonedx import CPE, serial
from hullmark.uncompared import unread

ITSELF, IMAGE, SYSTEM = "SPDXRef-DOCUMENT", "SPDXRef-Image", "SPDXRef-OperatingSystem"
NOTHING = "NOASSERTION"
OWN_LICENCE = re.compile(r"LicenseRef-[A-Za-z0-9.-]+")
Row = Mapping[str, Any]
Object = dict[str, Any]


def to_spdx(reports: Sequence[Report]) -> bytes:
    """The first report as one document; indented UTF-8 with a newline. SPDX 2.3 has no vulnerabilities.

    What could not be read is told in the comment of the document.
    """
    report = reports[0]
    image, generator = report["image"], report["generator"]
    packages = [_package(number, package) for number, package in enumerate(report["packages"], 1)]
    inside = [*_system(image["os"]), *packages]
    declared = {item["licenseDeclared"] for item in packages}
    licences = sorted({name for expression in declared for name in OWN_LICENCE.findall(expression)})
    contains = [
        {"spdxElementId": IMAGE, "relationshipType": "CONTAINS", "relatedSpdxElement": item["SPDXID"]} for item in inside
    ]
    document = {
        "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": ITSELF, "name": image["reference"],
        "documentNamespace": f"urn:uuid:{serial(report)}",
        "creationInfo": {"created": report["created"], "creators": [f"Tool: {generator['name']}-{generator['version']}"]},
        **({"comment": "\n".join(_problems(report))} if report["problems"] else {}),
        "packages": [_image(image), *inside],
        "relationships": [
            {"spdxElementId": ITSELF, "relationshipType": "DESCRIBES", "relatedSpdxElement": IMAGE},
            *contains,
        ],
        **({"hasExtractedLicensingInfos": [_own_licence(name) for name in licences]} if licences else {}),
    }  # fmt: skip
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _problems(report: Row) -> Iterator[str]:
    incomplete = unread(report["problems"])
    yield "This document is incomplete; what could not be read:" if incomplete else "What could not be compared or used:"
    for item in report["problems"]:
        yield f"{item['path']}: {item['reason']} ({item['cataloger']})"


def _image(image: Row) -> Object:
    return {
        **_stated(IMAGE, image["reference"], image["digest"], "CONTAINER"),
        "checksums": [{"algorithm": "SHA256", "checksumValue": image["digest"].removeprefix("sha256:")}],
        "comment": f"Platform {image['platform']}",
    }  # fmt: skip


def _system(system: Row) -> Iterator[Object]:
    if system["id"]:
        yield _stated(SYSTEM, system["id"], system["version"], "OPERATING-SYSTEM")


def _package(number: int, package: Row) -> Object:
    purpose = "APPLICATION" if package["origin"] == "binary" else "LIBRARY"
    found = _stated(f"SPDXRef-Package-{number}", package["name"], package["version"], purpose)
    inner = f"!/{package['inner']}" if package["inner"] else ""
    source = f", built from {package['source_name']} {package['source_version']}".rstrip() if package["source_name"] else ""
    found["sourceInfo"] = f"{package['origin']}: {package['path']}{inner}, layer {package['layer']}{source}"
    if is_spdx(package["licence"]):
        found["licenseDeclared"] = package["licence"]
    elif package["licence"]:
        found["licenseComments"] = f"The package states: {package['licence']}"
    named = [("PACKAGE-MANAGER", "purl", package["purl"])] if package["purl"] else []
    named += [("SECURITY", "cpe23Type", package["cpe"])] if CPE.fullmatch(package["cpe"]) else []
    found["externalRefs"] = [
        {"referenceCategory": category, "referenceType": kind, "referenceLocator": locator}
        for category, kind, locator in named
    ]
    return found


def _stated(name: str, called: str, version: str, purpose: str) -> Object:
    return {
        "SPDXID": name, "name": called, **({"versionInfo": version} if version else {}), "downloadLocation": NOTHING,
        "filesAnalyzed": False, "licenseConcluded": NOTHING, "licenseDeclared": NOTHING, "copyrightText": NOTHING,
        "primaryPackagePurpose": purpose,
    }  # fmt: skip


def _own_licence(name: str) -> Object:
    return {
        "licenseId": name, "name": name.removeprefix("LicenseRef-"),
        "extractedText": "The package names this licence, which is not on the SPDX list; its text is in the image.",
    }  # fmt: skip


DOCUMENT = Document(to_spdx, several=False)
