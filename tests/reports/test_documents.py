"""A report as CycloneDX, SPDX, SARIF and ASFF: valid for the validators of others, and nothing of it lost."""

import json
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

from hullmark.errors import UsageError
from hullmark.model import Distro
from hullmark.reports.documents import document, document_names
from hullmark.reports.documents.asff import to_asff
from hullmark.reports.documents.cyclonedx import to_cyclonedx
from hullmark.reports.documents.sarif import to_sarif
from hullmark.reports.documents.spdx import to_spdx
from tests.lake.rows import rows
from tests.reports.samples import FINDINGS, IMAGE, LAYERS, finding, package, sample

HOSTILE = 'x"\u202e\x1b[31m <img src=x>\n%41 é'
VEX = {"vex_status": "not_affected", "vex_justification": "vulnerable_code_not_present", "vex_author": "ann",
       "vex_document": "doc-1"}  # fmt: skip
ADDRESSES = {
    "https://a.example/é?x=%41#y": True, "../a:b": True, "https://[::1]/a": True, "": True, "pkg:deb/a@1%3A2": True,
    "https://a.example/a b": False, "a<b": False, "a%4": False, "a#b#c": False, "https://a/\x1b": False,
}  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
def test_addresses_are_checked_by_the_validator_too(address: str) -> None:
    bom = {"$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json", "bomFormat": "CycloneDX", "specVersion": "1.6",
           "externalReferences": [{"type": "website", "url": address}]}  # fmt: skip
    assert (JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(bom)) is None) == ADDRESSES[address]


def whole() -> Any:  # noqa: ANN401  # a JSON document
    """A report with one of everything."""
    plain = {"cpe": "", "inner": "", "owner": "", "source_name": "", "source_version": "", "licence": ""}
    packages = (
        package("zlib", licence="Zlib", cpe=f"cpe:2.3:a:z:zlib:1.0{':*' * 7}", source_name="zlib", source_version="1.0-1"),
        package("curl", licence="LicenseRef-curl OR MIT", origin="binary", cpe="cpe:/a:haxx:curl"),
        package("openssl", licence="see the homepage"), package("openssl", path="opt/copy/status", inner="lib/a.jar"),
        package(HOSTILE, purl="", cpe=HOSTILE),
    )  # fmt: skip
    told = {"vector": "CVSS:3.1/AV:N", "summary": HOSTILE, "aliases": ["DSA-1"]}
    secret = {"kind": "aws-key", "path": "root/.env", "evidence": "line 1: AKIA…", "removed_layer": LAYERS[2].digest}
    mode = {"kind": "setuid", "path": HOSTILE, "evidence": "mode 4755", "removed_layer": ""}
    return sample(
        packages=rows("packages", *(plain | item for item in packages)),
        findings=rows("findings", *(told | row for row in FINDINGS)),
        problems=rows("problems", {"path": HOSTILE, "reason": "truncated", "cataloger": "rpm"}),
        exposures=rows("exposures", *({**item, "layer": LAYERS[0].digest} for item in (secret, mode))),
    )


def empty() -> Any:  # noqa: ANN401  # a JSON document
    return sample(distro=Distro(), packages=rows("packages"), findings=rows("findings"))


@pytest.mark.parametrize("make", [whole, empty, sample])
def test_cyclonedx_is_valid_and_names_each_thing_once(make: Any) -> None:  # noqa: ANN401
    report = make()
    content = to_cyclonedx([report])
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(content.decode()) is None
    assert to_cyclonedx([report]) == content
    document = json.loads(content)
    refs = [item["bom-ref"] for item in document["components"]]
    assert len(set(refs)) == len(refs) == len(report["packages"]) + bool(report["image"]["os"]["id"])
    assert document["dependencies"][0]["dependsOn"] == [ref for ref in refs if ref != "os"]
    assert document["metadata"]["component"]["version"] == IMAGE.digest


def test_cyclonedx_keeps_what_the_report_says() -> None:
    document = json.loads(to_cyclonedx([whole()]))
    packages = {(item["name"], item["evidence"]["occurrences"][0]["location"]): item for item in document["components"][1:]}
    assert packages["openssl", "opt/copy/status!/lib/a.jar"]["bom-ref"] == "pkg:deb/debian/openssl@1.0"
    assert packages["openssl", "var/lib/dpkg/status"]["bom-ref"] == "pkg:deb/debian/openssl@1.0#2"
    assert packages["zlib", "var/lib/dpkg/status"]["licenses"] == [{"expression": "Zlib"}]
    assert packages["openssl", "var/lib/dpkg/status"]["licenses"] == [{"license": {"name": "see the homepage"}}]
    assert {item["name"]: item["value"] for item in packages["zlib", "var/lib/dpkg/status"]["properties"]}[
        "hullmark:source-version"
    ] == "1.0-1"
    assert document["compositions"] == [{"aggregate": "incomplete", "assemblies": ["image"]}]
    assert [item["value"] for item in document["metadata"]["properties"]] == [f"{HOSTILE}: truncated (rpm)"]
    found = {item["id"]: item for item in document["vulnerabilities"]}
    assert [item["id"] for item in document["vulnerabilities"]] == [row["id"] for row in whole()["findings"]]
    worst = found["CVE-2023-0003"]
    assert worst["ratings"] == [{"score": 9.8, "severity": "critical", "method": "CVSSv31", "vector": "CVSS:3.1/AV:N"}]
    assert worst["affects"] == [
        {"ref": "pkg:deb/debian/openssl@1.0#2", "versions": [{"version": "1.0", "status": "affected"}]}
    ]
    assert worst["references"] == [{"id": "DSA-1", "source": {"name": "DSA"}}]
    assert found["CVE-2023-0002"]["recommendation"] == "Upgrade openssl to 1.1."
    assert {"name": "hullmark:kev", "value": "true"} in found["CVE-2023-0002"]["properties"]
    assert "recommendation" not in worst


def test_cyclonedx_states_what_vex_says_apart() -> None:
    report = sample(
        findings=rows("findings", finding("zlib", "CVE-1", "negligible"), finding("curl", "CVE-1", "negligible"))
    )
    report["findings"][0]["vex"] = {name.removeprefix("vex_"): value for name, value in VEX.items()}
    settled, left = json.loads(to_cyclonedx([report]))["vulnerabilities"]
    assert settled["analysis"] == {
        "state": "not_affected", "detail": "Stated by ann in doc-1", "justification": "code_not_present",
    }  # fmt: skip
    assert ("analysis" in left, settled["id"], left["id"]) == (False, "CVE-1", "CVE-1")
    assert settled["ratings"] == [{"severity": "info", "method": "other"}]
    assert {"name": "hullmark:severity", "value": "negligible"} in settled["properties"]
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(to_cyclonedx([report]).decode()) is None


@pytest.mark.parametrize("make", [whole, empty, sample])
def test_spdx_is_valid_and_has_every_package(make: Any, tmp_path: Path) -> None:  # noqa: ANN401
    report = make()
    target = tmp_path / "report.spdx.json"
    target.write_bytes(to_spdx([report]))
    parsed = parse_file(str(target))
    assert [message.validation_message for message in validate_full_spdx_document(parsed)] == []
    assert to_spdx([report]) == target.read_bytes()
    names = [item.name for item in parsed.packages]
    assert names[0] == IMAGE.reference
    assert sorted(names[1 + bool(report["image"]["os"]["id"]) :]) == sorted(item["name"] for item in report["packages"])


def test_spdx_declares_own_licences_and_tells_what_is_none() -> None:
    document = json.loads(to_spdx([whole()]))
    packages = {item["SPDXID"]: item for item in document["packages"]}
    by_name = {item["name"]: item for item in packages.values()}
    assert by_name["curl"]["licenseDeclared"] == "LicenseRef-curl OR MIT"
    assert [item["licenseId"] for item in document["hasExtractedLicensingInfos"]] == ["LicenseRef-curl"]
    other = next(item for item in packages.values() if "licenseComments" in item)
    assert (other["licenseDeclared"], other["licenseComments"]) == ("NOASSERTION", "The package states: see the homepage")
    assert by_name["zlib"]["sourceInfo"].endswith("built from zlib 1.0-1")
    assert {item["referenceType"] for item in by_name["zlib"]["externalRefs"]} == {"purl", "cpe23Type"}
    assert by_name[HOSTILE]["externalRefs"] == []  # what an image calls a CPE may be none
    assert document["comment"].endswith(f"{HOSTILE}: truncated (rpm)")
    assert "comment" not in json.loads(to_spdx([sample()]))


def test_sarif_has_a_result_for_each_finding_and_exposure() -> None:
    report = whole()
    log = json.loads(to_sarif([report, sample()]))
    assert (log["version"], len(log["runs"])) == ("2.1.0", 2)
    run = log["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    assert len(run["results"]) == len(report["findings"]) + len(report["exposures"])
    assert all(rules[item["ruleIndex"]]["id"] == item["ruleId"] for item in run["results"])
    assert len({item["partialFingerprints"]["hullmark/v1"] for item in run["results"]}) == len(run["results"])
    found = {item["ruleId"]: item for item in run["results"]}
    assert found["CVE-2023-0002"]["level"] == "warning"
    assert found["CVE-2023-0002"]["message"]["text"] == (
        "openssl 1.0 of layer 0 has CVE-2023-0002 (medium); upgrade to 1.1. It is known to be exploited."
    )
    assert (found["aws-key"]["level"], found["setuid"]["level"]) == ("error", "warning")
    assert "shipped all the same" in found["aws-key"]["message"]["text"]
    uri = found["setuid"]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri.isascii()
    assert not set(uri) & set('"<> \n\x1b')
    weights = {rule["id"]: rule["properties"]["security-severity"] for rule in rules}
    assert (weights["CVE-2023-0003"], weights["CVE-2023-0001"], weights["aws-key"]) == ("9.8", "2.0", "9.5")
    (notification,) = run["invocations"][0]["toolExecutionNotifications"]
    assert notification["message"]["text"] == f"{HOSTILE} could not be read whole: truncated"


def test_sarif_suppresses_what_vex_settles() -> None:
    report = sample(findings=rows("findings", finding("zlib", "CVE-1", "low"), finding("curl", "CVE-2", "low")))
    for row, status in zip(report["findings"], ("not_affected", "affected"), strict=True):
        row["vex"] = {"status": status, "justification": "", "author": "ann", "document": "doc-1"}
    one, other = json.loads(to_sarif([report]))["runs"][0]["results"]
    assert one["suppressions"][0]["justification"] == "not_affected: no reason is given (ann)"
    assert "suppressions" not in other


ECR = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/payments/api:2.4.1"


def in_ecr(report: Any, reference: str = ECR) -> Any:  # noqa: ANN401  # a JSON document
    report["image"]["reference"] = reference
    return report


def test_asff_is_what_security_hub_takes() -> None:
    report = in_ecr(whole())
    findings = json.loads(to_asff([report]))
    model = botocore.session.get_session().get_service_model("securityhub")
    shape = model.operation_model("BatchImportFindings").input_shape
    assert shape
    assert not ParamValidator().validate({"Findings": findings}, shape).has_errors()
    assert [item["Vulnerabilities"][0]["Id"] for item in findings] == [row["id"] for row in report["findings"]]
    assert len({item["Id"] for item in findings}) == len(findings)
    found = {item["Vulnerabilities"][0]["Id"]: item for item in findings}
    second = found["CVE-2023-0002"]
    assert second["Severity"] == {"Label": "MEDIUM", "Original": "medium"}
    assert second["Remediation"]["Recommendation"]["Text"] == "Upgrade openssl to 1.1."
    assert second["ProductArn"] == "arn:aws:securityhub:eu-west-1:111122223333:product/111122223333/default"
    (resource,) = second["Resources"]
    assert resource["Id"] == f"arn:aws:ecr:eu-west-1:111122223333:repository/payments/api/{IMAGE.digest}"
    assert resource["Details"]["AwsEcrContainerImage"] == {
        "RegistryId": "111122223333", "RepositoryName": "payments/api", "ImageDigest": IMAGE.digest, "Architecture": "amd64",
        "ImageTags": ["2.4.1"],
    }  # fmt: skip
    (vulnerability,) = second["Vulnerabilities"]
    assert (vulnerability["FixAvailable"], vulnerability["ExploitAvailable"]) == ("YES", "YES")
    assert "ExploitAvailable" not in found["CVE-2023-0003"]["Vulnerabilities"][0]
    assert found["CVE-2023-0003"]["Vulnerabilities"][0]["Cvss"] == [
        {"BaseScore": 9.8, "Version": "3.1", "BaseVector": "CVSS:3.1/AV:N"}
    ]
    assert found["CVE-2023-0005"]["Severity"]["Label"] == "INFORMATIONAL"


def test_asff_cuts_what_is_too_long_and_has_no_empty_words() -> None:
    many = [finding(f"package-{number}", "CVE-1", "low", summary="word " * 900) for number in range(150)]
    (found,) = json.loads(to_asff([in_ecr(sample(findings=rows("findings", *many)))]))
    assert (len(found["Title"]), len(found["Description"])) == (256, 1024)
    assert len(found["Vulnerabilities"][0]["VulnerablePackages"]) == 150
    assert found["Vulnerabilities"][0]["FixAvailable"] == "NO"
    assert all(value for item in found["Vulnerabilities"][0]["VulnerablePackages"] for value in item.values())


def test_asff_says_what_vex_settles() -> None:
    report = in_ecr(sample(findings=rows("findings", finding("zlib", "CVE-1", "low"), finding("curl", "CVE-2", "low"))))
    report["findings"][0]["vex"] = {"status": "not_affected", "justification": "", "author": "ann", "document": "doc-1"}
    assert [item["Workflow"]["Status"] for item in json.loads(to_asff([report]))] == ["SUPPRESSED", "NEW"]


@pytest.mark.parametrize(
    ("region", "partition"), [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov"), ("eu-west-1", "aws")]
)
def test_asff_knows_partitions(region: str, partition: str) -> None:
    end = ".cn" if partition == "aws-cn" else ""
    report = in_ecr(sample(), f"111122223333.dkr.ecr.{region}.amazonaws.com{end}/payments/api@{IMAGE.digest}")
    first = json.loads(to_asff([report]))[0]
    assert first["ProductArn"].startswith(f"arn:{partition}:securityhub:{region}:")
    assert first["Resources"][0]["Partition"] == partition
    assert "ImageTags" not in first["Resources"][0]["Details"]["AwsEcrContainerImage"]


@pytest.mark.parametrize("reference", ["registry.example/payments/api:1", "./layout", "oci:folder", "debian"])
def test_asff_is_about_images_in_ecr(reference: str) -> None:
    with pytest.raises(UsageError, match=r"asff is about images in ECR, and .* is none"):
        document("asff").check(reference)
    document("asff").check(ECR)


def test_formats_are_known_by_their_modules() -> None:
    assert document_names() == ["asff", "cyclonedx", "json", "sarif", "spdx"]
    with pytest.raises(UsageError, match="there is no format pdf; name one of asff, "):
        document("pdf")
