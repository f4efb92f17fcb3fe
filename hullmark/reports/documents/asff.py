"""The reports of an image in ECR as findings for AWS Security Hub (ASFF, schema 2018-10-08): a JSON array.

One finding is one vulnerability of one image, and has the same Id whenever it is found again, so that an import updates it.
`aws securityhub batch-import-findings` takes a hundred at a time. Source: AWS Security Finding Format, required and optional
attributes.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from hullmark.errors import UsageError
from hullmark.reports.documents import Document, Report
from hullmark.sources.ecr.host import parse_ecr_host
from hullmark.sources.ecr.regions import partition_of
from hullmark.sources.reference import RegistryReference, parse_registry_reference

SCHEMA = "2018-10-08"
KIND = "Software and Configuration Checks/Vulnerabilities/CVE"
LABELS = {"critical": "CRITICAL", "high": "HIGH", "medium": "MEDIUM", "low": "LOW"}  # the rest is INFORMATIONAL
MANAGERS = {  # as Amazon Inspector names them
    "deb": "OS", "rpm": "OS", "apk": "OS", "pypi": "PIP", "npm": "NPM", "maven": "MAVEN", "golang": "GOMOD",
    "cargo": "CARGO", "gem": "BUNDLER", "composer": "COMPOSER", "nuget": "NUGET",
}  # fmt: skip
SETTLED = {"not_affected": "SUPPRESSED", "fixed": "RESOLVED"}  # what VEX states
TITLE, DESCRIPTION, TEXT = 256, 1024, 512  # longest that Security Hub takes
Row = Mapping[str, Any]
Object = dict[str, Any]


def to_asff(reports: Sequence[Report]) -> bytes:
    """The findings of all reports, each image's by risk; indented UTF-8 with a newline. Raises UsageError as `check`."""
    found = [finding for report in reports for finding in _findings(report)]
    return orjson.dumps(found, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def check(reference: str) -> None:
    """Raises UsageError for what is no image in ECR, of which Security Hub knows nothing."""
    _place(reference)


def _place(reference: str) -> tuple[RegistryReference, str, str]:
    """(reference, account, Region)"""
    sentence = (
        f"asff is about images in ECR, and {reference} is none; scan it by its ECR reference, or choose another format"
    )
    try:
        found = parse_registry_reference(reference)
    except UsageError:
        raise UsageError(sentence) from None
    host = parse_ecr_host(found.host)
    if host is None:
        raise UsageError(sentence)
    return found, host.account, host.region


def _findings(report: Report) -> Iterator[Object]:
    groups: dict[str, list[Row]] = {}
    for finding in report["findings"]:
        groups.setdefault(finding["id"], []).append(finding)
    for name, findings in groups.items():
        yield _finding(report, name, findings)


def _finding(report: Report, name: str, findings: Sequence[Row]) -> Object:
    reference, account, region = _place(report["image"]["reference"])
    first, digest = findings[0], report["image"]["digest"]
    partition = partition_of(region)
    title = f"{name} in {', '.join(dict.fromkeys(item['package'] for item in findings))}"
    fixes = dict.fromkeys(f"{item['package']} to {item['fixed_version']}" for item in findings if item["fixed_version"])
    fix = f"Upgrade {', '.join(fixes)}." if fixes else "No fix is known."
    statuses = {_status(item) for item in findings}
    status = statuses.pop() if len(statuses) == 1 else "NEW"
    return {
        "SchemaVersion": SCHEMA,
        "Id": f"{reference.host}/{reference.repository}/{digest}/{name}"[:TEXT],
        "ProductArn": f"arn:{partition}:securityhub:{region}:{account}:product/{account}/default",
        "ProductName": "Hullmark", "GeneratorId": f"hullmark/{name}"[:TEXT], "AwsAccountId": account, "Types": [KIND],
        "CreatedAt": report["created"], "UpdatedAt": report["created"],
        "Severity": {"Label": LABELS.get(first["severity"], "INFORMATIONAL"), "Original": first["severity"]},
        "Title": _cut(title, TITLE), "Description": _cut(first["summary"] or title, DESCRIPTION),
        "Remediation": {"Recommendation": {"Text": _cut(fix, TEXT)}},
        "Resources": [_resource(report["image"], reference, account, region)],
        "Vulnerabilities": [_vulnerability(name, findings, bool(fixes))],
        "Workflow": {"Status": status}, "RecordState": "ACTIVE",
    }  # fmt: skip


def _status(finding: Row) -> str:
    stated = SETTLED.get((finding["vex"] or {}).get("status", ""), "NEW")
    return "SUPPRESSED" if stated == "NEW" and finding.get("exception") else stated


def _resource(image: Row, reference: RegistryReference, account: str, region: str) -> Object:
    partition = partition_of(region)
    details = {
        "RegistryId": account, "RepositoryName": reference.repository, "ImageDigest": image["digest"],
        "Architecture": image["platform"].partition("/")[2], **({"ImageTags": [reference.tag]} if reference.tag else {}),
    }  # fmt: skip
    return {
        "Type": "AwsEcrContainerImage",
        "Id": f"arn:{partition}:ecr:{region}:{account}:repository/{reference.repository}/{image['digest']}",
        "Partition": partition, "Region": region, "Details": {"AwsEcrContainerImage": details},
    }  # fmt: skip


def _vulnerability(name: str, findings: Sequence[Row], fixable: bool) -> Object:
    first = findings[0]
    fixed = all(item["fixed_version"] for item in findings)
    told: Object = {
        "Id": name, "VulnerablePackages": [_package(item) for item in findings],
        "Vendor": {"Name": first["advisory"], "VendorSeverity": first["severity"]},
        "FixAvailable": "YES" if fixed else "PARTIAL" if fixable else "NO",
    }  # fmt: skip
    if first["kev"]:  # of others it is not known that there is no exploit
        told["ExploitAvailable"] = "YES"
    if first["aliases"]:
        told["RelatedVulnerabilities"] = first["aliases"]
    if first["epss"] is not None:
        told["EpssScore"] = first["epss"]
    if first["score"] is not None:
        told["Cvss"] = [_cvss(first)]
    return told


def _cvss(finding: Row) -> Object:
    vector = finding["vector"]
    version = vector.removeprefix("CVSS:").partition("/")[0] if vector.startswith("CVSS:") else "2.0"
    return {"BaseScore": finding["score"], **({"Version": version, "BaseVector": vector} if vector else {})}


def _package(finding: Row) -> Object:
    kind = finding["purl"].removeprefix("pkg:").partition("/")[0]
    found = {
        "Name": finding["package"], "Version": finding["version"], "FilePath": finding["path"],
        "FixedInVersion": finding["fixed_version"] or "", "PackageManager": MANAGERS.get(kind, "GENERIC"),
        "SourceLayerHash": finding["layer"],
    }  # fmt: skip
    return {name: value for name, value in found.items() if value}


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


DOCUMENT = Document(to_asff, check=check)
