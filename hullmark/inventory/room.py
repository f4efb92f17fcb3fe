"""How much the layers of what is scanned together may take in memory; each has bounds of its own as well."""

from threading import Lock

from hullmark.errors import LimitExceeded
from hullmark.inventory.value import LayerInventory
from hullmark.settings import MIB


class Room:
    """Bytes that layers may take; safe between threads."""

    def __init__(self, most: int, owner: str) -> None:
        self._most, self._left, self._owner, self._lock = most, most, owner, Lock()

    def take(self, layer: LayerInventory) -> LayerInventory:
        """The layer, if there is room for it beside those before it; raises LimitExceeded."""
        with self._lock:
            self._left -= layer.memory
            if self._left < 0:
                raise LimitExceeded(
                    f"the layers of {self._owner} hold more names and packages than {self._most // MIB} MiB have room for; "
                    "raise HULLMARK_LIMIT_IMAGE_BYTES"
                )
        return layer
