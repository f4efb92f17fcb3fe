"""What evidence beside an image states, and the VEX and provenance in it: fetched once a digest; what is not read is told.

Whoever may push to the repository may have made it, so that the size and the number of what is fetched are bounded.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from hullmark.errors import InputError, Unsupported
from hullmark.formats.slsa import MOST_IMAGES, MOST_MATERIALS, Provenance, read_provenance
from hullmark.model import Descriptor, Image, Skipped
from hullmark.settings import Limits
from hullmark.sources.beside import Keeper
from hullmark.sources.digest import is_digest
from hullmark.sources.evidence import EVIDENCE, Statement, may_be_provenance, may_be_vex, statements, unread_statement
from hullmark.sources.manifest import parse_manifest
from hullmark.vex.attested import Holder, read_attested

MOST_STATEMENTS = 64  # of one piece of evidence that are recorded
MOST_VEX = 8  # of an image, or of an index with all its platforms; their texts are held until they are published
MOST_PROVENANCE = 32  # of the same
MOST_REFUSALS = 3  # of one piece of evidence that are told in words; the others are counted

Statements = tuple[tuple[str, Statement], ...]  # each with the digest of the evidence that holds it


@dataclass(frozen=True, slots=True)
class Attested:
    """What one statement holds about an image (or index) `subject`: VEX as its text, or provenance as it was read.

    `evidence` is the digest of its manifest, `statement` that of its blob. `refusal` says in words what of it is not
    believed or read, "" when all is; where nothing is, there is no `content`.
    """

    evidence: str
    statement: str
    subject: str
    content: str | Provenance | None = None
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class _Purpose:
    """Something that statements are fetched for; `refused` begins the sentence about one that is of no use."""

    name: str
    refused: str
    most: int
    most_bytes: int  # 0: none is fetched
    wants: Callable[[Statement], bool]
    read: Callable[[bytes, Holder], tuple[str | Provenance, str]]  # its content, and what of it is not believed


def fetch_evidence(
    keeper: Keeper, repository: str, found: Sequence[Image | Skipped]
) -> tuple[Statements, tuple[Attested, ...]]:
    """(What the evidence among what was found states; what was read of that, or why not).

    Raises AccessError, Throttled and TransportError.
    """
    evidence = {item.digest: item for item in found if isinstance(item, Skipped) and _is_evidence(item)}
    listed, attested = list[tuple[str, Statement]](), list[Attested]()
    for item in evidence.values():
        held = [*dict.fromkeys(reversed(_statements(keeper, repository, item)))][::-1]  # each once, where it stands last
        listed += [(item.digest, statement) for statement in held[-MOST_STATEMENTS:]]
        if len(held) > MOST_STATEMENTS:
            why = f"of its {len(held)} statements only the last {MOST_STATEMENTS} are recorded"
            attested.append(Attested(item.digest, "", item.subject, refusal=why))
    place = f"{keeper.name}/{repository}" if repository else ""
    holders = {digest: Holder(digest, item.subject, place) for digest, item in evidence.items()}
    for purpose in _purposes(keeper.limits):
        wanted = tuple(item for item in listed if purpose.wants(item[1]))
        attested += _fetch_all(keeper, repository, wanted, holders, purpose)
    return tuple(listed), tuple(attested)


def with_refusals(found: Iterable[Image | Skipped], attested: Sequence[Attested]) -> tuple[Image | Skipped, ...]:
    """What was found, where the detail of evidence says what of it is not read or believed."""
    refusals: dict[str, list[str]] = {}
    for item in attested:
        if item.refusal:
            refusals.setdefault(item.evidence, []).append(item.refusal)
    return tuple(
        replace(item, detail=_sentence([item.detail, *refusals[item.digest]]))
        if isinstance(item, Skipped) and item.digest in refusals
        else item
        for item in found
    )


def _is_evidence(item: Skipped) -> bool:
    return item.reason in EVIDENCE and is_digest(item.subject)


def _statements(keeper: Keeper, repository: str, item: Skipped) -> Sequence[Statement]:
    """What a piece of evidence states, by its manifest; nothing of what it states is believed here."""
    try:
        answer = keeper.get_manifest(repository, item.digest)
        return statements(parse_manifest(answer.data, item.media_type, keeper.limits), item.reason)
    except InputError:  # its row of coverage says what it is, and this one that it cannot be opened
        return (unread_statement(item.reason),)


def _purposes(limits: Limits) -> Iterator[_Purpose]:
    vex = _Purpose("attestation", "of its VEX is not believed", MOST_VEX, limits.vex_bytes, may_be_vex, _read_vex)
    built = _Purpose(
        "provenance", "its provenance is not read", MOST_PROVENANCE, limits.provenance_bytes, may_be_provenance, _read_built
    )
    yield from (purpose for purpose in (vex, built) if purpose.most_bytes)


def _fetch_all(
    keeper: Keeper, repository: str, wanted: Statements, holders: Mapping[str, Holder], purpose: _Purpose
) -> Iterator[Attested]:
    """The newest statements that are of use for a purpose, and a refusal for each piece of evidence that holds more."""
    taken = _newest(wanted, purpose.most)
    held = Counter(owner for owner, _ in wanted)
    for digest, count in (held - Counter(owner for owner, _ in taken)).items():
        which = f"{count} of its {held[digest]} statements"
        more = f"{'the first ' if count < held[digest] else ''}{which}, since {purpose.most} are read of one image or index"
        yield Attested(digest, "", holders[digest].subject, refusal=f"{purpose.refused}: {more}")
    for owner, statement in taken:
        fetched = _fetch(keeper, repository, statement, holders[owner], purpose)
        if fetched:
            yield fetched


def _newest(wanted: Statements, most: int) -> Statements:
    """The last of each piece of evidence, to which cosign appends, then those before them, until there are enough."""
    turns, seen = list[tuple[int, int]](), Counter[str]()
    for place in reversed(range(len(wanted))):
        owner, _ = wanted[place]
        turns.append((seen[owner], place))
        seen[owner] += 1
    return tuple(wanted[place] for place in sorted(place for _, place in sorted(turns)[:most]))


def _fetch(keeper: Keeper, repository: str, statement: Statement, holder: Holder, purpose: _Purpose) -> Attested | None:
    """One statement; None where it does not tell its type and is of another."""
    descriptor = Descriptor(statement.media_type, statement.digest, statement.size)
    name = f"the {purpose.name} {statement.digest}{f' of {repository}' if repository else ''}"
    content, refused = None, ""
    try:
        content, refused = purpose.read(keeper.read_blob(repository, descriptor, purpose.most_bytes, name), holder)
    except InputError as error:
        if isinstance(error, Unsupported) and not statement.predicate_type:
            return None
        refused = str(error)
    refusal = f"{purpose.refused}: {refused}" if refused else ""
    return Attested(holder.evidence, statement.digest, holder.subject, content, refusal)


def _read_vex(data: bytes, holder: Holder) -> tuple[str, str]:
    content = data.decode("utf-8", "replace")
    vex = read_attested(content.encode(), holder, "", datetime.now(UTC))
    first = next((f"{item.where}: {item.reason}" for item in vex.refused), "")
    return content, first + (f" (and {vex.refusals - 1} more)" if vex.refusals > 1 else "")


def _read_built(data: bytes, holder: Holder) -> tuple[Provenance, str]:
    provenance = read_provenance(data, holder.subject)
    return (
        provenance,
        "" if provenance.whole else f"what it names beyond {MOST_MATERIALS:,} materials or {MOST_IMAGES} images",
    )


def _sentence(parts: Sequence[str]) -> str:
    """The detail and the first refusals; what is refused for the same reason is told once."""
    once = list(dict.fromkeys(parts))
    more = len(once) - MOST_REFUSALS - 1
    return "; ".join(once[: MOST_REFUSALS + 1]) + (f" (and {more} more)" if more > 0 else "")
