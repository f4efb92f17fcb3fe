"""Ranges of versions in VEX (package-url/vers-spec): which versions they hold, and that statements are about these alone."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from packaging.version import Version

from hullmark.lake.store import Lake
from hullmark.versions import key
from hullmark.vex.read import read_vex
from hullmark.vex.version_range import Span, spans
from tests.lake.rows import digest, rows

NOW = datetime(2026, 4, 1, tzinfo=UTC)
VERSIONS = ("0.9", "1.0rc1", "1.0", "1.5", "1.10", "2.0", "3.0")
# a range, and the versions that it holds
RANGES: dict[str, tuple[str, ...]] = {
    "*": VERSIONS, "1.0|2.0": ("1.0", "2.0"), "=1.0": ("1.0",), "<1.0": ("0.9", "1.0rc1"), "<=1.0": ("0.9", "1.0rc1", "1.0"),
    ">1.10": ("2.0", "3.0"), ">=1.0|<1.10": ("1.0", "1.5"), "<1.10|>=1.0": ("1.0", "1.5"),
    "0.9|>=1.5|<=1.10|>2.0": ("0.9", "1.5", "1.10", "3.0"),
}  # fmt: skip
REFUSED = {
    "vers:pypi/!=1.0": "leaves versions out", "vers:pypi/": "is no range", "pypi/1.0": "is no range",
    "vers:pypi/>=1.0|>=2.0": "do not take turns", "vers:pypi/<1.0|<2.0": "do not take turns",
    "vers:pypi/1.0||2.0": "is no range", "vers:pypi/<": "is no range",
}  # fmt: skip


def holds(span: Span, version: str) -> bool:
    if span.version:
        return span.version == version
    at = key("pep440", version)
    low = span.low_key is None or at > span.low_key or (span.low_inclusive and at == span.low_key)
    return low and (span.high_key is None or at < span.high_key or (span.high_inclusive and at == span.high_key))


@pytest.mark.parametrize("stated", RANGES)
def test_what_a_range_holds(stated: str) -> None:
    found = spans(f"vers:pypi/{stated}", "pypi")
    assert tuple(version for version in VERSIONS if any(holds(span, version) for span in found)) == RANGES[stated]
    assert sorted(VERSIONS, key=Version) == list(VERSIONS)


@pytest.mark.parametrize("stated", REFUSED)
def test_what_is_no_range(stated: str) -> None:
    with pytest.raises(ValueError, match=REFUSED[stated]):
        spans(stated, "pypi")


def test_an_order_that_nobody_defines_is_none() -> None:
    with pytest.raises(ValueError, match="whose order nobody defines"):
        spans("vers:nix/<1", "nix")
    with pytest.raises(ValueError, match="'x', which is no version of npm"):
        spans("vers:npm/<x", "npm")
    assert spans("vers:nix/1.0", "nix") == [Span("1.0")]


@pytest.mark.parametrize("stated", RANGES)
def test_a_statement_about_a_range(tmp_path: Path, stated: str) -> None:
    lake = Lake(str(tmp_path))
    for number, version in enumerate(VERSIONS):
        purl, image = f"pkg:pypi/p@{version}", {"image_digest": digest(version)}
        lake.commit("images", rows("images", {"registry": "r", "repository": version, "digest": digest(version)}))
        lake.append("distinct_packages", rows("distinct_packages", {
            "subject": number, "type": "pypi", "name": "p", "version": version, "ecosystem": "PyPI", "advisory_name": "p",
            "advisory_version": version, "version_key": key("pep440", version),
        }))  # fmt: skip
        lake.append("verdicts", rows("verdicts", {
            "subject": number, "vulnerability": "CVE-2026-1", "type": "pypi", "package": "p", "version": version,
            "aliases": [],
        }))  # fmt: skip
        lake.commit("vulnerable_packages", rows("vulnerable_packages", {
            **image, "package_key": f"pypi|p|{version}||p", "subject": number, "purl": purl, "path": "p",
        }))  # fmt: skip
    document = {"bomFormat": "CycloneDX", "metadata": {"timestamp": "2026-01-01T00:00:00Z", "authors": [{"name": "a"}]},
                "components": [{"bom-ref": "p", "purl": "pkg:pypi/p"}], "vulnerabilities": [{
                    "id": "CVE-2026-1", "analysis": {"state": "not_affected", "justification": "code_not_present"},
                    "affects": [{"ref": "p", "versions": [{"range": f"vers:pypi/{stated}"}]}]}]}  # fmt: skip
    vex = read_vex(json.dumps(document).encode(), "a file", "ann", NOW)
    assert vex.refused == []
    lake.commit("vex_statements", vex.statements)
    found = lake.connect().sql("SELECT repository FROM vex_findings").fetchall()
    assert {version for (version,) in found} == set(RANGES[stated])
