"""The report of a scan as a CycloneDX 1.6 bill of materials with its vulnerabilities (ECMA-424)."""

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from hullmark.formats.spdx_licences import is_spdx
from hullmark.reports.documents import Document, Report
from hullmark.uncompared import unread
from hullmark.vex.write import CYCLONEDX_JUSTIFICATIONS, STATES

IMAGE, SYSTEM = "image", "os"  # bom-refs
SEVERITIES = {"negligible": "info"}  # words that CycloneDX has not
METHODS = {"CVSS:4": "CVSSv4", "CVSS:3.1": "CVSSv31", "CVSS:3": "CVSSv3"}  # how a vector begins
CVSS2 = "AV:"
STATED = ("origin", "ecosystem", "owner", "source_name", "source_version", "layer", "first_layer", "upgraded_from")
CPE = re.compile(r"cpe:2\.3:[aho*-](?::(?:\\.|[^\\:\s])+){10}")  # NISTIR 7695, 6.2
Row = Mapping[str, Any]
Object = dict[str, Any]


def to_cyclonedx(reports: Sequence[Report]) -> bytes:
    """The first report as one document; indented UTF-8 with a newline.

    What is peculiar to Hullmark is a property whose name begins with "hullmark:". What could not be read is one of the
    metadata's, and the composition is then called incomplete.
    """
    report = reports[0]
    refs = _refs(report["packages"])
    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json", "bomFormat": "CycloneDX", "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial(report)}", "version": 1, "metadata": _metadata(report),
        "components": [*_system(report["image"]["os"]), *map(_component, report["packages"], refs)],
        "dependencies": [{"ref": IMAGE, "dependsOn": refs}],
        "compositions": [{"aggregate": "incomplete" if unread(report["problems"]) else "unknown", "assemblies": [IMAGE]}],
        "vulnerabilities": list(_vulnerabilities(report, refs)),
    }  # fmt: skip
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def serial(report: Report) -> uuid.UUID:
    """What names this report, and no other one of the image."""
    image = report["image"]
    return uuid.uuid5(uuid.NAMESPACE_URL, f"hullmark {image['digest']} {image['platform']} {report['created']}")


def _metadata(report: Row) -> Object:
    image, generator = report["image"], report["generator"]
    layers = [("layer", f"{layer['digest']} {layer['created_by']}".rstrip()) for layer in image["layers"]]
    problems = [("problem", f"{item['path']}: {item['reason']} ({item['cataloger']})") for item in report["problems"]]
    return {
        "timestamp": report["created"],
        "tools": {"components": [{"type": "application", **generator}]},
        "component": {
            "type": "container", "bom-ref": IMAGE, "name": image["reference"], "version": image["digest"],
            "hashes": [{"alg": "SHA-256", "content": image["digest"].removeprefix("sha256:")}],
            "properties": _properties([("platform", image["platform"]), *layers]),
        },
        **({"properties": _properties(problems)} if problems else {}),
    }  # fmt: skip


def _system(system: Row) -> Iterator[Object]:
    if system["id"]:
        version = {"version": system["version"]} if system["version"] else {}
        yield {"type": "operating-system", "bom-ref": SYSTEM, "name": system["id"], **version}


def _refs(packages: Sequence[Row]) -> list[str]:
    """A reference for each package: its URL, with a number where several files say the same."""
    seen: dict[str, int] = {}
    refs = []
    for package in packages:
        purl = package["purl"] or f"{package['type']}/{package['name']}@{package['version']}"
        seen[purl] = seen.get(purl, 0) + 1
        refs.append(purl if seen[purl] == 1 else f"{purl}#{seen[purl]}")
    return refs


def _component(package: Row, ref: str) -> Object:
    found: Object = {
        "type": "application" if package["origin"] == "binary" else "library", "bom-ref": ref, "name": package["name"],
        "version": package["version"],
    }  # fmt: skip
    if package["licence"]:
        said = package["licence"]
        found["licenses"] = [{"expression": said} if is_spdx(said) else {"license": {"name": said}}]
    if package["purl"]:
        found["purl"] = package["purl"]
    stated = [(name.replace("_", "-"), package[name]) for name in STATED if package[name]]
    if CPE.fullmatch(package["cpe"]):
        found["cpe"] = package["cpe"]
    elif package["cpe"]:  # what an image calls one may be none
        stated.append(("cpe", package["cpe"]))
    inner = f"!/{package['inner']}" if package["inner"] else ""
    found["evidence"] = {"occurrences": [{"location": f"{package['path']}{inner}"}]}
    found["properties"] = _properties(stated)
    return found


def _vulnerabilities(report: Row, refs: Sequence[str]) -> Iterator[Object]:
    """One for each vulnerability and what VEX states of it, in the order of findings."""
    at: dict[tuple[str, str], str] = {}
    for package, ref in zip(report["packages"], refs, strict=True):
        at.setdefault((package["purl"], package["path"]), ref)
    groups: dict[tuple[str, bytes], list[Row]] = {}
    for finding in report["findings"]:
        said = orjson.dumps([finding["vex"], finding.get("exception")])
        groups.setdefault((finding["id"], said), []).append(finding)
    for (name, _), findings in groups.items():
        yield _vulnerability(name, findings, at)


def _vulnerability(name: str, findings: Sequence[Row], at: Mapping[tuple[str, str], str]) -> Object:
    first = findings[0]
    affects: dict[str, Object] = {}
    for finding in findings:
        ref = at[finding["purl"], finding["path"]]
        affects.setdefault(ref, {"ref": ref, "versions": [{"version": finding["version"], "status": "affected"}]})
    fixes = {f"{item['package']} to {item['fixed_version']}": None for item in findings if item["fixed_version"]}
    found: Object = {"id": name, "ratings": [_rating(first)], "affects": list(affects.values())}
    if first["aliases"]:
        found["references"] = [{"id": alias, "source": {"name": alias.partition("-")[0]}} for alias in first["aliases"]]
    if first["summary"]:
        found["description"] = first["summary"]
    if fixes:
        found["recommendation"] = f"Upgrade {', '.join(fixes)}."
    if first["vex"] or first.get("exception"):
        found["analysis"] = _analysis(first["vex"], first.get("exception"))
    said = [(name, first[name]) for name in ("advisory", "severity", "kev", "epss", "risk")]
    found["properties"] = _properties([(name, value) for name, value in said if value not in (None, "", False)])
    return found


def _rating(finding: Row) -> Object:
    severity = SEVERITIES.get(finding["severity"], finding["severity"])
    if finding["score"] is None:
        return {"severity": severity, "method": "other"}
    vector = finding["vector"] or ""
    method = next((word for begin, word in METHODS.items() if vector.startswith(begin)), "other")
    method = "CVSSv2" if vector.startswith(CVSS2) else method
    return {"score": finding["score"], "severity": severity, "method": method, **({"vector": vector} if vector else {})}


def _analysis(vex: Row | None, exception: Row | None) -> Object:
    """What VEX states; what is excepted and no more is exploitable and lived with."""
    if vex is None or (exception and vex["status"] not in {"not_affected", "fixed"}):
        said: Row = exception or {}
        detail = f"Excepted until {said['until']} by {said['owner']} ({said['id']}): {said['reason']}"
        return {"state": "exploitable", "response": ["will_not_fix"], "detail": detail}
    found: Object = {"state": STATES[vex["status"]], "detail": f"Stated by {vex['author']} in {vex['document']}"}
    if vex["status"] == "not_affected" and vex["justification"] in CYCLONEDX_JUSTIFICATIONS:
        found["justification"] = CYCLONEDX_JUSTIFICATIONS[vex["justification"]]
    return found


def _properties(said: Sequence[tuple[str, object]]) -> list[Object]:
    return [{"name": f"hullmark:{name}", "value": _word(value)} for name, value in said]


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


DOCUMENT = Document(to_cyclonedx, several=False)
