"""Packages that a bill of materials in the image lists, SPDX or CycloneDX: evidence of somebody else, labelled as such.

Read where they commonly lie: beside applications, in wheels (PEP 770), in images of Cloud Native Buildpacks. An entry is a
package when it has a package URL; or, of type generic, when it calls itself a library or an application and has a name and a
version. Left out are OS packages, which are there when their own database says so, and may be those of another system that a
build ran on; what is no software to install (an operating system, a container, a file, source code); what Wolfi's packages
say of themselves (`var/lib/db/sbom`), as apk's database says it already; Bitnami's documents, which `bitnami` reads.
"""

import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from hullmark.catalogers._stated import stated
from hullmark.catalogers.base import Cataloger
from hullmark.errors import CorruptData
from hullmark.formats import cyclonedx, spdx_document
from hullmark.formats.component import Component
from hullmark.formats.json_object import parse_object
from hullmark.formats.problems import bound_problems
from hullmark.model import Origin, Package, Problem
from hullmark.purl import OS_TYPES, parse_purl
from hullmark.uncompared import without_versions

READ_ELSEWHERE = re.compile(r"var/lib/db/sbom/.*|opt/bitnami/(?:.*/)?\.spdx-[^/]*\.spdx", re.DOTALL)
LONGEST = 2000  # letters of a package URL
COMMON = frozenset({"bom.json", "bom.xml", "sbom.json", "sbom.xml"})  # names that other files have as well
MEANT = re.compile(rb"cyclonedx|bomformat|spdx", re.IGNORECASE)  # what a document says of itself in its beginning
NO_PACKAGES = frozenset(
    {"container", "data", "device", "file", "firmware", "machine-learning-model", "operating-system", "source"}
)
SOFTWARE = frozenset({"application", "framework", "library"})
NO_TYPES = OS_TYPES | {"docker", "ebuild", "nix", "oci"}


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """The packages of a document, in its order.

    Raises CorruptData for what is none, unless it has a common name and does not claim to be one.
    """
    if READ_ELSEWHERE.fullmatch(path):
        return
    try:
        components = parse_components(data)
    except CorruptData:
        if posixpath.basename(path) in COMMON and not MEANT.search(data, 0, 4096):
            return
        raise
    yield from bound_problems(packages_of(path, "sbom", components))


def parse_components(data: bytes) -> Iterator[Component]:
    """What a document lists, by what its first bytes say it is. Raises CorruptData when it is none of the known kinds."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    start = data[:256].lstrip()
    if start.startswith(b"{"):
        document = parse_object(data)
        if cyclonedx.is_cyclonedx(document):
            return cyclonedx.parse_json(document)
        if spdx_document.is_spdx(document):
            return spdx_document.parse_json(document)
        raise CorruptData("the JSON is neither an SPDX nor a CycloneDX document")
    return cyclonedx.parse_xml(data) if start.startswith(b"<") else spdx_document.parse_tags(data)


def packages_of(path: str, cataloger: str, components: Iterable[Component]) -> Iterator[Package | Problem]:
    """A package for each component that is one; a Problem that counts those without a name, and one for versions."""
    unnamed, unversioned = 0, []
    for component in components:
        if component.kind in NO_PACKAGES:
            continue
        if not component.purl and not _is_named(component):
            unnamed += not component.is_subject
            continue
        package = _package(component)
        if package is None:
            yield Problem(path, cataloger, f"the entry {component.name[:60]!r} has no valid package URL")
        elif package.type not in NO_TYPES:
            if package.version or component.may_be_cut:
                yield stated(path, cataloger, package)
            else:
                unversioned.append(package.name)
    if unnamed:
        yield Problem(path, cataloger, f"{unnamed} entries have neither a package URL nor a name and version")
    if unversioned:
        yield Problem(path, cataloger, without_versions(unversioned))


def _is_named(component: Component) -> bool:
    """Whether an entry without a package URL says what it is, as libraries do that were built into a wheel."""
    whole = component.kind in SOFTWARE and not component.may_be_cut
    return whole and not component.is_subject and component.name != ""


def _package(component: Component) -> Package | None:
    """What an entry is by its package URL, None where that is none; by its name where it has none."""
    stating = Package("generic", component.name, component.version)
    if component.purl:
        try:
            package = parse_purl(component.purl[: LONGEST + 1])
        except ValueError:
            package = None
        if package is None or len(component.purl) > LONGEST:
            return None
        stating = replace(package, version=package.version or component.version)
    return replace(stating, licence=component.licence, cpe=component.cpe[:500], origin=Origin.SBOM)


CATALOGER = Cataloger(
    name="sbom",
    type="",
    globs=(
        "**/*.cdx", "**/*.cdx.json", "**/*.cdx.xml", "**/*.sbom.json", "**/*.spdx", "**/*.spdx.json", "**/bom.json",
        "**/bom.xml", "**/sbom.json", "**/sbom.xml",
    ),
    parse=parse,
)  # fmt: skip
