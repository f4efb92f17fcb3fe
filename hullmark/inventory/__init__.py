"""From layers to inventories: what each layer holds, read once for ever, and what is visible in an image.

read_layer -> LayerInventory -> LayerObjects -> assemble -> Inventory (distro, packages, problems)

Names are imported when they are first asked for, so that reading begins before Arrow and NumPy are loaded.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hullmark.inventory.claims import check_layers
    from hullmark.inventory.fingerprint import engine
    from hullmark.inventory.objects import LayerObjects
    from hullmark.inventory.read import read_layer
    from hullmark.inventory.stacking import assemble
    from hullmark.inventory.value import Inventory, LayerInventory

__all__ = ["Inventory", "LayerInventory", "LayerObjects", "assemble", "check_layers", "engine", "read_layer"]

_MODULES = {
    "Inventory": "value", "LayerInventory": "value", "LayerObjects": "objects", "assemble": "stacking",
    "check_layers": "claims", "engine": "fingerprint", "read_layer": "read",
}  # fmt: skip


def __getattr__(name: str) -> object:
    """See PEP 562."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
