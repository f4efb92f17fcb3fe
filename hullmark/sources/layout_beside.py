"""What lies beside the images of an OCI layout: by `subject`, by names that are tags, and by cosign's annotation.

What `cosign save` writes names no image (cosign, pkg/oci/layout): the annotation `kind` tells the one image and what is
about it.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hullmark.errors import InputError
from hullmark.model import Descriptor
from hullmark.sources import media_types
from hullmark.sources.beside import Beside, Keeper, attestation_tag, referrers_of, referrers_tag
from hullmark.sources.manifest import parse_manifest

NAMES = ("org.opencontainers.image.ref.name", "io.containerd.image.name")
_KIND, _COSIGN = "kind", "dev.cosignproject.cosign/"


@dataclass(slots=True)
class LayoutBeside:
    """The entries of index.json by what they speak of; each of their manifests is read once, when it is first asked for."""

    keeper: Keeper
    entries: Sequence[Descriptor]
    _subjects: Mapping[str, Sequence[Descriptor]] | None = None
    _refusals: list[str] = field(default_factory=list)

    def of(self, digest: str) -> Beside:
        """What may speak of the digest."""
        if self._subjects is None:
            self._subjects = self._by_subject()
        referring, refusals = [*self._subjects.get(digest, ())], [*self._refusals]
        for index in self._named(referrers_tag(digest)):
            try:
                referring += referrers_of(self.keeper.get_manifest("", index.digest), self.keeper.limits)
            except InputError as error:
                refusals.append(str(error))
        tagged = (*self._named(attestation_tag(digest)), *self._saved_with(digest))
        return Beside(tuple(referring), tagged, tuple(refusals))

    def _by_subject(self) -> Mapping[str, Sequence[Descriptor]]:
        found, left = defaultdict[str, list[Descriptor]](list), self.keeper.limits.index_bytes
        for entry in self.entries:
            if media_types.is_index(entry.media_type):
                continue
            if left <= 0:
                self._refusals.append(
                    "the manifests that the layout lists are too large together to tell which are about the image; raise"
                    " HULLMARK_LIMIT_INDEX_BYTES"
                )
                break
            try:
                data = self.keeper.get_manifest("", entry.digest).data
                left -= len(data)
                subject = parse_manifest(data, entry.media_type, self.keeper.limits).subject
            except InputError as error:
                self._refusals.append(str(error))
            else:
                found[subject].append(entry)
        return found

    def _named(self, tag: str) -> list[Descriptor]:
        return [entry for entry in self.entries if any(_is_tag(name, tag) for name in names_of(entry))]

    def _saved_with(self, digest: str) -> list[Descriptor]:
        """Attestations that cosign saved, where the digest is that of the one image that lies with them."""
        images = {entry.digest for kind in ("image", "imageIndex") for entry in self._of_kind(kind)}
        return self._of_kind("atts") if images == {digest} else []

    def _of_kind(self, kind: str) -> list[Descriptor]:
        return [entry for entry in self.entries if entry.annotations.get(_KIND) == f"{_COSIGN}{kind}"]


def names_of(entry: Descriptor) -> tuple[str, ...]:
    """The names of an entry of index.json, the tag first."""
    return tuple(entry.annotations[key] for key in NAMES if entry.annotations.get(key))


def _is_tag(name: str, tag: str) -> bool:
    return name == tag or name.endswith(f":{tag}")
