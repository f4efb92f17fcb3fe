"""What an attestation states: an in-toto statement, alone, in a DSSE envelope (cosign) or in a Sigstore bundle.

Nobody's signature is verified here: whoever believes an attestation has to have done that.
"""

import base64
import binascii

from hullmark.errors import CorruptData
from hullmark.formats.json_object import NOTHING, Object, child, objects, parse_object, text

PAYLOADS = ("application/vnd.in-toto+json", "https://in-toto.io/Statement")
_STATEMENT = "https://in-toto.io/Statement"


def unwrapped(document: Object) -> Object:
    """The predicate of an attestation, or the document itself where it is none. Raises CorruptData for a broken payload."""
    statement = _statement(document)
    if not text(statement, "_type").startswith(_STATEMENT):
        return statement
    predicate = child(statement, "predicate")
    inner = child(predicate, "Data")  # as older cosign wraps a predicate of its type `custom`
    return predicate if inner is NOTHING else inner


def predicate_type(document: Object) -> str:
    """The type of an attestation's predicate, "" where it is none. Raises CorruptData for a broken payload."""
    return text(_statement(document), "predicateType")


def subjects(document: Object) -> frozenset[str]:
    """The digests that an attestation is about, none where it is none. Raises CorruptData for a broken payload."""
    named = objects(_statement(document).get("subject"))
    return frozenset(f"sha256:{text(child(subject, 'digest'), 'sha256')}" for subject in named)


def _statement(document: Object) -> Object:
    """What the envelope holds, or the document itself where there is none."""
    envelope = child(document, "dsseEnvelope") or document
    if text(envelope, "payloadType") not in PAYLOADS:
        return document
    try:
        payload = base64.b64decode(text(envelope, "payload"), validate=True)
    except (binascii.Error, ValueError):
        raise CorruptData("the payload of the attestation is no base64") from None
    return parse_object(payload)
