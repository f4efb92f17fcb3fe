"""What registries list, as one Arrow table: a row for every digest in every location, before anything is read."""

from collections.abc import Iterable
from dataclasses import asdict

import pyarrow as pa

from hullmark.lake.schema import COUNT, TEXT, TEXTS, TIME
from hullmark.sources.ecr import Listing

# registry is the host of the proxy endpoint; status is ECR's imageStatus ("" means ACTIVE).
LISTING = pa.schema(
    [
        ("registry", TEXT), ("repository", TEXT), ("digest", TEXT), ("account", TEXT), ("region", TEXT), ("tags", TEXTS),
        ("media_type", TEXT), ("artifact_type", TEXT), ("size", COUNT), ("pushed_at", TIME), ("status", TEXT),
        ("subject", TEXT),
    ]
)  # fmt: skip


def listing_table(listings: Iterable[Listing]) -> pa.Table:
    """The listings as a table of schema LISTING, in the order given."""
    rows = [{name: asdict(item)[name] for name in LISTING.names} for item in listings]
    return pa.Table.from_pylist(rows, schema=LISTING)
