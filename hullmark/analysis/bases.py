"""Base images: what each image stands on, how that is known, and how sure it is."""

from contextlib import closing

import pyarrow as pa

from hullmark.lake.schema import BASE_IMAGES, TEXT, TIME
from hullmark.lake.store import Lake
from hullmark.sql import read_sql

SHARE = 0.9  # of the base's OS packages that an image must have, by name
LEAST = 8  # OS packages that a base must have to be known by them
KNOWN = pa.schema([("name", TEXT), ("digest", TEXT), ("chain_id", TEXT), ("layers", pa.int64()), ("created", TIME)])
STEPS: tuple[tuple[str, dict[str, float]], ...] = (
    ("10_bases_stated.sql", {}),
    ("20_bases_by_chain.sql", {}),
    ("30_bases_by_packages.sql", {"share": SHARE, "least": LEAST}),
)


def update_bases(lake: Lake, known: pa.Table | None = None, memory_mb: int = 1024) -> int:
    """Find the base of every stored image and write those that changed; returns how many did.

    `known` (schema KNOWN) are bases outside the fleet that the operator has named. Raises LakeError.
    """
    with closing(lake.connect(memory_mb)) as connection:
        connection.register("known_base", KNOWN.empty_table() if known is None else known)
        for name, parameters in STEPS:
            connection.execute(read_sql(__package__, name), parameters)
        found = connection.sql(read_sql(__package__, "40_base_images.sql")).to_arrow_table().cast(BASE_IMAGES)
        connection.register("found", found)
        changed = connection.sql(read_sql(__package__, "bases_changed.sql")).to_arrow_table()
    lake.make_equal("base_images", found, changed)
    return int(changed.num_rows)
