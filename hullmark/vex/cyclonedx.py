"""CycloneDX VEX: `vulnerabilities` of a bill of materials, or of a document of their own (ECMA-424)."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import quote, unquote

from hullmark.errors import LimitExceeded
from hullmark.formats.json_object import Object, child, objects, text, texts
from hullmark.sources.digest import is_digest
from hullmark.vex.claim import Claim, Envelope, Format, Refused
from hullmark.vex.target import IMAGES, with_versions

MOST_COMPONENTS = 200_000
STATED = {"not_affected": "this version is stated as unaffected"}
# What is said of versions of a component; "" is what the analysis says.
VERSIONS = {"affected": "", "unaffected": "not_affected", "unknown": "under_investigation"}
Names = tuple[str, ...]  # what holds what, outermost first
STATES = {
    "resolved": "fixed", "resolved_with_pedigree": "fixed", "exploitable": "affected", "in_triage": "under_investigation",
    "false_positive": "not_affected", "not_affected": "not_affected",
}  # fmt: skip


def recognises(document: Object) -> bool:
    """Whether a JSON object is such a document."""
    return text(document, "bomFormat") == "CycloneDX"


def has_analysis(document: Object) -> bool:
    """Whether it states anything: a bill of materials may have no vulnerabilities, or say of none how it stands."""
    return any(child(item, "analysis") for item in objects(document.get("vulnerabilities")))


def envelope(document: Object) -> Envelope:
    """Its serial number, time, and who wrote it."""
    metadata = child(document, "metadata")
    people = [*objects(metadata.get("authors")), child(metadata, "manufacturer"), child(metadata, "supplier")]
    author = next((name for item in people if (name := text(item, "name") or text(item, "email"))), "")
    return Envelope(text(document, "serialNumber"), author, text(metadata, "timestamp"))


def claims(document: Object) -> Iterator[Claim | Refused]:
    """Every vulnerability that has an analysis, in order."""
    known, holder = _components(document), _called(child(child(document, "metadata"), "component"))
    for number, item in enumerate(objects(document.get("vulnerabilities"))):
        where = f"vulnerabilities[{number}]"
        analysis = child(item, "analysis")
        if not analysis:
            continue
        state = text(analysis, "state")
        reason = text(analysis, "justification") or ("false_positive" if state == "false_positive" else "")
        claim = Claim(
            where,
            text(item, "id"),
            STATES.get(state, state),
            (),
            tuple(text(other, "id") for other in objects(item.get("references"))),
            reason,
            text(analysis, "detail") or ", ".join(texts(analysis.get("response"))),
            text(analysis, "lastUpdated") or text(analysis, "firstIssued") or text(item, "updated"),
        )
        yield from _by_status(claim, item, known, holder)


def _by_status(claim: Claim, item: Object, known: Mapping[str, Names], holder: str) -> Iterator[Claim]:
    """The claim for what is affected, and one for each other status that versions of it have."""
    affected: dict[str, list[Names]] = {claim.status: []}
    for one in objects(item.get("affects")):
        names = _names(text(one, "ref"), known, holder)
        versions = list(objects(one.get("versions")))
        if not versions:
            affected[claim.status].append(names)
        for version in versions:
            said = text(version, "status") or "affected"
            limited = with_versions(names[-1], text(version, "range") or f"vers:generic/{quote(text(version, 'version'))}")
            affected.setdefault(VERSIONS.get(said, said) or claim.status, []).append((*names[:-1], limited))
    for status, products in affected.items():
        if products or len(affected) == 1:
            detail = claim.detail or ("" if status == claim.status else STATED.get(status, ""))
            yield replace(claim, status=status, products=tuple(products), detail=detail)


def _components(document: Object) -> Mapping[str, Names]:
    """Names by `bom-ref`, after that of the image or subject which holds it. Raises LimitExceeded for too many."""
    found: dict[str, Names] = {}
    subject = child(child(document, "metadata"), "component")
    todo = [("", iter([subject])), (_called(subject), objects(document.get("components")))]
    while todo:
        holder, items = todo[-1]
        item = next(items, None)
        if item is None:
            todo.pop()
            continue
        name = _called(item)
        found[text(item, "bom-ref")] = (holder, name) if holder else (name,)
        if len(found) > MOST_COMPONENTS:
            raise LimitExceeded(f"the document has more than {MOST_COMPONENTS:,} components")
        outer = name if name.startswith((*IMAGES, "sha256:")) or item is subject else holder
        todo.append((outer, objects(item.get("components"))))
    return found


def _called(component: Object) -> str:
    """Its URL; of an image its digest, which tools write as its version or as a hash; else its name."""
    if purl := text(component, "purl"):
        return purl
    if text(component, "type") == "container":
        hashes = [
            f"sha256:{text(item, 'content')}" for item in objects(component.get("hashes")) if text(item, "alg") == "SHA-256"
        ]
        if digest := next(filter(is_digest, (text(component, "version"), *hashes)), ""):
            return digest
    return text(component, "name")


def _names(ref: str, known: Mapping[str, Names], holder: str) -> Names:
    """What a `ref` or a BOM-Link (urn:cdx:serial/version#ref) leads to; itself where that is not in this document."""
    inner = unquote(ref.partition("#")[2]) if ref.startswith("urn:cdx:") else ref
    return known.get(ref) or known.get(inner) or ((holder, inner or ref) if holder else (inner or ref,))


FORMAT = Format("cyclonedx", recognises, envelope, claims)
