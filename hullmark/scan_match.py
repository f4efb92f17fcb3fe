"""The packages of a scan compared with the advisories that they need."""

from collections.abc import Sequence
from contextlib import nullcontext

import pyarrow as pa
import pyarrow.compute as pc

from hullmark.advisories.snapshot import FeedStore
from hullmark.lake.schema import FINDINGS, PACKAGES
from hullmark.model import Image
from hullmark.profile import Profile
from hullmark.progress import progress
from hullmark.scan_answer import Judged
from hullmark.scan_feeds import advisories
from hullmark.settings import Settings

MATCH = "match"


def judged(
    images: Sequence[Image],
    packages: Sequence[pa.Table],
    settings: Settings,
    vex: Sequence[pa.Table],
    profile: Profile | None,
) -> Judged:
    """The findings of each image (FINDINGS) in the order of `packages` (PACKAGES); raises FeedError.

    `vex` are statements that are applied (schema VEX_STATEMENTS).
    """
    with advisories(packages, settings) as feeds, profile.stage(MATCH) if profile else nullcontext():
        return Judged(_match(images, packages, feeds.store, settings, vex), feeds.gaps, feeds.notes, feeds.rows)


def _match(
    images: Sequence[Image], packages: Sequence[pa.Table], store: FeedStore, settings: Settings, vex: Sequence[pa.Table]
) -> list[pa.Table]:
    progress().begin("Match", None)
    if not store.current():  # what was not compared has no findings
        return [FINDINGS.empty_table() for _ in packages]
    from hullmark.lake.duck import open_duckdb  # noqa: PLC0415  DuckDB comes once the memory of reading is free
    from hullmark.matching.match import match  # noqa: PLC0415
    from hullmark.vex.scanned import with_vex  # noqa: PLC0415

    connection = open_duckdb(settings.memory_mb)
    store.register(connection)
    everything = pa.concat_tables([PACKAGES.empty_table(), *packages])
    connection.register("package", everything)
    match(connection)
    found = with_vex(connection, images, vex)
    digests = found.column("image_digest")
    return [found.filter(pc.equal(digests, _digest(table))) for table in packages]


def _digest(packages: pa.Table) -> str:
    return str(packages.column("image_digest")[0].as_py()) if packages.num_rows else ""
