"""One reference of a registry as a Source."""

from dataclasses import dataclass
from typing import BinaryIO, ClassVar

from hullmark.model import Image, Layer, Skipped
from hullmark.sources.beside import Beside, find_beside
from hullmark.sources.reference import RegistryReference
from hullmark.sources.registry import Registry


@dataclass(frozen=True, slots=True)
class RegistrySource:
    """One repository of a registry, asked for one tag or digest; owns the registry's sockets."""

    opens_anew: ClassVar[bool] = False
    registry: Registry
    reference: RegistryReference

    def images(self, platform: str | None) -> list[Image | Skipped]:
        """See `hullmark.sources.base.Source`."""
        return self.registry.images(self.reference.repository, self.reference.version, platform)

    def open_layer(self, image: Image, layer: Layer) -> BinaryIO:
        """See `hullmark.sources.base.Source`."""
        return self.registry.open_blob(self.reference.repository, layer.digest, layer.size)

    def check_layer(self, image: Image, layer: Layer) -> None:
        """See `hullmark.sources.base.Source`; it would be a request, of a registry that says what it holds."""

    @property
    def keeper(self) -> Registry:
        """See `hullmark.sources.base.Source`."""
        return self.registry

    def beside(self, digest: str) -> Beside:
        """See `hullmark.sources.base.Source`."""
        return find_beside(self.registry, self.reference.repository, digest)

    def close(self) -> None:
        """Release the sockets."""
        self.registry.close()
