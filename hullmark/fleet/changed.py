"""What changed in the feeds since the last matching, and whether it could mean anything for the fleet."""

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from hullmark.advisories.store import FeedStore
from hullmark.lake.schema import RECORD_INDEX
from hullmark.lake.store import Lake

GONE = "a snapshot that was matched is gone"
MOST = 0.1  # of all records that changed: with more, everything is matched
# Parts of a release count as the release (see main_of.sql); here all of Red Hat's do as one.
RELEASES = (
    (r"^(TuxCare|Root):", ""), (r"^AlmaLinux:([0-9]+)[.][0-9]+[|]", r"AlmaLinux:\1|"),
    (r"^Ubuntu:Pro:([^0-9:|]+:)?", "Ubuntu:"), (r"^Red Hat:[^|]*", "Red Hat"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Changed:
    """What differs between the feeds that were matched and those of now.

    `reason`: why everything must be matched, "" for no reason. `records`: the rows of both indexes that differ (schema
    RECORD_INDEX), and those of the same ids in other feeds, of which the one modified last counts. `beside`: what other
    records are about (`packages`) on which that bears: those that name a vulnerability which one of `records` rejects, or
    did: it is none, of whatever package. `others`: feeds that are about no package, KEV and EPSS, are others.
    """

    records: pa.Table
    beside: pa.Table
    others: bool
    reason: str = ""

    def concerns(self, lake: Lake) -> bool:
        """Whether it could mean something for a package of the fleet, asked roughly and of few columns.

        It could where a changed record, or one beside it, is about a package of that name in that release, or names a
        vulnerability of which something is stored. Raises LakeError.
        """
        if self.others:
            return True
        if not self.records.num_rows:
            return False
        about = pa.concat_arrays([_flat(table["packages"]) for table in (self.records, self.beside)])
        known = lake.rows("distinct_packages", ("ecosystem", "advisory_name"))
        ours = _whole(pc.binary_join_element_wise(known["ecosystem"], known["advisory_name"], "|"))
        called = pa.concat_arrays([_flat(self.records["vulnerabilities"]), _whole(self.records["record"])])
        said = lake.rows("verdicts", ("vulnerability",))
        return _meet(_roughly(ours), _roughly(about)) or _meet(said["vulnerability"], called)


def what_changed(store: FeedStore, matched: dict[str, str]) -> Changed:
    """What differs between the current snapshots and those that were matched (feed -> id)."""
    now = {state.feed: state.snapshot for state in store.current()}
    advising = store.holding("advisories")
    plain = now.keys() - advising.keys()  # of no package: verdicts are compared with what they say
    changes = store.differences({feed: name for feed, name in matched.items() if feed not in plain}, advising)
    records, none = store.count(now), RECORD_INDEX.empty_table()
    if changes is None or records is None:
        return Changed(none, none.select(["packages"]), False, GONE)
    rows = pa.concat_tables([none, *changes.values()])
    if pc.count_distinct(rows["record"]).as_py() > MOST * records:
        return Changed(rows, none.select(["packages"]), False, "many advisories changed")
    namesakes = store.namesakes(changes, advising)
    told = None if namesakes is None else pa.concat_tables([rows, namesakes])
    beside = None if told is None else _beside(store, told, advising)
    if told is None or beside is None:
        return Changed(rows, none.select(["packages"]), False, GONE)
    return Changed(told, beside, others=any(matched.get(feed) != now[feed] for feed in plain))


def _beside(store: FeedStore, told: pa.Table, advising: dict[str, str]) -> pa.Table | None:
    """As `Changed` has it, None when an index is gone; where an older Hullmark did not ask, a record counts as rejecting."""
    rejected = set(_flat(told.filter(pc.fill_null(told["rejects"], True))["vulnerabilities"]).to_pylist())
    return store.naming(rejected, advising) if rejected else told.schema.empty_table()


def _flat(lists: pa.ChunkedArray) -> pa.Array:
    return _whole(pc.list_flatten(lists))


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return pa.concat_arrays([pa.array([], column.type), *column.chunks])


def _roughly(packages: pa.Array) -> pa.Array:
    """Names of packages as an index has them ("Debian:12|openssl"), alike where they may mean the same."""
    for pattern, release in RELEASES:
        packages = pc.replace_substring_regex(packages, pattern, release)
    return pc.utf8_lower(packages)


def _meet(ours: pa.Array | pa.ChunkedArray, theirs: pa.Array) -> bool:
    return bool(pc.any(pc.is_in(ours, value_set=theirs)).as_py())
