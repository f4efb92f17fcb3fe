"""Rules that take several packages or advisories to show: one TOML file a rule in `cases/`.

A case says `why`, and may hold `package` (arguments of `findings.package`), `record` (OSV), `kev` (CVE ids), `epss`
(CVE id = score), `eol` (cycles as endoflife.date writes them, with their product) and `today`.
Each `finding` states the columns that it is about; there must be as many findings as it lists, in the
order of image, package and vulnerability. Whatever a case is about, no finding may stand there twice.
"""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.advisories.feeds import read, write_eol, write_epss, write_kev, write_osv
from tests.matching.findings import matched, package

CASES = sorted((Path(__file__).parent / "cases").glob("*.toml"))
KEY = ("image_digest", "package_key", "vulnerability")


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(path: Path, tmp_path: Path) -> None:
    case = tomllib.loads(path.read_text(encoding="utf-8"))
    assert case["why"]
    store = read(feeds(tmp_path / "feeds", case), *ecosystems(case))
    rows = matched(store, [package(**row) for row in case.get("package", [])], today=case.get("today")).to_pylist()
    assert len({tuple(row[name] for name in KEY) for row in rows}) == len(rows)
    expected = case.get("finding", [])
    stated = [{name: row[name] for name in wanted} for row, wanted in zip(rows, expected, strict=False)]
    assert stated == expected
    assert [row["vulnerability"] for row in rows[len(expected) :]] == []


def ecosystems(case: dict[str, Any]) -> list[str]:
    named = {item["package"]["ecosystem"] for record in case.get("record", []) for item in record["affected"]}
    return sorted({name.partition(":")[0] for name in named})


def feeds(base: Path, case: dict[str, Any]) -> Path:
    """A base with each record in the feed of every ecosystem that it names."""
    for name in ecosystems(case):
        named = [record for record in case["record"] if name in ecosystems({"record": [record]})]
        write_osv(base, *named, ecosystem=name)
    if "kev" in case:
        write_kev(base, *({"cveID": cve, "dateAdded": "2024-01-02", "dueDate": "2024-01-23"} for cve in case["kev"]))
    if "eol" in case:
        write_eol(base, *case["eol"])
    if "epss" in case:
        write_epss(base, "cve,epss,percentile\n" + "".join(f"{cve},{score},0.9\n" for cve, score in case["epss"].items()))
    return base
