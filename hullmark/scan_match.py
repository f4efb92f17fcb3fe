"""The packages of a scan compared with the advisories that they need."""

from collections.abc import Sequence
from contextlib import nullcontext

import pyarrow as pa
import pyarrow.compute as pc

from hullmark.advisories.snapshot import FeedStore
from hullmark.inventory import Inventory
from hullmark.lake.schema import FINDINGS, PACKAGES
from hullmark.model import Image
from hullmark.profile import Profile
from hullmark.progress import progress
from hullmark.scan_answer import Judged
from hullmark.scan_feeds import advisories
from hullmark.settings import Settings

MATCH = "match"
CONTENT_SET = pa.schema([(name, pa.string()) for name in ("image_digest", "release", "repository")])


def judged(
    images: Sequence[Image],
    inventories: Sequence[Inventory],
    settings: Settings,
    vex: Sequence[pa.Table],
    profile: Profile | None,
) -> Judged:
    """The findings of each image (FINDINGS) in the order of `inventories`; raises FeedError.

    `vex` are statements that are applied (schema VEX_STATEMENTS).
    """
    packages = [inventory.packages for inventory in inventories]
    with advisories(packages, settings) as feeds, profile.stage(MATCH) if profile else nullcontext():
        return Judged(_match(images, inventories, feeds.store, settings, vex), feeds.gaps, feeds.notes, feeds.rows)


def _match(
    images: Sequence[Image], inventories: Sequence[Inventory], store: FeedStore, settings: Settings, vex: Sequence[pa.Table]
) -> list[pa.Table]:
    progress().begin("Match", None)
    if not store.current():  # what was not compared has no findings
        return [FINDINGS.empty_table() for _ in inventories]
    from hullmark.lake.duck import open_duckdb  # noqa: PLC0415  DuckDB comes once the memory of reading is free
    from hullmark.matching.match import match  # noqa: PLC0415
    from hullmark.vex.scanned import with_vex  # noqa: PLC0415

    connection = open_duckdb(settings.memory_mb)
    store.register(connection)
    everything = pa.concat_tables([PACKAGES.empty_table(), *(inventory.packages for inventory in inventories)])
    connection.register("package", everything)
    connection.register("content_set", _content_sets(images, inventories))
    match(connection)
    found = with_vex(connection, images, vex)
    digests = found.column("image_digest")
    return [found.filter(pc.equal(digests, image.digest)) for image in images]


def _content_sets(images: Sequence[Image], inventories: Sequence[Inventory]) -> pa.Table:
    """The repositories that Red Hat's builds state (CONTENT_SET), which tell the stream that packages are of."""
    rows = [
        {"image_digest": image.digest, "release": inventory.distro.version_id, "repository": repository}
        for image, inventory in zip(images, inventories, strict=True)
        for repository in inventory.distro.repositories
    ]
    return pa.Table.from_pylist(rows, schema=CONTENT_SET)
