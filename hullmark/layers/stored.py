"""The stored bytes of a layer as pieces: hashed, counted, and held to the size that was promised and the time allowed."""

from time import monotonic
from typing import BinaryIO

from hullmark.errors import IntegrityError, TooSlow
from hullmark.layers.digests import Digests
from hullmark.model import Layer
from hullmark.settings import MIB, Limits

PIECE = MIB


class Stored:
    """Reads a stream in pieces; `size` is what has been read so far, in bytes."""

    def __init__(self, stream: BinaryIO, layer: Layer, limits: Limits, digests: Digests) -> None:
        self.size = 0
        self.name = f"layer {layer.digest[:19]}"
        self._stream = stream
        self._promised = layer.size
        self._seconds = limits.layer_seconds
        self._deadline = monotonic() + limits.layer_seconds
        self._digests = digests

    def read(self) -> bytes:
        """The next piece, empty at the end; raises IntegrityError when there is more than was promised."""
        self.check_time()
        piece = self._stream.read(PIECE)
        if piece:
            self.size += len(piece)
            if -1 < self._promised < self.size:
                raise self._wrong_size("more than")
            self._digests.stored(piece)
        return piece

    def read_at_least(self, size: int) -> bytes:
        """Pieces together until there are `size` bytes or the end is reached."""
        found = self.read()
        while len(found) < size and (piece := self.read()):
            found += piece
        return found

    def drain(self) -> None:
        """Read what is left; raises IntegrityError when the size is not what was promised."""
        while self.read():
            pass
        if self._promised not in {-1, self.size}:
            raise self._wrong_size(f"{self.size} bytes, not")

    def check_time(self) -> None:
        """Raise TooSlow when the layer has taken too long."""
        if monotonic() > self._deadline:
            raise TooSlow(
                f"{self.name} took more than {self._seconds:g} s; scan it alone or raise HULLMARK_LIMIT_LAYER_SECONDS"
            )

    def _wrong_size(self, found: str) -> IntegrityError:
        return IntegrityError(f"{self.name} has {found} the {self._promised} bytes of its manifest; push the image again")
