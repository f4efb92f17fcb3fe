"""The reports of a scan as a SARIF 2.1.0 log (OASIS): a run for each platform, a result for each finding and exposure.

Code hosts show it beside the code; `security-severity` is what they sort by, of 10.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import orjson

from hullmark.reports.documents import Document, Report
from hullmark.reports.settled import SETTLING
from hullmark.uncompared import VEX, leaves_unread

LEVELS = {"critical": "error", "high": "error", "medium": "warning"}  # the rest is a note
WEIGHTS = {"critical": 9.5, "high": 8.0, "medium": 5.5, "low": 2.0}  # where nobody gives a score; the rest is 0
EXPOSURES = {"setuid": "medium", "setgid": "medium", "world-writable": "medium", "package-cache": "low"}  # the rest: secrets
ROOT = "IMAGE"
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
Row = Mapping[str, Any]
Object = dict[str, Any]


def to_sarif(reports: Sequence[Report]) -> bytes:
    """One log; indented UTF-8 with a newline. What VEX settles is suppressed; what could not be read is a notification."""
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(report) for report in reports]}
    return orjson.dumps(log, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _run(report: Row) -> Object:
    image, generator = report["image"], report["generator"]
    told = {layer["digest"]: f"layer {layer['index']}" for layer in image["layers"]}
    rules: dict[str, Object] = {}
    results = [_finding(item, rules, told) for item in report["findings"]]
    results += [_exposure(item, rules, told) for item in report["exposures"]]
    numbers = {name: number for number, name in enumerate(rules)}
    return {
        "tool": {"driver": {**generator, "rules": list(rules.values())}},
        "automationDetails": {"id": f"hullmark/{image['platform']}/"},
        "invocations": [{
            "executionSuccessful": True, "endTimeUtc": report["created"],
            "toolExecutionNotifications": [*map(_notification, report["problems"])],
        }],
        "originalUriBaseIds": {ROOT: {"uri": "file:///", "description": {"text": "The root of the image's files"}}},
        "properties": {"image": image["reference"], "digest": image["digest"], "platform": image["platform"]},
        "results": [{**result, "ruleIndex": numbers[result["ruleId"]]} for result in results],
    }  # fmt: skip


def _finding(finding: Row, rules: dict[str, Object], layers: Mapping[str, str]) -> Object:
    name, severity = finding["id"], finding["severity"]
    summary = finding["summary"] or f"{name} in {finding['package']}"
    aliases = f" Also known as {', '.join(finding['aliases'])}." if finding["aliases"] else ""
    score = finding["score"] if finding["score"] is not None else WEIGHTS.get(severity, 0.0)
    tags = ["vulnerability", "security", severity, *(["kev"] if finding["kev"] else [])]
    rules.setdefault(name, _rule(name, summary, f"{summary}{aliases} Told by {finding['advisory']}.", score, tags))
    fix = f"upgrade to {finding['fixed_version']}" if finding["fixed_version"] else "no fix is known"
    known = " It is known to be exploited." if finding["kev"] else ""
    place = layers.get(finding["layer"], "a layer")
    text = f"{finding['package']} {finding['version']} of {place} has {name} ({severity}); {fix}.{known}"
    result = _result(name, LEVELS.get(severity, "note"), text, finding["path"], f"{name} {finding['purl']}")
    result["properties"] = {"purl": finding["purl"], "risk": finding["risk"], "epss": finding["epss"]}
    if said := _settled(finding):
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": said}]
    return result


def _settled(finding: Row) -> str:
    """Why nothing is left to do, "" while something is."""
    vex, exception = finding["vex"], finding.get("exception")
    if vex and vex["status"] in SETTLING:
        return f"{vex['status']}: {vex['justification'] or 'no reason is given'} ({vex['author']})"
    if exception:
        return f"excepted until {exception['until']}: {exception['reason']} ({exception['owner']}, {exception['id']})"
    return ""


def _exposure(exposure: Row, rules: dict[str, Object], layers: Mapping[str, str]) -> Object:
    kind = exposure["kind"]
    severity = EXPOSURES.get(kind, "critical")
    title = f"{kind.replace('-', ' ').capitalize()} in the image"
    rules.setdefault(kind, _rule(kind, title, f"{title}.", WEIGHTS[severity], ["security", severity]))
    place = f" of {layers[exposure['layer']]}" if exposure["layer"] in layers else ""
    gone = "; a later layer hides it, and it is shipped all the same" if exposure["removed_layer"] else ""
    text = f"{exposure['path']}{place}: {exposure['evidence']}{gone}."
    return _result(kind, LEVELS.get(severity, "note"), text, exposure["path"], f"{kind} {exposure['evidence']}")


def _rule(name: str, short: str, full: str, score: float, tags: Sequence[str]) -> Object:
    return {
        "id": name, "shortDescription": {"text": short}, "fullDescription": {"text": full},
        "properties": {"security-severity": f"{score:.1f}", "precision": "very-high", "tags": list(tags)},
    }  # fmt: skip


def _result(rule: str, level: str, text: str, path: str, what: str) -> Object:
    """A result at a path of the image; its fingerprint stays the same while the same thing lies there."""
    return {
        "ruleId": rule, "level": level, "message": {"text": text},
        "locations": [{"physicalLocation": {
            "artifactLocation": {"uri": quote(path, safe="/!"), "uriBaseId": ROOT}, "region": {"startLine": 1},
        }}],
        "partialFingerprints": {"hullmark/v1": hashlib.sha256(f"{what} {path}".encode()).hexdigest()},
    }  # fmt: skip


def _notification(problem: Row) -> Object:
    what = " could not be read whole" if leaves_unread(problem["reason"]) else " is not compared whole"
    text = f"{problem['path']}{'' if problem['cataloger'] == VEX else what}: {problem['reason']}"
    return {"level": "warning", "descriptor": {"id": problem["cataloger"]}, "message": {"text": text}}


DOCUMENT = Document(to_sarif)
