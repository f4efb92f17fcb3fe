"""Whether changed advisories could mean something for a fleet: asked roughly, and never "no" where SQL finds a package."""

from pathlib import Path

import pyarrow as pa
import pytest

from hullmark.fleet.changed import Changed
from hullmark.lake.schema import RECORD_INDEX
from hullmark.lake.store import Lake
from hullmark.matching.match import name_places
from hullmark.sql import read_sql
from tests.lake.rows import rows

FLEET = [
    ("Debian:12", "openssl"), ("Ubuntu:22.04:LTS", "bash"), ("Red Hat:enterprise_linux:9", "curl"),
    ("Red Hat:rhel_eus:9.2", "vim"), ("NuGet", "newtonsoft.json"), ("PyPI", "a|b"),
]  # fmt: skip
STORED = "CVE-2024-1"
# what a changed record is about, what one beside it is, which vulnerabilities it names, and whether it could mean something
CASES = {
    "a package of the fleet": (["Debian:12|openssl"], [], [], True),
    "of another release": (["Debian:11|openssl", "Debian|openssl"], [], [], False),
    "of another name": (["Debian:12|openssl1.1", "Debian:12|ssl"], [], [], False),
    "what Ubuntu Pro adds": (["Ubuntu:Pro:22.04:LTS|bash"], [], [], True),
    "its FIPS packages": (["Ubuntu:Pro:FIPS-updates:22.04:LTS|bash"], [], [], True),
    "Ubuntu Pro of another release": (["Ubuntu:Pro:20.04:LTS|bash"], [], [], False),
    "what TuxCare builds again": (["TuxCare:Ubuntu:22.04:LTS|bash"], [], [], True),
    "its builds of a minor release": (["TuxCare:Red Hat:enterprise_linux:9.4|curl"], [], [], True),
    "what Root builds again": (["Root:Debian:12|openssl"], [], [], True),
    "what Root builds of another release": (["Root:Debian:11|openssl"], [], [], False),
    "an extended stream": (["Red Hat:rhel_eus:9.4|curl"], [], [], True),
    "the main stream": (["Red Hat:enterprise_linux:9|vim"], [], [], True),
    "a name in other case": (["NuGet|Newtonsoft.Json"], [], [], True),
    "a name with a bar": (["PyPI|a|b"], [], [], True),
    "a part of that name": (["PyPI|b", "PyPI|a"], [], [], False),
    "one beside it is about the fleet": (["npm|x"], ["Debian:12|openssl"], [], True),
    "a vulnerability of which something is stored": (["npm|x"], [], [STORED], True),
    "another vulnerability": (["npm|x"], [], ["CVE-2024-11"], False),
    "about nothing": ([], [], [], False),
}


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    made = Lake(str(tmp_path_factory.mktemp("lake")))
    known = [{"subject": number, "ecosystem": place, "advisory_name": name} for number, (place, name) in enumerate(FLEET)]
    made.append("distinct_packages", rows("distinct_packages", *known))
    made.append("verdicts", rows("verdicts", {"subject": 0, "vulnerability": STORED}))
    return made


def _changed(packages: list[str], beside: list[str], named: list[str], record: str = "GHSA-1") -> Changed:
    row = {"record": record, "digest": 1, "packages": packages, "vulnerabilities": named, "rejects": False}
    others = pa.table({"packages": pa.array([beside], RECORD_INDEX.field("packages").type)})
    return Changed(pa.Table.from_pylist([row], RECORD_INDEX), others, others=False)


@pytest.mark.parametrize(("packages", "beside", "named", "expected"), CASES.values(), ids=CASES.keys())
def test_what_could_be_about_the_fleet(
    lake: Lake, packages: list[str], beside: list[str], named: list[str], expected: bool
) -> None:
    changed = _changed(packages, beside, named)
    assert changed.concerns(lake) is expected
    assert expected or not _found(lake, changed)


def test_a_record_that_has_the_name_of_a_vulnerability(lake: Lake) -> None:
    assert _changed([], [], [], record=STORED).concerns(lake)


def test_scores_are_looked_at_closely(lake: Lake) -> None:
    one = _changed(["npm|x"], [], [])
    assert Changed(one.records, one.beside, others=True).concerns(lake)


def test_an_empty_lake_is_concerned_by_nothing(tmp_path: Path) -> None:
    empty = Lake(str(tmp_path))
    empty.create()
    assert not _changed(["Debian:12|openssl"], [], [STORED]).concerns(empty)


def _found(lake: Lake, changed: Changed) -> list[tuple[object, ...]]:
    """The packages that the plan of a matching finds."""
    connection = lake.connect(only=("distinct_packages", "verdicts"))
    name_places(connection)
    connection.register("changed_record", changed.records)
    connection.register("record_beside", changed.beside)
    for name in ("touched_packages.sql", "touched_known.sql"):
        connection.execute(read_sql("hullmark.fleet", name))
    found = connection.table("touched_known").fetchall()
    connection.close()
    return found
