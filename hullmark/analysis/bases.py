"""Base images: what each image stands on, how that is known, and how sure it is."""

from contextlib import closing

from hullmark.lake.schema import BASE_IMAGES
from hullmark.lake.store import Lake
from hullmark.sql import read_sql

SHARE = 0.9  # of the base's OS packages that an image must have, by name
LEAST = 8  # OS packages that a base must have to be known by them
STEPS: tuple[tuple[str, dict[str, float]], ...] = (
    ("05_base_tops.sql", {}),
    ("10_bases_stated.sql", {}),
    ("12_image_provenance.sql", {}),
    ("15_bases_by_provenance.sql", {}),
    ("20_bases_by_chain.sql", {}),
    ("30_bases_by_packages.sql", {"share": SHARE, "least": LEAST}),
)


READ = ("images", "image_layers", "known_bases", "packages", "provenance", "base_images")


def update_bases(lake: Lake, memory_mb: int = 1024) -> int:
    """Find the base of every stored image and write those that changed; returns how many did. Raises LakeError."""
    with closing(lake.connect(memory_mb, only=READ)) as connection:
        for name, parameters in STEPS:
            connection.execute(read_sql(__package__, name), parameters)
        found = connection.sql(read_sql(__package__, "40_base_images.sql")).to_arrow_table().cast(BASE_IMAGES)
        connection.register("found", found)
        changed = connection.sql(read_sql(__package__, "bases_changed.sql")).to_arrow_table()
    lake.make_equal("base_images", found, changed)
    return int(changed.num_rows)
