"""From layers to inventories: what each layer holds, read once for ever, and what is visible in an image.

read_layer -> LayerInventory -> LayerObjects -> assemble -> Inventory (distro, packages, problems)
"""

from hullmark.inventory.assemble import assemble
from hullmark.inventory.claims import check_layers
from hullmark.inventory.engine import engine
from hullmark.inventory.objects import LayerObjects
from hullmark.inventory.read import read_layer
from hullmark.inventory.value import Inventory, LayerInventory

__all__ = ["Inventory", "LayerInventory", "LayerObjects", "assemble", "check_layers", "engine", "read_layer"]
