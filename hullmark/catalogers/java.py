"""Java archives: the artifacts in each jar, war, ear or plugin, and in the archives within it, to a bounded depth.

Source: the JAR file specification and Maven's archiver, which writes META-INF/maven/<group>/<artifact>/pom.properties. Names
are "group:artifact". A shaded jar holds one such file for each artifact it swallowed: each is a package, the archive's own
first. An archive that says nothing of itself as Maven does is named by its manifest and its file name
(`_java_identity.py`); that is a conclusion and no statement, so its origin is BINARY. Nothing is extracted.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from posixpath import basename, dirname

from hullmark.catalogers._java_identity import VALID_ID, VALID_VERSION, identity, stem_and_version, well_known
from hullmark.catalogers.base import Cataloger
from hullmark.errors import InputError
from hullmark.formats import jar_manifest, java_properties, maven_pom
from hullmark.formats.licence_texts import licence_file
from hullmark.formats.problems import bound_problems
from hullmark.formats.spdx_licences import any_of, each_of, is_spdx, spdx
from hullmark.formats.zip import Budget, Entry, Window, content, entries
from hullmark.formats.zip_parts import ZipParts
from hullmark.model import Origin, Package, Problem

MOST_DEPTH = 16  # archives within archives
MOST_BYTES = 256 * 1024 * 1024  # that are kept of one archive, also of one within another when it is packed
EXTENSIONS = ("ear", "hpi", "jar", "jpi", "kar", "lpkg", "nar", "par", "rar", "sar", "war")

_METADATA_BYTES = 1024 * 1024
_LICENCE_BYTES, _LICENCES = 128 * 1024, 16 * 1024 * 1024  # of one text that is read for its licence alone, and of all
_NESTED = tuple(f".{extension}".encode() for extension in EXTENSIONS)
_WANTED = (b"pom.properties", b"META-INF/MANIFEST.MF", b"/pom.xml", *_NESTED)
_POM_XML = re.compile(r"META-INF/maven/([^/]+)/([^/]+)/pom\.xml")
_SEPARATORS = re.compile(r"[-_.]")
_CLAUSE = re.compile(r'(?:"[^"]*"|[^,"])+')  # of a manifest's header; commas in quotes are text
_OPENS, _CLOSES = b"<licenses>", b"</licenses>"
_LICENCE_FILES = tuple(f"{folder}LICENSE{kind}".encode() for folder in ("META-INF/", "") for kind in ("", ".txt", ".md"))


@dataclass(frozen=True, slots=True)
class _Archive:
    """One archive: `path` of the file in the image, `inner` where in that file it is, "" for the file itself."""

    window: Window
    path: str
    inner: str
    depth: int
    licences: Budget  # of what is read for its licence alone, so that it takes no room from what names packages

    @property
    def name(self) -> str:
        return basename(self.inner or self.path)

    def problem(self, reason: str) -> Problem:
        return Problem(self.path, CATALOGER.name, f"{self.inner}: {reason}"[:500] if self.inner else reason)


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """The artifacts of an archive, its own first, then those of each archive in it, in the order of its directory.

    An archive within it that cannot be read is a Problem that names it, and so is a limit that was hit.
    """
    return bound_problems(
        _read(_Archive(Window(data, 0, len(data)), path, "", 0, Budget(0, _LICENCES)), Budget.of(min(len(data), MOST_BYTES)))
    )


def _read(archive: _Archive, budget: Budget) -> Iterator[Package | Problem]:
    try:
        found = list(entries(archive.window, _is_wanted, budget))
    except InputError as error:
        yield archive.problem(str(error))
        return
    yield from _artifacts(archive, found, budget)
    for entry in found:
        if entry.name.encode().endswith(_NESTED):
            yield from _nested(archive, entry, budget)


def _is_wanted(name: bytes) -> bool:
    return name.endswith(_WANTED) or name in _LICENCE_FILES


def _nested(archive: _Archive, entry: Entry, budget: Budget) -> Iterator[Package | Problem]:
    if archive.depth == MOST_DEPTH:
        yield archive.problem(
            f"{entry.name[:200]} lies deeper than {MOST_DEPTH} archives within each other, so it is not read"
        )
        return
    try:
        window = content(archive.window, entry, MOST_BYTES, budget)
    except InputError as error:
        yield archive.problem(f"{entry.name[:200]} is not read: {error}")
        return
    inner = f"{archive.inner}!/{entry.name}" if archive.inner else entry.name
    yield from _read(_Archive(window, archive.path, inner, archive.depth + 1, archive.licences), budget)


def _artifacts(archive: _Archive, found: list[Entry], budget: Budget) -> Iterator[Package | Problem]:
    stated: list[Package] = []
    for item in _stated(archive, found, budget):
        if isinstance(item, Package):
            stated.append(item)
        else:
            yield item
    manifest = _manifest(archive, found, budget)
    if isinstance(manifest, Problem):
        yield manifest
        manifest = {}
    own = _own(stated, archive.name, well_known(archive.name))
    licence = _licence(manifest)
    if own:
        yield replace(own, licence=own.licence or licence or _licence_file(archive, found))
    else:
        concluded = identity(archive.name, manifest)
        if concluded and concluded not in {(package.name, package.version) for package in stated}:
            licence = licence or _licence_file(archive, found)
            yield Package("maven", *concluded, licence=licence, origin=Origin.BINARY, inner=archive.inner)
    yield from (package for package in stated if package != own)


def _own(stated: list[Package], name: str, known: str) -> Package | None:
    """Which of the artifacts that Maven stated is the archive itself; None when all were packed into it.

    `known` is what archives of that file name are, "" where nobody knows: Debian's guice.jar states cglib alone.
    """
    stem, version = stem_and_version(name)
    letters = _SEPARATORS.sub("", name.rpartition(".")[0])  # Debian has geronimo-annotation-1.3-spec.jar of ..._1.3_spec
    artifacts = [(package.name.partition(":")[2], package) for package in stated]
    exact = [
        package
        for artifact, package in artifacts
        if artifact == stem or name.startswith(f"{artifact}-{package.version}.") or _SEPARATORS.sub("", artifact) == letters
    ]
    close = [
        package
        for artifact, package in artifacts
        if package.version == version and (artifact in stem or stem in artifact or len(stated) == 1)
    ]
    alone = stated if len(stated) == 1 and not version and known in {"", stated[0].name} else []
    return next(iter(exact + close + alone), None)


def _stated(archive: _Archive, found: list[Entry], budget: Budget) -> Iterator[Package | Problem]:
    """What Maven wrote: each pom.properties, and each pom.xml without one beside it; each artifact once."""
    seen = set()
    folders = {dirname(entry.name) for entry in found if basename(entry.name) == "pom.properties"}
    projects = {dirname(entry.name): entry for entry in found if basename(entry.name) == "pom.xml"}
    for entry in found:
        project = _POM_XML.fullmatch(entry.name)
        if basename(entry.name) == "pom.properties":
            item = _from_properties(archive, entry, budget)
            if isinstance(item, Package) and dirname(entry.name) in projects:
                item = replace(item, licence=_stated_licence(archive, projects[dirname(entry.name)]))
        elif project and dirname(entry.name) not in folders:
            item = _from_xml(archive, entry, budget)
        else:
            continue
        if item not in seen:
            seen.add(item)
            yield item


def _from_properties(archive: _Archive, entry: Entry, budget: Budget) -> Package | Problem:
    try:
        pairs = java_properties.parse(_bytes(archive, entry, budget))
    except InputError as error:
        return archive.problem(str(error))
    group, artifact, version = (pairs.get(key, "") for key in ("groupId", "artifactId", "version"))
    return _package(archive, entry, group, artifact, version)


def _from_xml(archive: _Archive, entry: Entry, budget: Budget) -> Package | Problem:
    """Of a pom.xml only what it says plainly counts; group and artifact are also the names of its folders."""
    try:
        project = maven_pom.parse(_bytes(archive, entry, budget))
    except InputError as error:
        return archive.problem(f"{entry.name[:200]}: {error}")
    *_, group, artifact, _ = entry.name.split("/")
    found = _package(archive, entry, group, artifact, project.version)
    return replace(found, licence=any_of(project.licences)) if isinstance(found, Package) else found


def _stated_licence(archive: _Archive, entry: Entry) -> str:
    """The licences that a pom.xml names; "" where it cannot be read, as the artifact is known without it."""
    try:
        pom = _bytes(archive, entry, archive.licences, _LICENCE_BYTES)
        start = pom.find(_OPENS)
        end = pom.find(_CLOSES, start) + len(_CLOSES)
        if start < 0 or end < start:
            return ""
        return any_of(maven_pom.parse(b"<project>%b</project>" % pom[start:end]).licences)
    except InputError:
        return ""


def _licence_file(archive: _Archive, found: list[Entry]) -> str:
    """The licence whose text lies in an archive that names none."""
    for entry in found:
        if entry.name.encode() in _LICENCE_FILES:
            try:
                return licence_file(_bytes(archive, entry, archive.licences, _LICENCE_BYTES))
            except InputError:
                return ""
    return ""


def _package(archive: _Archive, entry: Entry, group: str, artifact: str, version: str) -> Package | Problem:
    if VALID_ID.fullmatch(group) and VALID_ID.fullmatch(artifact) and VALID_VERSION.fullmatch(version):
        return Package("maven", f"{group}:{artifact}", version, inner=archive.inner)
    return archive.problem(f"{entry.name[:200]} states no valid group, artifact and version")


def _manifest(archive: _Archive, found: list[Entry], budget: Budget) -> dict[str, str] | Problem:
    for entry in found:
        if entry.name == "META-INF/MANIFEST.MF":
            try:
                return jar_manifest.parse(_bytes(archive, entry, budget))
            except InputError as error:
                return archive.problem(str(error))
    return {}


def _bytes(archive: _Archive, entry: Entry, budget: Budget, most: int = _METADATA_BYTES) -> bytes:
    window = content(archive.window, entry, most, budget)
    return window.data[window.start : window.end]


def _licence(manifest: dict[str, str]) -> str:
    """Bundle-License as OSGi has it ("name;description=...", or an address), else Jenkins' Plugin-License-Name.

    OSGi does not say how several licences hold.
    """
    several = [spdx(found.partition(";")[0].strip(' "')) for found in _CLAUSE.findall(manifest.get("bundle-license", ""))]
    if len(several) > 1 and all(map(is_spdx, several)):
        return each_of(several)
    stated, _, rest = manifest.get("bundle-license", "").partition(";")
    described = rest.partition("description=")[2].partition(";")[0].strip(' "')
    found = [spdx(text) for text in (stated.strip(' "'), described, manifest.get("plugin-license-name", "")) if text]
    return next((licence for licence in found if is_spdx(licence)), found[0] if found else "")


CATALOGER = Cataloger(
    name="java",
    type="maven",
    globs=tuple(f"**/*.{extension}" for extension in EXTENSIONS),
    parse=parse,
    max_bytes=MOST_BYTES,
    parts=partial(ZipParts, _is_wanted),
)
