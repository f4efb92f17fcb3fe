"""`hullmark scan` of an image of Red Hat's: the repositories that it states decide which stream's advisories count."""

import json
from pathlib import Path

import pytest

from tests.advisories.feeds import record, write_osv, write_repositories
from tests.cli.conftest import Hullmark
from tests.cli.images import image, part, write_layout

EUS, MAIN = "rhel-9-for-x86_64-baseos-eus-rpms__9_DOT_2", "rhel-9-for-x86_64-baseos-rpms"
PRODUCTS = {EUS: ["cpe:/o:redhat:rhel_eus:9.2::baseos"], MAIN: ["cpe:/o:redhat:enterprise_linux:9::baseos"]}
PODMAN = "podman\t4.4-2.el9_2\t1653816591\t1653753130\tRed Hat\t(none)\t580\tx86_64\t0\tpodman-4.4-2.el9_2.src.rpm\n"
SYSTEM = {"etc/os-release": 'ID="rhel"\nVERSION_ID="9.2"\n', "var/lib/rpmmanifest/container-manifest-2": PODMAN}


@pytest.fixture
def streams(tmp_path: Path) -> Path:
    """The main stream has fixed CVE-2024-0001 in a later version than the extended one."""
    fixes = [("RHSA-2024:1", "enterprise_linux:9", "4.9-1.el9"), ("RHSA-2024:2", "rhel_eus:9.2", "4.4-2.el9_2")]
    records = [
        record(
            name, f"Red Hat:{product}::baseos", "podman", [{"introduced": "0"}, {"fixed": fixed}], upstream=["CVE-2024-0001"]
        )
        for name, product, fixed in fixes
    ]
    return write_repositories(write_osv(tmp_path / "feeds", *records, ecosystem="Red Hat"), PRODUCTS)


@pytest.mark.parametrize(("repositories", "found"), [([EUS], []), ([MAIN], ["CVE-2024-0001"]), ([], ["CVE-2024-0001"])])
def test_the_stream_decides(
    repositories: list[str], found: list[str], streams: Path, tmp_path: Path, hullmark: Hullmark
) -> None:
    stated = {"metadata": {"icm_version": 1, "image_layer_index": 0}, "content_sets": repositories}
    members = {**SYSTEM, "usr/share/buildinfo/content-sets.json": json.dumps(stated)}
    layout = write_layout(tmp_path / "layout", image(part(members)))
    ran = hullmark("scan", str(layout), "--feeds", str(streams), "--format", "json")
    report = json.loads(ran.stdout)
    assert [item["name"] for item in report["packages"]] == ["podman"]
    assert [item["id"] for item in report["findings"]] == found
