"""Adding what has changed to a snapshot: the old tables less the records replaced, and those that were fetched."""

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from hullmark.advisories.feeds import Loaded
from hullmark.advisories.fetch import Fetched
from hullmark.lake.schema import LISTING

RECORD = {"problems": "record"}  # the column that names the record of a row; advisory_id in the other tables


def merged(before: Mapping[str, pa.Table], added: Loaded, fetched: Fetched) -> Loaded:
    """The whole feed; `records` are those that the publisher lists, or that there are now where it does not list them."""
    gone = pa.array(sorted(fetched.replaced), pa.string())
    tables: dict[str, pa.Table] = {}
    for name in [name for name in before if name != "listing"] + [name for name in added.tables if name not in before]:
        column = RECORD.get(name, "advisory_id")
        old, new = before.get(name), added.tables.get(name)
        kept = [] if old is None else [old.filter(pc.invert(pc.is_in(old[column], value_set=gone)))]
        tables[name] = pa.concat_tables([*kept, *([] if new is None else [new])])
    newest = pc.max(tables["advisories"]["modified"]).as_py()
    return Loaded(tables, len(fetched.listing) or tables["advisories"].num_rows, newest)


def with_listing(loaded: Loaded, listing: Mapping[str, str]) -> Loaded:
    """The same with what the publisher lists, where it does."""
    if not listing:
        return loaded
    table = pa.table({"record": list(listing), "modified": list(listing.values())}, schema=LISTING)
    return Loaded(loaded.tables | {"listing": table}, loaded.records, loaded.published)
