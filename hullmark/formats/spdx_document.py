"""The packages of an SPDX document: version 2 as JSON or as lines of `tag: value`, version 3 as JSON-LD.

Source: spdx.github.io/spdx-spec (2.3: chapters 7 and 11; 3.0: Software profile). Files and snippets are passed over.
"""

import re
from collections.abc import Iterator

from hullmark.errors import CorruptData
from hullmark.formats.component import Component
from hullmark.formats.json_object import Object, objects, text, texts
from hullmark.formats.spdx_licences import spdx

NOTHING = frozenset({"", "NOASSERTION", "NONE"})

_LINE = re.compile(r"^(\w+):[ \t]*(<text>)?([^\n]*)", re.MULTILINE)
_REFERENCE = re.compile(r"\S+[ \t]+(\S+)[ \t]+(\S+)")
_DESCRIBED = re.compile(r"SPDXRef-DOCUMENT[ \t]+DESCRIBES[ \t]+(\S+)")
_TAGS = {
    "SPDXID": "id", "PackageVersion": "version", "PackageLicenseDeclared": "declared",
    "PackageLicenseConcluded": "concluded", "PrimaryPackagePurpose": "kind",
}  # fmt: skip


def is_spdx(document: Object) -> bool:
    """Whether a JSON object is such a document, of version 2 or 3."""
    return bool(text(document, "spdxVersion")) or "spdx.org" in str(document.get("@context"))[:200]


def parse_json(document: Object) -> Iterator[Component]:
    """Every package in the order of the document."""
    if not text(document, "spdxVersion"):
        yield from (_element(item) for item in objects(document.get("@graph")) if item.get("type") == "software_Package")
        return
    relations = [item for item in objects(document.get("relationships")) if item.get("relationshipType") == "DESCRIBES"]
    described = {*texts(document.get("documentDescribes")), *(text(item, "relatedSpdxElement") for item in relations)}
    for item in objects(document.get("packages")):
        yield Component(
            name=text(item, "name"),
            version=text(item, "versionInfo"),
            purl=_referred(item, "purl"),
            cpe=_referred(item, "cpe23Type"),
            licence=_licence(text(item, "licenseConcluded"), text(item, "licenseDeclared")),
            is_subject=text(item, "SPDXID") in described,
            kind=text(item, "primaryPackagePurpose").lower(),
        )


def parse_tags(data: bytes) -> Iterator[Component]:
    """Every package in the order of the document. Raises CorruptData when it does not state its version first."""
    content = data.decode("utf-8", "replace").replace("\r\n", "\n")
    if not re.match(r"\s*(?:#[^\n]*\n\s*)*SPDXVersion:", content):
        raise CorruptData("the file is no SPDX document of tags and values")
    return _packages(content)


def _packages(content: str) -> Iterator[Component]:
    described = set(_DESCRIBED.findall(content))
    package: dict[str, str] | None = None
    for tag, value in _pairs(content):
        if tag == "PackageName":
            if package:
                yield _tagged(package, described)
            package = {"name": value}
        elif tag in {"FileName", "SnippetSPDXID", "LicenseID"}:
            if package:
                yield _tagged(package, described)
            package = None
        elif package is not None:
            _take(package, tag, value)
    if package:
        yield _tagged(package, described)


def _pairs(content: str) -> Iterator[tuple[str, str]]:
    """Tags and the first lines of their values; what stands between <text> and </text> holds no tags.

    Raises CorruptData when a text does not end.
    """
    position = 0
    while found := _LINE.search(content, position):
        position = found.end()
        if found[2]:
            end = content.find("</text>", found.start(3))
            if end < 0:
                raise CorruptData("the SPDX document ends within a text, so what follows it is missing")
            position = max(position, end)
        yield found[1], found[3].removesuffix("</text>").strip()


def _take(package: dict[str, str], tag: str, value: str) -> None:
    if tag in _TAGS:
        package.setdefault(_TAGS[tag], value)
    reference = _REFERENCE.match(value) if tag == "ExternalRef" else None
    if reference and reference[1] in {"purl", "cpe23Type"}:
        package.setdefault(reference[1], reference[2])


def _tagged(package: dict[str, str], described: set[str]) -> Component:
    return Component(
        name=package["name"],
        version=package.get("version", ""),
        purl=package.get("purl", ""),
        cpe=package.get("cpe23Type", ""),
        licence=_licence(package.get("concluded", ""), package.get("declared", "")),
        is_subject=package.get("id", "") in described,
        may_be_cut=True,
        kind=package.get("kind", "").lower(),
    )


def _element(item: Object) -> Component:
    """A package of SPDX 3, which has its package URL as a value of its own or among its identifiers."""
    identifiers = {
        text(one, "externalIdentifierType"): text(one, "identifier") for one in objects(item.get("externalIdentifier"))
    }
    purl = text(item, "software_packageUrl") or identifiers.get("packageUrl", "")
    return Component(
        name=text(item, "name"),
        version=text(item, "software_packageVersion"),
        purl=purl,
        cpe=identifiers.get("cpe23", ""),
        kind=text(item, "software_primaryPurpose").lower(),
    )


def _referred(item: Object, kind: str) -> str:
    found = (text(one, "referenceLocator") for one in objects(item.get("externalRefs")) if one.get("referenceType") == kind)
    return next(found, "")


def _licence(concluded: str, declared: str) -> str:
    return spdx(next((stated for stated in (concluded, declared) if stated not in NOTHING), ""))
