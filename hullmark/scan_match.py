"""The packages of a scan compared with the advisories that they need."""

from collections.abc import Sequence
from contextlib import nullcontext

import pyarrow as pa
import pyarrow.compute as pc

from hullmark.advisories.snapshot import FeedStore
from hullmark.inventory import inventory_of
from hullmark.lake.schema import FINDINGS, PACKAGES
from hullmark.profile import Profile
from hullmark.progress import progress
from hullmark.scan_answer import Judged, ScannedImage
from hullmark.scan_feeds import advisories
from hullmark.settings import Settings

MATCH = "match"
CONTENT_SET = pa.schema([(name, pa.string()) for name in ("image_digest", "release", "repository")])


def judged(images: Sequence[ScannedImage], settings: Settings, vex: Sequence[pa.Table], profile: Profile | None) -> Judged:
    """The findings of each image; raises FeedError. `vex` are statements that are applied (schema VEX_STATEMENTS)."""
    packages = [inventory_of(item.found, item.image.digest, item.layers).packages for item in images]
    with advisories(packages, settings) as feeds, profile.stage(MATCH) if profile else nullcontext():
        findings = _match(images, packages, feeds.store, settings, vex)
        return Judged([rows.to_pylist() for rows in findings], feeds.gaps, feeds.notes, feeds.rows)


def _match(
    images: Sequence[ScannedImage],
    packages: Sequence[pa.Table],
    store: FeedStore,
    settings: Settings,
    vex: Sequence[pa.Table],
) -> list[pa.Table]:
    """The findings (FINDINGS) of each image."""
    progress().begin("Match", None)
    if not store.current():  # what was not compared has no findings
        return [FINDINGS.empty_table() for _ in images]
    from hullmark.lake.duck import open_duckdb  # noqa: PLC0415  DuckDB comes once the memory of reading is free
    from hullmark.matching.match import match  # noqa: PLC0415
    from hullmark.vex.scanned import with_vex  # noqa: PLC0415

    connection = open_duckdb(settings.memory_mb)
    store.register(connection)
    connection.register("package", pa.concat_tables([PACKAGES.empty_table(), *packages]))
    connection.register("content_set", _content_sets(images))
    match(connection)
    found = with_vex(connection, [item.image for item in images], vex)
    digests = found.column("image_digest")
    return [found.filter(pc.equal(digests, item.image.digest)) for item in images]


def _content_sets(images: Sequence[ScannedImage]) -> pa.Table:
    """The repositories that Red Hat's builds state (CONTENT_SET), which tell the stream that packages are of."""
    rows = [
        {"image_digest": item.image.digest, "release": item.found.distro.version_id, "repository": repository}
        for item in images
        for repository in item.found.distro.repositories
    ]
    return pa.Table.from_pylist(rows, schema=CONTENT_SET)
