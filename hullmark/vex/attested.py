"""VEX that lies with an image in its registry: what an attestation states of its own subject, verified by nobody.

Whoever may push to the repository could have pushed it, as they could the image; so it counts for that image alone.
"""

import hashlib
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from hullmark.errors import CorruptData
from hullmark.formats.json_object import parse_object
from hullmark.vex.attestation import subjects
from hullmark.vex.claim import Refused
from hullmark.vex.read import Vex, read_vex

SOURCE = "attestation "  # and the digest of the evidence that holds it; see also lake/views/11_vex_findings.sql


def read_attested(data: bytes, subject: str, evidence: str, by: str, now: datetime) -> Vex:
    """Read the attestation that lies with the image (or index) `subject`, in the manifest `evidence`; `by` is who read it.

    What it states of other images is refused; a statement without a product is about the subject. Raises as `read_vex` does,
    and CorruptData when the attestation is about another image.
    """
    if subject not in subjects(parse_object(data)):
        raise CorruptData("the attestation does not name the image that it lies with")
    vex = read_vex(data, SOURCE + evidence, by, now, implied=subject)
    vex.document = f"sha256:{hashlib.sha256(f'{subject} {vex.document}'.encode()).hexdigest()}"
    image = vex.statements["image_digest"]
    own = vex.statements.filter(pc.is_in(image, pa.array(["", subject])))
    others = vex.statements.num_rows - own.num_rows
    if others:
        vex.refusals += others
        vex.refused.append(Refused("statements", f"{others:,} of them are about other images"))
    for name, value in (("image_digest", subject), ("document", vex.document)):
        position = own.schema.get_field_index(name)
        own = own.set_column(position, own.schema.field(position), pa.array([value] * own.num_rows, pa.string()))
    vex.statements = own
    return vex
