"""An exception names a package as people write it: `pypi/zope-interface` is Zope.Interface, as advisories have it."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hullmark.exceptions import Scope, exception_row, keep_exceptions
from hullmark.lake.store import Lake
from hullmark.purl import CASELESS, compared_name
from tests.lake.rows import digest, rows

NAMED = [
    ("pypi", "Zope.Interface", "pypi/zope-interface", True),
    ("pypi", "zope_interface", "pypi/ZOPE--interface", True),
    ("nuget", "Newtonsoft.Json", "nuget/newtonsoft.json", True),
    ("npm", "JSONStream", "npm/jsonstream", False),  # two packages
    ("npm", "@angular/core", "npm/@angular/core", True),
    ("npm", "pypi", "pypi/pypi", False),
]


@pytest.mark.parametrize(("kind", "name", "said", "covered"), NAMED, ids=range(len(NAMED)))
def test_a_package_by_any_writing_of_its_name(tmp_path: Path, kind: str, name: str, said: str, covered: bool) -> None:
    lake = Lake(str(tmp_path / "lake"))
    lake.commit("images", rows("images", {"digest": digest("a")}))
    lake.commit("findings", rows("findings", {"image_digest": digest("a"), "type": kind, "package": name}))
    now = datetime.now(UTC)
    keep_exceptions(lake, exception_row(Scope(package=said), "why", "ann", "ann", (now, now + timedelta(days=1))))
    with closing(lake.connect()) as connection:
        ((settled,),) = connection.sql("SELECT settled FROM current_findings").fetchall()
    assert settled is covered


def test_names_are_compared_in_sql_as_in_python(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path / "lake"))
    lake.create()
    names = [(kind, name) for kind in ("pypi", "npm", "deb", "golang", *CASELESS) for name in ("A.b_-C", "x", "@Y/z", "")]
    with closing(lake.connect()) as connection:
        found = [
            connection.sql("SELECT compared_package($kind, $name)", params={"kind": kind, "name": name}).fetchall()[0][0]
            for kind, name in names
        ]
    assert found == [compared_name(kind, name) for kind, name in names]
