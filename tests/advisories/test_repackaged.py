"""Who builds packages of others again: their feeds are asked for where such a package is, in a scan and in a fleet."""

from pathlib import Path

import pyarrow as pa
import pytest

from hullmark.fleet.ecosystems import wanted_ecosystems
from hullmark.lake.schema import PACKAGES
from hullmark.lake.store import Lake
from hullmark.scan_feeds import advisories
from hullmark.settings import Settings
from tests.advisories.feeds import record, write_osv
from tests.lake.rows import rows
from tests.matching.findings import package

# a package, and whose feed it needs beside that of its ecosystem; "" for nobody's
PACKAGES_BUILT = [
    (package("Debian:12", "openssl", "3.0.1-1"), ""),
    (package("Debian:12", "openssl", "3.0.1-1+tuxcare.els1"), "TuxCare"),
    (package("npm", "sitemap", "7.1.1-tuxcare.1"), "TuxCare"),
    (package("Debian:12", "rootio-openssl", "3.0.1-1.root.io.1"), "Root"),
    (package("PyPI", "requests", "2.31.0+root.io.1"), "Root"),
    (package("Maven", "io.root.org.x:y", "1.0", type="maven", purl="pkg:maven/io.root.org.x/y@1.0"), "Root"),
    (package("Alpine:v3.18", "rootio-curl", "8.4.0-r10071"), "Root"),
]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.mark.parametrize(("built", "whose"), PACKAGES_BUILT, ids=[f"{row['purl']}" for row, _ in PACKAGES_BUILT])
@pytest.mark.usefixtures("cache")
def test_whose_feeds_are_asked_for(tmp_path: Path, built: dict[str, object], whose: str) -> None:
    own = str(built["ecosystem"]).partition(":")[0]
    for name in (own, "Root", "TuxCare"):
        write_osv(tmp_path / "feeds", record("X-1", name, "p", versions=["1"]), ecosystem=name)
    table = pa.Table.from_pylist([built], PACKAGES)
    with advisories([table], Settings(feeds=str(tmp_path / "feeds"), lake=str(tmp_path / "none"))) as found:
        asked = {str(row["feed"]) for row in found.rows if str(row["feed"]).startswith("osv/")}
    assert asked == {f"osv/{own}", *([f"osv/{whose}"] if whose else [])}
    lake = Lake(str(tmp_path / "lake"))
    lake.create()
    lake.commit("packages", table)
    known = {name: built[name] for name in ("type", "ecosystem", "name", "version", "advisory_name", "advisory_version")}
    lake.append("distinct_packages", rows("distinct_packages", known | {"subject": 1}))
    assert wanted_ecosystems(lake) == tuple(sorted({own, *([whose] if whose else [])}))


@pytest.mark.usefixtures("cache")
def test_what_a_mirror_lacks_is_told(tmp_path: Path) -> None:
    write_osv(tmp_path / "feeds", record("X-1", "Debian:12", "p", versions=["1"]), ecosystem="Debian")
    table = pa.Table.from_pylist([package("Debian:12", "openssl", "3.0.1-1+tuxcare.els1")], PACKAGES)
    with advisories([table], Settings(feeds=str(tmp_path / "feeds"), lake=str(tmp_path / "none"))) as found:
        (gap,) = (gap for gap in found.gaps if "TuxCare" in gap)
    assert gap.startswith("packages of TuxCare were not compared with advisories: there is no osv/TuxCare/all.zip in ")
