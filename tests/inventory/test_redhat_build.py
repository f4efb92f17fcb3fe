"""What Red Hat's builds say of an image: the repositories of all layers, and the name of the build."""

from pathlib import Path

from hullmark.model import Distro
from tests.catalogers.cases import FIXTURES
from tests.inventory.stacks import Members, stack

RHEL = b'ID="rhel"\nVERSION_ID="8.3"\n'
SETS = "root/buildinfo/content_manifests"


def files(case: str) -> Members:
    root = FIXTURES / "redhat_build" / case / "input"
    found: list[Path] = sorted(path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}


def test_the_release_is_that_of_the_release_file_and_the_repositories_are_those_of_all_builds() -> None:
    app = {f"{SETS}/app-container-1-1.json": b'{"content_sets": ["rhocp-4.12-for-rhel-8-x86_64-rpms"]}'}
    found = stack({"etc/os-release": RHEL, **dict(files("ubi8"))}, app).distro
    assert found == Distro(
        "rhel",
        "8.3",
        repositories=(
            "rhel-8-for-x86_64-appstream-rpms",
            "rhel-8-for-x86_64-baseos-rpms",
            "rhocp-4.12-for-rhel-8-x86_64-rpms",
        ),
        build="ubi8-container-8.3-227.x86_64",
    )


def test_a_build_alone_is_no_system() -> None:
    found = stack(files("ubi9")).distro
    assert (found.id, found.build) == ("", "ubi9-container-9.6-1758184547.x86_64")


def test_what_a_layer_removes_is_not_stated() -> None:
    assert stack(files("ubi8"), {"root/.wh.buildinfo": b""}).distro == Distro()
