"""CSAF 2.0 and 2.1, profile VEX (docs.oasis-open.org/csaf, 4.5): a product tree leads from ids to package URLs and CPEs."""

from collections.abc import Iterator, Mapping

from hullmark.errors import LimitExceeded
from hullmark.formats.json_object import Object, child, objects, text, texts
from hullmark.vex.claim import Claim, Envelope, Format, Refused
from hullmark.vex.target import with_versions

MOST_PRODUCTS = 200_000
STATUSES = {
    "known_not_affected": "not_affected", "known_affected": "affected", "first_affected": "affected",
    "last_affected": "affected", "fixed": "fixed", "first_fixed": "fixed", "under_investigation": "under_investigation",
}  # fmt: skip
SEVERITIES = {"critical", "important", "high", "moderate", "medium", "low", "none", "unknown"}
Names = Mapping[str, tuple[str, ...]]


def recognises(document: Object) -> bool:
    """Whether a JSON object is such a document."""
    return bool(text(child(document, "document"), "csaf_version"))


def envelope(document: Object) -> Envelope:
    """Its publisher, current release date and tracking id."""
    head = child(document, "document")
    tracking = child(head, "tracking")
    issued = text(tracking, "current_release_date") or text(tracking, "initial_release_date")
    return Envelope(text(tracking, "id"), text(child(head, "publisher"), "name"), issued)


def claims(document: Object) -> Iterator[Claim | Refused]:
    """Every status of every product of every vulnerability, in order."""
    tree = child(document, "product_tree")
    names, groups = _products(tree), _groups(tree)
    for number, item in enumerate(objects(document.get("vulnerabilities"))):
        others = tuple(text(other, "text") for other in objects(item.get("ids")))
        vulnerability = text(item, "cve") or next(iter(others), "")
        flags = _by_product(item.get("flags"), "label", groups)
        impacts = _by_product([threat for threat in objects(item.get("threats")) if _is_impact(threat)], "details", groups)
        dates = _by_product(item.get("flags"), "date", groups)
        for status, products in child(item, "product_status").items():
            where = f"vulnerabilities[{number}].{status}"
            if status not in STATUSES:
                if status != "recommended":
                    yield Refused(where, f"{status[:40]!r} is no status")
                continue
            for product in texts(products):
                yield Claim(
                    f"{where}, {product[:80]}", vulnerability, STATUSES[status], (names.get(product, (product,)),), others,
                    flags.get(product, ""), impacts.get(product, ""), dates.get(product, ""),
                )  # fmt: skip


def _is_impact(threat: Object) -> bool:
    """Whether it says why a product is not affected; others tell of exploits, and Red Hat's of a severity ("Moderate")."""
    return text(threat, "category") == "impact" and text(threat, "details").lower() not in SEVERITIES


def _products(tree: Object) -> Names:
    """The names of every product id, outermost first. Raises LimitExceeded for more than any tree has."""
    found: dict[str, tuple[str, ...]] = {}
    todo: list[Object] = [tree]
    while todo:
        branch = todo.pop()
        todo.extend(objects(branch.get("branches")))
        for product in objects(branch.get("full_product_names")):
            found[text(product, "product_id")] = (_name(product),)
        if product := child(branch, "product"):
            found[text(product, "product_id")] = (_of_branch(branch, _name(product)),)
        if len(found) > MOST_PRODUCTS:
            raise LimitExceeded(f"the document has more than {MOST_PRODUCTS:,} products")
    # An rpm is part of a module, and that of a platform, in whatever order they stand.
    for relation in (*objects(tree.get("relationships")), *objects(tree.get("relationships"))):
        part, whole = text(relation, "product_reference"), text(relation, "relates_to_product_reference")
        both = found.get(whole, (whole,)) + found.get(part, (part,))
        found[text(child(relation, "full_product_name"), "product_id")] = both[:3]
    return found


def _of_branch(branch: Object, name: str) -> str:
    """The name of a branch's product, with its range of versions where the branch is one."""
    is_range = text(branch, "category") == "product_version_range"
    return with_versions(name, text(branch, "name")) if is_range else name


def _name(product: Object) -> str:
    helper = child(product, "product_identification_helper")
    purls = (text(helper, "purl"), *texts(helper.get("purls")))
    purl = next((purl for purl in purls if purl), "")
    hashes = [item for entry in objects(helper.get("hashes")) for item in objects(entry.get("file_hashes"))]
    digest = next((text(item, "value") for item in hashes if text(item, "algorithm") == "sha256"), "")
    return purl or (f"sha256:{digest}" if digest else text(helper, "cpe") or text(product, "name"))


def _groups(tree: Object) -> Mapping[str, list[str]]:
    return {text(group, "group_id"): texts(group.get("product_ids")) for group in objects(tree.get("product_groups"))}


def _by_product(value: object, field: str, groups: Mapping[str, list[str]]) -> Mapping[str, str]:
    """What flags or threats say of each product."""
    found: dict[str, str] = {}
    seen = 0
    for item in objects(value):
        grouped: list[str] = []
        for group in texts(item.get("group_ids")):
            grouped += groups.get(group, ())
            if len(grouped) > MOST_PRODUCTS:
                break
        seen += len(grouped)
        if seen > MOST_PRODUCTS:
            raise LimitExceeded(f"the document's groups name more than {MOST_PRODUCTS:,} products")
        for product in (*texts(item.get("product_ids")), *grouped):
            found.setdefault(product, text(item, field))
    return found


FORMAT = Format("csaf", recognises, envelope, claims)
