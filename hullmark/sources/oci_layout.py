"""An OCI image layout, as a folder or a tar (image-spec 1.1, image-layout.md)."""

from collections.abc import Sequence
from typing import BinaryIO, ClassVar, Self

from hullmark.errors import CorruptData, IntegrityError, LimitExceeded, NotAnImage, NotFound
from hullmark.model import Descriptor, Image, Layer, Skipped
from hullmark.settings import Limits
from hullmark.sources import media_types
from hullmark.sources.beside import Beside
from hullmark.sources.digest import verified
from hullmark.sources.files import Files, read_file
from hullmark.sources.layout_beside import LayoutBeside, names_of
from hullmark.sources.manifest import Index, StoredManifest, parse_manifest
from hullmark.sources.resolve import Root, resolve

INDEX = "index.json"


class OciLayout:
    """A Source; `tag` picks the entries of index.json that have it as their name, "" means all."""

    opens_anew: ClassVar[bool] = True

    def __init__(self, files: Files, limits: Limits, tag: str = "") -> None:
        self.limits = limits
        self._files = files
        self._tag = tag
        self._beside: LayoutBeside | None = None

    def images(self, platform: str | None) -> list[Image | Skipped]:
        """See Source; entries of the same name count as one image for several platforms."""
        entries = read_layout_index(self._files, self.limits).manifests
        if not entries:
            raise NotAnImage(f"{INDEX} of {self._files.path} lists no image; export the image again")
        chosen = [entry for entry in entries if _has_name(entry, self._tag)]
        if not chosen:
            there = ", ".join(sorted({name for entry in entries for name in names_of(entry)})[:10]) or "no name at all"
            raise NotFound(f"{self._files.path} has no image {self._tag!r}; choose one that it has: {there}")
        return resolve(self, self._roots(chosen), platform)

    def open_layer(self, image: Image, layer: Layer) -> BinaryIO:
        """See Source."""
        return self._files.open(_place(layer.digest))

    def check_layer(self, image: Image, layer: Layer) -> None:
        """See Source."""
        place = _place(layer.digest)
        size = self._files.size(place)
        if size is None:
            raise NotFound(f"{place} is not in {self._files.path}; fetch or export the image again")
        if size != layer.size:
            found = f"layer {layer.digest[:19]} has {size} bytes, not the {layer.size} bytes of its manifest"
            raise IntegrityError(f"{found}; push the image again")

    @property
    def name(self) -> str:
        """See `hullmark.sources.beside.Keeper`: a layout does not know where its images belong."""
        return ""

    @property
    def keeper(self) -> Self:
        """See Source."""
        return self

    def beside(self, digest: str) -> Beside:
        """See Source."""
        if self._beside is None:
            self._beside = LayoutBeside(self, read_layout_index(self._files, self.limits).manifests)
        return self._beside.of(digest)

    def get_manifest(self, repository: str, version: str) -> StoredManifest:
        """See `hullmark.sources.beside.Keeper`; by digest alone."""
        owner = f"the manifest {version}"
        data = read_file(self._files, _place(version), self.limits.manifest_bytes, owner)
        return StoredManifest("", version, verified(data, version, owner))

    def read_blob(self, repository: str, descriptor: Descriptor, limit: int, owner: str) -> bytes:
        """See `hullmark.sources.beside.Keeper`."""
        data = read_file(self._files, _place(descriptor.digest), limit, owner)
        if len(data) != descriptor.size:
            raise IntegrityError(
                f"{owner} should have {descriptor.size} bytes but has {len(data)}; fetch or export the image again"
            )
        return verified(data, descriptor.digest, owner)

    def close(self) -> None:
        """See Source."""
        self._files.close()

    def read_manifest(self, descriptor: Descriptor) -> bytes:
        """See `hullmark.sources.resolve.Blobs`."""
        return self.read_blob("", descriptor, self.limits.manifest_bytes, f"the manifest {descriptor.digest}")

    def read_config(self, descriptor: Descriptor) -> bytes:
        """See `hullmark.sources.resolve.Blobs`."""
        return self.read_blob("", descriptor, self.limits.config_bytes, f"the image configuration {descriptor.digest}")

    def _roots(self, entries: Sequence[Descriptor]) -> list[Root]:
        several = len({names_of(entry)[:1] for entry in entries}) > 1
        return [
            Root(
                descriptor=entry,
                reference=":".join((str(self._files.path), *(names_of(entry)[:1] if several else ()))),
                tags=names_of(entry)[:1],
            )
            for entry in entries
        ]


def read_layout_index(files: Files, limits: Limits) -> Index:
    """What index.json lists; raises NotFound, CorruptData, Unsupported and LimitExceeded."""
    try:
        index = parse_manifest(read_file(files, INDEX, limits.manifest_bytes, INDEX), media_types.OCI_INDEX, limits)
    except (CorruptData, LimitExceeded) as error:
        raise type(error)(f"{INDEX} of {files.path} cannot be used: {error}") from None
    if not isinstance(index, Index):
        raise CorruptData(f"{INDEX} of {files.path} is no image index; export the image again")
    return index


def _has_name(entry: Descriptor, wanted: str) -> bool:
    return not wanted or any(name == wanted or name.endswith(f"/{wanted}") for name in names_of(entry))


def _place(digest: str) -> str:
    return f"blobs/{digest.replace(':', '/')}"
