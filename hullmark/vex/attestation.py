"""The VEX document inside an attestation: a DSSE envelope round an in-toto statement, as cosign downloads it.

Nobody's signature is verified here: whoever imports an attestation has to have done that.
"""

import base64
import binascii

from hullmark.errors import CorruptData
from hullmark.formats.json_object import NOTHING, Object, child, parse_object, text

PAYLOADS = ("application/vnd.in-toto+json", "https://in-toto.io/Statement")


def unwrapped(document: Object) -> Object:
    """The predicate of an attestation, or the document itself where it is none. Raises CorruptData for a broken payload."""
    if text(document, "payloadType") in PAYLOADS:
        try:
            payload = base64.b64decode(text(document, "payload"), validate=True)
        except (binascii.Error, ValueError):
            raise CorruptData("the payload of the attestation is no base64") from None
        document = parse_object(payload)
    if not text(document, "_type").startswith("https://in-toto.io/Statement"):
        return document
    predicate = child(document, "predicate")
    inner = child(predicate, "Data")  # as older cosign wraps a predicate of its type `custom`
    return predicate if inner is NOTHING else inner
