"""OpenVEX 0.2.0, and 0.0.1 with plain names (github.com/openvex/spec, OPENVEX-SPEC.md)."""

from collections.abc import Iterator

from hullmark.formats.json_object import Object, child, objects, text, texts
from hullmark.vex.claim import Claim, Envelope, Format, Refused

CONTEXT = "https://openvex.dev/ns"


def recognises(document: Object) -> bool:
    """Whether a JSON object is such a document."""
    return text(document, "@context").startswith(CONTEXT)


def envelope(document: Object) -> Envelope:
    """Its author, time and id."""
    return Envelope(
        text(document, "@id"), text(document, "author"), text(document, "last_updated") or text(document, "timestamp")
    )


def claims(document: Object) -> Iterator[Claim | Refused]:
    """Every statement, in order."""
    for number, statement in enumerate(objects(document.get("statements"))):
        where = f"statements[{number}]"
        named = statement.get("vulnerability")
        vulnerability = child(statement, "vulnerability")
        yield Claim(
            where,
            named if isinstance(named, str) else text(vulnerability, "name") or text(vulnerability, "@id"),
            text(statement, "status"),
            tuple(_products(statement.get("products"))),
            tuple(texts(vulnerability.get("aliases"))),
            text(statement, "justification"),
            text(statement, "impact_statement") or text(statement, "action_statement") or text(statement, "status_notes"),
            text(statement, "last_updated") or text(statement, "timestamp"),
        )


def _products(value: object) -> Iterator[tuple[str, ...]]:
    for product in value if isinstance(value, list) else ():
        if isinstance(product, str):
            yield (product,)
        elif isinstance(product, dict):
            name = _name(product)
            inner = product.get("subcomponents")
            parts = [_name(part) for part in objects(inner)] + [part for part in texts(inner) if part]
            yield from ((name, part) for part in parts)
            if not parts:
                yield (name,)


def _name(component: Object) -> str:
    """The most telling identifier: a digest, a package URL, or the id."""
    digest = text(child(component, "hashes"), "sha-256")
    identifier = text(child(component, "identifiers"), "purl") or text(component, "@id")
    return f"sha256:{digest}" if digest and not identifier.startswith("pkg:") else identifier


FORMAT = Format("openvex", recognises, envelope, claims)
