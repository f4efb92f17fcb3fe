"""A VEX document as rows of VEX_STATEMENTS; what is not believed is told beside them with its reason."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from hullmark.errors import LimitExceeded, Unsupported
from hullmark.formats.in_toto import subjects, unwrapped
from hullmark.formats.json_object import parse_object
from hullmark.lake.schema import VEX_STATEMENTS
from hullmark.sources.digest import is_digest
from hullmark.vex import csaf, cyclonedx, openvex
from hullmark.vex.claim import Claim, Envelope, Refused
from hullmark.vex.target import MODULES, Target, target_of, targets_of, within

FORMATS = (openvex.FORMAT, cyclonedx.FORMAT, csaf.FORMAT)
AUTHORS = {"openvex": "author", "cyclonedx": "metadata.authors", "csaf": "document.publisher"}  # where they stand
STATUSES = ("not_affected", "affected", "fixed", "under_investigation")
MOST_BYTES = 64 * 1024 * 1024
MOST_ROWS = 200_000  # statements times products
MOST_REFUSED = 1000  # that are told
LONGEST_TEXT = 4000  # characters of a reason that are kept
_VULNERABILITY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{2,127}")
_AHEAD = timedelta(days=1)  # of clocks; a statement from further ahead would outlast all that is made later


@dataclass(slots=True)
class Vex:
    """What a document states (`statements` with the columns of VEX_STATEMENTS), and what of it is not believed."""

    document: str
    format: str
    envelope: Envelope
    statements: pa.Table
    refused: list[Refused] = field(default_factory=list)
    refusals: int = 0  # `refused` holds the first ones


def read_vex(data: bytes, source: str, by: str, now: datetime, implied: str = "") -> Vex:
    """Read a document of any known format, or one in an attestation; `source` says where it came from, `by` who imports it.

    `implied` is the product of statements that name none, as those of an attestation may; by itself an attestation means
    what it says that it is about.

    Raises CorruptData when it is no JSON object, Unsupported when it is no VEX, and LimitExceeded when it is too large.
    """
    if len(data) > MOST_BYTES:
        raise LimitExceeded(f"the document has {len(data):,} bytes, more than {MOST_BYTES:,}")
    whole = parse_object(data)
    document = unwrapped(whole)
    known = next((item for item in FORMATS if item.recognises(document)), None)
    if known is None:
        raise Unsupported("the document is no OpenVEX, CycloneDX or CSAF; export it as one of these")
    envelope = known.envelope(document)
    name = f"sha256:{hashlib.sha256(data).hexdigest()}"
    vex = Vex(name, known.name, envelope, VEX_STATEMENTS.empty_table())
    if known is cyclonedx.FORMAT and not cyclonedx.has_analysis(document):
        _refuse(
            vex,
            Refused(
                "document", "it is a bill of materials without an analysis of vulnerabilities, so that it states nothing"
            ),
        )
        return vex
    if not envelope.author:
        _refuse(
            vex, Refused("document", f"it names no author, so that nobody answers for it; name one in {AUTHORS[known.name]}")
        )
        return vex
    issued = _moment(envelope.issued_at, now)
    if issued is None:
        _refuse(vex, Refused("document", f"its time is {envelope.issued_at[:40]!r}, which is no time that has been"))
        return vex
    said = {
        "document": name, "document_id": envelope.document_id[:LONGEST_TEXT] or name, "format": known.name,
        "author": envelope.author[:LONGEST_TEXT], "issued_at": issued, "source": source, "imported_at": now,
        "imported_by": by,
    }  # fmt: skip
    meant = (implied,) if implied else tuple(digest for digest in sorted(subjects(whole)) if is_digest(digest))
    rows: list[dict[str, Any]] = []
    for claim in known.claims(document):
        if meant and isinstance(claim, Claim) and not claim.products:
            claim = replace(claim, products=tuple((digest,) for digest in meant))  # noqa: PLW2901  with what it means
        for row in _rows(claim, vex, issued, now):
            if len(rows) >= MOST_ROWS:
                raise LimitExceeded(f"the document states more than {MOST_ROWS:,} things; split it")
            rows.append({**said, "row": len(rows), **row})
    vex.statements = pa.Table.from_pylist(rows, schema=VEX_STATEMENTS)
    return vex


def _rows(claim: Claim | Refused, vex: Vex, issued: datetime, now: datetime) -> Iterator[dict[str, Any]]:
    if isinstance(claim, Refused):
        _refuse(vex, claim)
        return
    at = _moment(claim.at, now) if claim.at else issued
    if reason := _doubt(claim, at):
        _refuse(vex, Refused(claim.where, reason))
        return
    aliases = sorted({alias for alias in claim.aliases if _VULNERABILITY.fullmatch(alias)})
    for names in claim.products:
        try:
            targets = _targets(names)
        except ValueError as error:
            _refuse(vex, Refused(claim.where, str(error)))
            continue
        for target in targets:
            yield {
                "at": at, "vulnerability": _vulnerability(claim.vulnerability), "aliases": aliases, "status": claim.status,
                "justification": claim.justification[:LONGEST_TEXT] or claim.detail[:LONGEST_TEXT],
                "detail": claim.detail[:LONGEST_TEXT], "product": target.product, "stem": target.stem,
                "version": target.version, "qualifiers": list(target.qualifiers), "image_digest": target.image_digest,
                "repository": target.repository, "tag": target.tag, "platform": target.platform,
                "low_key": target.span.low_key, "low_inclusive": target.span.low_inclusive,
                "high_key": target.span.high_key, "high_inclusive": target.span.high_inclusive,
            }  # fmt: skip


def _doubt(claim: Claim, at: datetime | None) -> str:
    """Why a claim is not believed, "" when it is."""
    if not _VULNERABILITY.fullmatch(_vulnerability(claim.vulnerability)):
        return f"{claim.vulnerability[:60]!r} is no name of a vulnerability"
    if claim.status not in STATUSES:
        return f"{claim.status[:40]!r} is no status"
    if claim.status == "not_affected" and not (claim.justification or claim.detail):
        return "it says not_affected without a reason"
    if at is None:
        return f"its time is {claim.at[:40]!r}, which is no time that has been"
    return "" if claim.products else "it names no product"


def _targets(names: tuple[str, ...]) -> tuple[Target, ...]:
    if len(names) == 3 and names[1].startswith(MODULES):
        return _of_module(names)
    if len(names) > 2:
        raise ValueError(f"{names[-1][:80]!r} is part of a part")
    first, *rest = names
    if rest:
        holder = target_of(first)
        return tuple(within(holder, part) for part in targets_of(rest[0]))
    targets = targets_of(first)
    if targets[0].is_platform:
        raise ValueError(f"the product {first[:80]!r} is a platform, of which any package could be meant")
    return targets


def _of_module(names: tuple[str, ...]) -> tuple[Target, ...]:
    """An rpm of a module of a platform: by its version, which names the module's build, as package URLs name none."""
    platform, module, package = names
    targets = _targets((platform, package))
    if any(not target.version for target in targets):  # nor a span: it could hold builds of several streams
        raise ValueError(
            f"{package[:80]!r} is of the module {module[:80]!r}, and without a version builds of any could be meant"
        )
    return targets


def _vulnerability(name: str) -> str:
    """A name without the address that some documents put before it; CVE ids in upper case."""
    last = name.strip().rpartition("/")[2]
    return last.upper() if last.lower().startswith("cve-") else last


def _moment(text: str, now: datetime) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
        moment = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if moment <= now + _AHEAD else None


def _refuse(vex: Vex, refused: Refused) -> None:
    vex.refusals += 1
    if len(vex.refused) < MOST_REFUSED:
        vex.refused.append(refused)
