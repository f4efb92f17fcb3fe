"""What one layer holds, and what an image as a whole holds."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hullmark.model import Distro

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True, eq=False)
class LayerInventory:
    """One layer: a pure function of its bytes and of the engine.

    `table` has the schema LAYER_OBJECT: what was found (packages, distros, problems) by path, then every name in the layer
    by path.
    """

    digest: str  # of the bytes as stored
    diff_id: str  # of the unpacked bytes, computed
    size: int  # bytes as stored
    unpacked: int  # bytes of the tar
    table: "pa.Table"


@dataclass(frozen=True, slots=True, eq=False)
class Inventory:
    """One image: its operating system, the packages visible in it (PACKAGES), those that a lower layer still ships
    (REMOVED_PACKAGES), what could not be read (PROBLEMS), and what should not be in it (EXPOSURES)."""

    distro: Distro
    packages: "pa.Table"
    removed: "pa.Table"
    problems: "pa.Table"
    exposures: "pa.Table"
