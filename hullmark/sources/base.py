"""The source contract: list what a reference holds, image by image, and open the stored bytes of one layer."""

from typing import BinaryIO, ClassVar, Protocol

from hullmark.model import Image, Layer, Skipped
from hullmark.sources.beside import Beside, Keeper


class Source(Protocol):
    """An archive, a layout or one repository of a registry, already told which reference it is asked about.

    `opens_anew` says that layers share no socket and no file position, so that a process forked from this one may open them.
    """

    opens_anew: ClassVar[bool]

    @property
    def keeper(self) -> Keeper | None:
        """Where what lies beside images is read; None for a kind of archive that holds nothing else."""

    def images(self, platform: str | None) -> list[Image | Skipped]:
        """Every image of the wanted platform, and every manifest that is none with its reason.

        `platform` is "all", "os/arch[/variant]", or None: linux on this machine's architecture, else the first platform
        there is. What is damaged comes back as a Skipped with status FAILED. Raises NotFound where the platform or the
        reference does not exist, NotAnImage, AccessError and TransportError.
        """

    def open_layer(self, image: Image, layer: Layer) -> BinaryIO:
        """The layer's bytes as stored, streamed, to be closed by the caller (a context manager); not verified here."""

    def check_layer(self, image: Image, layer: Layer) -> None:
        """Look whether the layer's bytes are there, and as many as promised, where that is a look at a file and no request.

        For a layer that is known from an earlier reading. Raises NotFound and IntegrityError.
        """

    def beside(self, digest: str) -> Beside:
        """What lies beside an image (or index) with that digest and may speak of it; what cannot be listed is told in it."""

    def close(self) -> None:
        """Release sockets and files; layers that are still open may fail."""
