"""What an image claims of its layers, compared with what they are."""

from collections.abc import Sequence

from hullmark.errors import IntegrityError
from hullmark.inventory.value import LayerInventory
from hullmark.model import Image


def check_layers(image: Image, layers: Sequence[LayerInventory]) -> None:
    """Raise IntegrityError when an image claims other diff IDs or sizes than its layers have: none borrows an inventory."""
    for layer, inventory in zip(image.layers, layers, strict=True):
        where = f"layer {layer.index} of {image.reference}"
        if layer.diff_id != inventory.diff_id:
            raise IntegrityError(
                f"{where} unpacks to {inventory.diff_id}, but the image config says {layer.diff_id}; "
                "rebuild and push the image again"
            )
        if layer.size not in {-1, inventory.size}:
            raise IntegrityError(
                f"{where} has {inventory.size} bytes, but the manifest says {layer.size}; rebuild and push the image again"
            )
