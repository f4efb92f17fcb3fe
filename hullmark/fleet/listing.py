"""What registries list, as one Arrow table: a row for every digest in every location, before anything is read."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import pyarrow as pa

from hullmark.lake.schema import COUNT, TEXT, TEXTS, TIME
from hullmark.sources.ecr import Filters, Listing
from hullmark.sources.ecr.policy import left_out

# registry: host of the proxy endpoint; status: ECR's imageStatus ("" means ACTIVE); left_out is why the policy of the
# integration leaves the digest out, "" when it does not.
LISTING = pa.schema(
    [
        ("registry", TEXT), ("repository", TEXT), ("digest", TEXT), ("account", TEXT), ("region", TEXT), ("tags", TEXTS),
        ("media_type", TEXT), ("artifact_type", TEXT), ("size", COUNT), ("pushed_at", TIME), ("status", TEXT),
        ("subject", TEXT), ("left_out", TEXT),
    ]
)  # fmt: skip
STATED = LISTING.names[:-1]


def listing_table(listings: Sequence[Listing], filters: Filters, now: datetime) -> pa.Table:
    """The listings of one repository under a policy as a table of schema LISTING, in the order given."""
    columns = [[getattr(item, name) for item in listings] for name in STATED]
    columns.append([str(reason) for reason in left_out(listings, filters, now)])
    return pa.table([pa.array(values, field.type) for values, field in zip(columns, LISTING, strict=True)], schema=LISTING)


def all_listings(tables: Iterable[pa.Table]) -> pa.Table:
    """Several tables of schema LISTING as one."""
    return pa.concat_tables([LISTING.empty_table(), *tables])
