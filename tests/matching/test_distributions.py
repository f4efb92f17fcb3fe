"""Images of distributions with records in the form in which OSV serves them: which ecosystem, which findings, which fixes.

A case in `distributions/` says `why`, and has the image's `os_release`, its `ecosystem`, each `package` (arguments of
`findings.package`, with its source), each `record`, and each `finding`, which states the columns that it is about.
"""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from hullmark.distro import ecosystem, package_type
from hullmark.purl import advisory_name, lists_binaries
from hullmark.versions import scheme_of_ecosystem
from tests.advisories.feeds import read, write_osv
from tests.matching.findings import matched, package
from tests.osrelease.roots import chosen

CASES = sorted((Path(__file__).parent / "distributions").glob("*.toml"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_distribution(path: Path, tmp_path: Path) -> None:
    case = tomllib.loads(path.read_text(encoding="utf-8"))
    assert case["why"]
    distro, unread = chosen({"etc/os-release": case["os_release"].encode()})
    kind = package_type(distro)
    place = ecosystem(distro, kind)
    assert (place, unread) == (case["ecosystem"], [])
    assert scheme_of_ecosystem(place) == {"deb": "dpkg"}.get(kind, kind)
    base = place.partition(":")[0]
    store = read(write_osv(tmp_path / "feeds", *case["record"], ecosystem=base), base)
    rows = matched(store, [installed(place, kind, **one) for one in case["package"]]).to_pylist()
    expected = case["finding"]
    stated = [{name: row[name] for name in wanted} for row, wanted in zip(rows, expected, strict=False)]
    assert stated == expected
    assert [(row["package"], row["vulnerability"]) for row in rows[len(expected) :]] == []


def installed(place: str, kind: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401  columns of PACKAGES
    """A package as an inventory writes it: compared by its source, where advisories are not about binary packages."""
    by_source = not lists_binaries(place) and "source_version" in more
    return package(
        place,
        type=kind,
        advisory_name=advisory_name(kind, more["name"], more.get("source_name", ""), place),
        advisory_version=more["source_version"] if by_source else more["version"],
        **more,
    )
