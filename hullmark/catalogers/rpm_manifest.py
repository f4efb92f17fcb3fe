"""Packages of CBL-Mariner's and Azure Linux's distroless images, which have no rpm database but a list made of it.

Source: microsoft/azurelinux, toolkit/tools/imagegen (`rpm -qa --qf` with tabs): name, version-release, two times, vendor,
epoch, size, architecture, epoch as a number, source rpm; "(none)" for what a package does not state. `container-manifest-1`
is the same list with names alone, and is not read.
"""

from collections.abc import Iterator

from hullmark.catalogers._stated import stated
from hullmark.catalogers.base import Cataloger
from hullmark.catalogers.rpm import parse_source_rpm
from hullmark.formats.cut import CUT, is_cut
from hullmark.formats.problems import bound_problems
from hullmark.model import Package, Problem

FIELDS = 10
NONE = "(none)"


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """The packages of a manifest, in file order; a line that cannot be understood is a Problem of its own."""
    yield from bound_problems(_packages(path, data))
    if is_cut(data):
        yield Problem(path, "rpm-manifest", CUT)


def _packages(path: str, data: bytes) -> Iterator[Package | Problem]:
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        fields = ["" if field == NONE else field for field in line.split("\t", FIELDS)]
        if len(fields) >= FIELDS:
            yield stated(path, "rpm-manifest", _package(fields))
        elif line.strip():
            yield Problem(path, "rpm-manifest", f"line {number} has {len(fields)} fields, not {FIELDS}")


def _package(fields: list[str]) -> Package:
    name, version, _, _, vendor, epoch, _, arch, _, source = fields[:FIELDS]
    source_name, source_version = parse_source_rpm(source)
    return Package(
        type="rpm",
        name=name,
        version=f"{epoch}:{version}" if epoch not in {"", "0"} else version,
        arch=arch[:64],
        source_name="" if source_name == name else source_name,
        source_version="" if source_version == version else source_version,
        vendor=vendor[:200],
    )


CATALOGER = Cataloger(
    name="rpm-manifest",
    type="rpm",
    globs=("var/lib/rpmmanifest/container-manifest-2",),
    parse=parse,
    max_bytes=8 * 1024 * 1024,
)
