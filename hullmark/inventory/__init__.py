"""From layers to inventories: what each layer holds, read once for ever, and what is visible in an image.

read_layer -> LayerInventory -> LayerObjects -> stack -> Stacked -> Inventory (its tables)

Names are imported when they are first asked for, so that Arrow is loaded by those alone who keep what they read.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hullmark.inventory.claims import check_layers
    from hullmark.inventory.fingerprint import engine
    from hullmark.inventory.objects import LayerObjects
    from hullmark.inventory.read import read_layer
    from hullmark.inventory.stacking import stack
    from hullmark.inventory.tables import assemble, inventory_of
    from hullmark.inventory.value import Inventory, LayerInventory, Stacked

__all__ = [
    "Inventory", "LayerInventory", "LayerObjects", "Stacked", "assemble", "check_layers", "engine", "inventory_of",
    "read_layer", "stack",
]  # fmt: skip

_MODULES = {
    "Inventory": "value", "LayerInventory": "value", "LayerObjects": "objects", "Stacked": "value",
    "assemble": "tables", "check_layers": "claims", "engine": "fingerprint", "inventory_of": "tables", "read_layer": "read",
    "stack": "stacking",
}  # fmt: skip


def __getattr__(name: str) -> object:
    """See PEP 562."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
