"""VEX that lies with the images of a scan, read as the fleet reads it; what of it is not read or believed is a Problem.

No failure here ends a scan or makes it incomplete: without that VEX its findings stay open (docs/decisions/0018).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pyarrow as pa

from hullmark.errors import AccessError, InputError, LimitExceeded, NotFound, TransportError
from hullmark.model import Descriptor, Image, Problem, Reason, Skipped, Status
from hullmark.scan_answer import Scanned
from hullmark.settings import Limits
from hullmark.sources.base import Source
from hullmark.sources.beside import Beside, Keeper
from hullmark.sources.classify import classify
from hullmark.sources.evidence import created_at, may_attest
from hullmark.sources.manifest import Index, StoredManifest, parse_manifest
from hullmark.uncompared import VEX

MOST_READ = 32  # manifests beside an image (or index) that are looked into; most of other kinds are known unread
FILES = "attestations"  # the path of a Problem that is of no single one


@dataclass(slots=True)
class Stated:
    """What attestations state (tables of VEX_STATEMENTS), and by the digest of the image (or index) why others do not."""

    statements: list[pa.Table] = field(default_factory=list)
    problems: dict[str, list[Problem]] = field(default_factory=dict)

    def told_in(self, scanned: Scanned) -> Scanned:
        """The answer with the problems of what lies with each image, and with the index that it was found in."""
        images = tuple(replace(item, beside=self._of(item.image)) for item in scanned.images)
        notes = dict.fromkeys(note for item in images for note in _notes(item.beside))
        return replace(scanned, images=images, notes=(*scanned.notes, *notes))

    def _of(self, image: Image) -> tuple[Problem, ...]:
        return (*self.problems.get(image.digest, ()), *self.problems.get(image.index_digest, ()))


def read_beside(source: Source, images: Sequence[Image], skipped: Sequence[Skipped]) -> Stated:
    """Read the attestations that name one of the images, or the index of one."""
    stated = Stated()
    if source.keeper is None:
        return stated
    keeper = _Once(source.keeper, replace(source.keeper.limits, provenance_bytes=0))
    digests = dict.fromkeys(digest for image in images for digest in (image.digest, image.index_digest) if digest)
    for digest in digests:
        about = _About(keeper, images[0].repository, digest)
        listed = [Descriptor(item.media_type, item.digest, -1) for item in skipped if _is_about(item, digest)]
        evidence = about.evidence(source.beside(digest), listed)
        about.read(evidence, stated.statements)
        if about.problems:
            stated.problems[digest] = about.problems
    return stated


def _is_about(item: Skipped, digest: str) -> bool:
    return item.reason is Reason.ATTESTATION and item.subject == digest


@dataclass(slots=True)
class _Once:
    """A Keeper that is asked for each manifest once, to see what it is and what it states; all of them are bounded too."""

    keeper: Keeper
    limits: Limits
    known: dict[str, StoredManifest] = field(default_factory=dict)
    bytes_read: int = 0

    @property
    def name(self) -> str:
        return self.keeper.name

    def get_manifest(self, repository: str, version: str) -> StoredManifest:
        if version not in self.known:
            if self.bytes_read > self.limits.index_bytes:
                raise LimitExceeded(f"the manifests of attestations have more than {self.limits.index_bytes} bytes")
            self.known[version] = self.keeper.get_manifest(repository, version)
            self.bytes_read += len(self.known[version].data)
        return self.known[version]

    def read_blob(self, repository: str, descriptor: Descriptor, limit: int, owner: str) -> bytes:
        return self.keeper.read_blob(repository, descriptor, limit, owner)


@dataclass(slots=True)
class _About:
    """What lies beside one image or index."""

    keeper: _Once
    repository: str
    digest: str
    problems: list[Problem] = field(default_factory=list)

    def evidence(self, beside: Beside, listed: Sequence[Descriptor]) -> list[Skipped]:
        """The attestations, each once: what its index lists, what a tag says, and what refers to it, newest first."""
        for refusal in beside.refusals:
            self._tell(FILES, f"they cannot be listed: {refusal}")
        self.keeper.known.update((stored.digest, stored) for stored in beside.known)
        certain = {entry.digest: entry for entry in (*listed, *beside.tagged)}
        absent = {entry.digest for entry in listed if not self.repository}  # of a copy without all that its index lists
        referring = sorted(beside.referring, key=created_at)[::-1]
        wanted = certain | {entry.digest: entry for entry in referring if may_attest(entry)}
        if len(wanted) > MOST_READ:
            many = f"{len(wanted) - MOST_READ} of {len(wanted)}"
            self._tell(FILES, f"{many} are not read, since {MOST_READ} of one image are, the newest first")
        found = []
        for entry in [*wanted.values()][:MOST_READ]:
            try:
                if self._is_attestation(entry, certain=entry.digest in certain) or entry.digest in certain:
                    found.append(self._skipped(entry))
            except InputError as error:
                if not (isinstance(error, NotFound) and entry.digest in absent):
                    self._tell(_name(entry.digest), f"it cannot be read: {error}")
            except (AccessError, TransportError) as error:
                self._tell(_name(entry.digest), f"it cannot be read: {error}")
        return found

    def read(self, evidence: Sequence[Skipped], statements: list[pa.Table]) -> None:
        """Add what the attestations state, each document once."""
        if not evidence:
            return
        from hullmark.fleet.evidence import fetch_evidence  # noqa: PLC0415  few images have any
        from hullmark.vex.attested import Holder, read_attested  # noqa: PLC0415

        try:
            _, attested = fetch_evidence(self.keeper, self.repository, evidence)
        except (AccessError, TransportError) as error:
            self._tell(FILES, f"they cannot be read: {error}")
            return
        place = f"{self.keeper.name}/{self.repository}" if self.repository else ""
        documents, now = {}, datetime.now(UTC)
        for item in attested:
            if item.refusal:
                self._tell(_name(item.evidence), item.refusal)
            if isinstance(item.content, str):
                vex = read_attested(item.content.encode(), Holder(item.evidence, item.subject, place), "", now)
                documents[vex.document] = vex.statements
        statements += [rows for rows in documents.values() if rows.num_rows]

    def _is_attestation(self, entry: Descriptor, *, certain: bool) -> bool:
        """By its manifest; VEX that is none is told, and an index that was `certain` to be one."""
        stored = self.keeper.get_manifest(self.repository, entry.digest)
        manifest = parse_manifest(stored.data, entry.media_type or stored.media_type, self.keeper.limits)
        if isinstance(manifest, Index) and certain:
            self._tell(_name(entry.digest), "it is an index, which states nothing itself; push the attestation in its place")
            return False
        verdict = classify(manifest)
        if verdict is not None and verdict.reason is Reason.ATTESTATION:
            return True
        kinds = (manifest.artifact_type, *(layer.media_type for layer in getattr(manifest, "layers", ())))
        if any("vex" in kind.lower() for kind in kinds):
            self._tell(
                _name(entry.digest), "it is VEX without an in-toto statement; attach it with cosign attest --type openvex"
            )
        return False

    def _skipped(self, entry: Descriptor) -> Skipped:
        return Skipped("", entry.digest, entry.media_type, Status.SKIPPED, Reason.ATTESTATION, "", self.digest)

    def _tell(self, path: str, reason: str) -> None:
        problem = Problem(path, VEX, reason)
        if problem not in self.problems:
            self.problems.append(problem)


def _name(digest: str) -> str:
    return f"attestation {digest[:19]}" if digest else FILES


def _notes(problems: Sequence[Problem]) -> Iterator[str]:
    """A sentence for those who do not look into the report."""
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        first = f"{problems[0].path}: {problems[0].reason.rstrip('.')}"
        yield f"VEX that lies with the image is not all used; {first}{more}"
