"""VEX that lies with an image in its registry: what an attestation states of its own subject, verified by nobody.

Whoever may push to the repository could have pushed it, as they could the image; so it counts for that image,
in that repository, alone.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from hullmark.errors import CorruptData
from hullmark.formats.in_toto import subjects
from hullmark.formats.json_object import parse_object
from hullmark.vex.claim import Refused
from hullmark.vex.read import Vex, read_vex

SOURCE = "attestation "  # and the digest of the evidence that holds it; see also lake/views/11_vex_findings.sql


@dataclass(frozen=True, slots=True)
class Holder:
    """Where an attestation lies: the digest of its manifest, the image (or index) beside it, and "registry/repository".

    The last is "" in a layout, which does not know where its images belong.
    """

    evidence: str
    subject: str
    repository: str


def read_attested(data: bytes, holder: Holder, by: str, now: datetime) -> Vex:
    """Read an attestation where it lies; `by` is who read it.

    What it states of other images or places is refused; a statement without a product is about the subject. Raises as
    `read_vex` does, and CorruptData when the attestation is about another image.
    """
    if holder.subject not in subjects(parse_object(data)):
        raise CorruptData("the attestation does not name the image that it lies with")
    vex = read_vex(data, SOURCE + holder.evidence, by, now, implied=holder.subject)
    key = f"{holder.repository} {holder.subject} {vex.document}"
    vex.document = f"sha256:{hashlib.sha256(key.encode()).hexdigest()}"
    rows = vex.statements
    about = pc.and_(_is(rows, "image_digest", holder.subject), _in_place(rows, holder))
    own = rows.filter(about)
    others = rows.num_rows - own.num_rows
    if others:
        vex.refusals += others
        vex.refused.append(Refused("statements", f"{others:,} of them are about other images"))
    for name, value in (("image_digest", holder.subject), ("repository", holder.repository), ("document", vex.document)):
        position = own.schema.get_field_index(name)
        own = own.set_column(position, own.schema.field(position), pa.array([value] * own.num_rows, pa.string()))
    vex.statements = own
    return vex


def _in_place(rows: pa.Table, holder: Holder) -> pa.ChunkedArray:
    """Which statements are about the place; where none is known, those that name the very digest are."""
    if holder.repository:
        return _is(rows, "repository", holder.repository)
    return pc.or_(pc.equal(rows["repository"], ""), pc.equal(rows["image_digest"], holder.subject))


def _is(rows: pa.Table, name: str, value: str) -> pa.ChunkedArray:
    return pc.is_in(rows[name], pa.array(["", value]))
