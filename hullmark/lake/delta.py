"""Writing Delta tables: replace a scope, upsert or amend by key, compact, vacuum; every one is a single atomic commit.

Deletion vectors stay off, so that the Parquet files of the current version are the table. Writers that meet are sorted out
by Delta's optimistic concurrency: the loser reads the new state and tries again, a bounded number of times.
"""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable, WriterProperties, write_deltalake
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError
from deltalake.schema import Schema

from hullmark.errors import LakeBusy, LakeError
from hullmark.lake import commit, log
from hullmark.lake.batch import quote, same_rows
from hullmark.lake.log import File, State
from hullmark.lake.place import FULL, Place, one_line
from hullmark.lake.schema import TABLES, Table

Maintenance = Callable[[Place, str], int]
ATTEMPTS = 12
SCOPES = 5_000  # that one commit replaces
FIRST_PAUSE = 0.05  # seconds, doubled with each attempt up to
LONGEST_PAUSE = 5.0
PRUNING_VALUES = 64  # a leading key column with at most so many values is told to the merge, which then skips files
GONE = "_gone"  # marks the keys that `amend` takes out
PROPERTIES = WriterProperties(compression="ZSTD", compression_level=3, max_row_group_size=commit.ROW_GROUP)
SETTINGS = {**commit.SETTINGS, "delta.checkpointInterval": "10"}  # on S3, where each commit since the last is a request


def open_table(place: Place, name: str) -> DeltaTable | None:
    """The current state of a table, None when nothing was ever committed to it; raises LakeError when it is unreadable."""
    try:
        return DeltaTable(place.join("tables", name), storage_options=place.options or None)
    except TableNotFoundError:
        return None
    except (DeltaError, OSError) as error:
        raise LakeError(f"the table {name} of the lake {place.root} cannot be read: {one_line(error)}") from None


def state(place: Place, name: str) -> State | None:
    """What a table is now, None when nothing was ever committed to it; raises LakeError when it is unreadable.

    On S3, where a log is requests and not its reading, deltalake makes them at once.
    """
    known = log.read(Path(place.join("tables", name))) if place.is_local else None
    return known or state_of(open_table(place, name))


def state_of(table: DeltaTable | None) -> State | None:
    """What a table is, as deltalake has opened it."""
    if table is None:
        return None
    files = [_file(row) for row in pa.table(table.get_add_actions(flatten=True)).to_pylist()]
    return State(table.version(), str(table.metadata().id), tuple(files))


def identity(place: Place, name: str) -> str:
    """A word that is the same as long as the table is: its name, its own id and its version; "" when it does not exist."""
    now = state(place, name)
    return "" if now is None else f"{name} {now.id} {now.version}"


def replace(place: Place, table: Table, rows: pa.Table, scopes: pa.Table) -> None:
    """Put the rows in place of all rows whose scope columns stand in `scopes`, in one commit for every SCOPES of them.

    A predicate that names many more overflows the stack of Delta's parser.
    """
    column = table.scope[0]
    names = pc.unique(scopes.column(column)).sort()
    for start in range(0, len(names), SCOPES):
        named = names.slice(start, SCOPES)
        some = scopes.filter(pc.is_in(scopes.column(column), value_set=named))
        content = rows.filter(pc.is_in(rows.column(column), value_set=named)) if len(names) > SCOPES else rows
        predicate = same_rows(table.scope, some)
        retry(place, table.name, partial(_replace_once, rows=content, predicate=predicate))


def replace_all(place: Place, table: Table, rows: pa.Table) -> None:
    """Put the rows in place of all that the table holds. One commit."""
    retry(place, table.name, lambda state: write_deltalake(state, rows, mode="overwrite", writer_properties=PROPERTIES))


def append(place: Place, table: Table, rows: pa.Table) -> None:
    """Put the rows in beside those that are there. One commit."""
    if commit.append(place, table, rows):
        return
    retry(place, table.name, lambda state: write_deltalake(state, rows, mode="append", writer_properties=PROPERTIES))


def replace_before(place: Place, table: Table, rows: pa.Table, column: str, before: datetime) -> None:
    """Put the rows, which are older themselves, in place of all rows whose time is before `before`, in one commit."""
    predicate = f"{column} < {quote(before.astimezone(UTC).isoformat())}"
    retry(place, table.name, partial(_replace_once, rows=rows, predicate=predicate))


def upsert(place: Place, table: Table, rows: pa.Table) -> None:
    """Put the rows in; those whose key is there already replace the old row. One commit.

    One row takes the place of another by its key, which is two thirds of the time of a merge.
    """
    if commit.amend(place, table, rows, rows.slice(0, 0)):
        return
    if rows.num_rows == 1 and all(rows.schema.field(column).type == pa.string() for column in table.key):
        retry(place, table.name, partial(_replace_once, rows=rows, predicate=same_rows(table.key, rows)))
        return
    same = " AND ".join(f"new.{column} = old.{column}" for column in table.key)
    leading = pc.unique(rows.column(table.key[0])).to_pylist()
    if len(leading) <= PRUNING_VALUES and rows.schema.field(table.key[0]).type == pa.string():
        same += f" AND old.{table.key[0]} IN ({', '.join(map(quote, leading))})"
    retry(place, table.name, partial(_upsert_once, rows=rows, predicate=same))


def amend(place: Place, table: Table, rows: pa.Table, gone: pa.Table) -> None:
    """Put the rows in, replace those whose key is there, and take out those whose keys are `gone`. One commit."""
    if commit.amend(place, table, rows, gone):
        return
    leaving = pa.concat_tables([rows.schema.empty_table(), gone], promote_options="default")
    marks = pa.array([False] * rows.num_rows + [True] * gone.num_rows, pa.bool_())
    changes = pa.concat_tables([rows, leaving]).append_column(GONE, marks)
    retry(place, table.name, partial(_amend_once, changes=changes, key=table.key))


def take_out(place: Place, table: Table, column: str, numbers: Sequence[int]) -> None:
    """Take out the rows that have one of these numbers in a column, in one commit for every SCOPES of them."""
    wanted = sorted(numbers)
    for start in range(0, len(wanted), SCOPES):
        some = wanted[start : start + SCOPES]
        predicate = f"{column} >= {some[0]} AND {column} <= {some[-1]} AND {column} IN ({', '.join(map(str, some))})"
        retry(place, table.name, partial(DeltaTable.delete, predicate=predicate, writer_properties=PROPERTIES))


def clear(place: Place, table: Table) -> None:
    """Take out all rows. One commit."""
    retry(place, table.name, lambda state: state.delete(writer_properties=PROPERTIES))


def retry(place: Place, name: str, action: Callable[[DeltaTable], object], first_pause: float = FIRST_PAUSE) -> None:
    """Run an action on the newest state, again when another writer was faster; raises LakeBusy in the end, and LakeError."""
    for attempt in range(ATTEMPTS):
        try:
            action(_open_or_create(place, name))
        except CommitFailedError:
            time.sleep(min(first_pause * 2**attempt, LONGEST_PAUSE) * random.uniform(0.5, 1.5))  # noqa: S311  # jitter
        except (DeltaError, OSError) as error:
            reason = one_line(error)
            helps = "free some space there, nothing was changed" if reason in FULL else "nothing was changed"
            raise LakeError(f"the table {name} of the lake {place.root} could not be written: {reason}; {helps}") from None
        else:
            return
    raise LakeBusy(f"the table {name} of the lake {place.root} was changed by others {ATTEMPTS} times in a row; try again")


def compact(place: Place, name: str) -> int:
    """Merge the small files of a table; returns how many files it has now."""
    retry(place, name, lambda table: table.optimize.compact(writer_properties=PROPERTIES))
    now = state(place, name)
    return len(now.files) if now else 0


def vacuum(place: Place, name: str, keep_days: int) -> int:
    """Delete files that no version of the last `keep_days` days names; returns how many."""
    gone: list[str] = []
    retry(place, name, lambda table: gone.extend(_vacuum_once(table, keep_days * 24)))
    return len(gone)


def _file(row: Mapping[str, Any]) -> File:
    bounds: dict[str, dict[str, Any]] = {"min": {}, "max": {}}
    for name, value in row.items():
        kind, _, column = name.partition(".")
        if kind in bounds and value is not None:
            bounds[kind][column] = value.isoformat() if isinstance(value, date) else value
    return File(row["path"], row["num_records"] or 0, bounds["min"], bounds["max"])


def _vacuum_once(table: DeltaTable, hours: int) -> list[str]:
    return table.vacuum(retention_hours=hours, dry_run=False, enforce_retention_duration=False, full=True)


def _replace_once(table: DeltaTable, rows: pa.Table, predicate: str) -> None:
    if rows.num_rows:
        write_deltalake(table, rows, mode="overwrite", predicate=predicate, writer_properties=PROPERTIES)
    else:
        table.delete(predicate, writer_properties=PROPERTIES)


def _upsert_once(table: DeltaTable, rows: pa.Table, predicate: str) -> None:
    merge = table.merge(rows, predicate, source_alias="new", target_alias="old", writer_properties=PROPERTIES)
    merge.when_matched_update_all().when_not_matched_insert_all().execute()


def _amend_once(table: DeltaTable, changes: pa.Table, key: tuple[str, ...]) -> None:
    same = " AND ".join(f"new.{column} = old.{column}" for column in key)
    columns = {name: f"new.{name}" for name in changes.column_names if name != GONE}
    merge = table.merge(changes, same, source_alias="new", target_alias="old", writer_properties=PROPERTIES)
    merge = merge.when_matched_delete(f"new.{GONE}").when_matched_update(columns, f"NOT new.{GONE}")
    merge.when_not_matched_insert(columns, f"NOT new.{GONE}").execute()


def _open_or_create(place: Place, name: str) -> DeltaTable:
    table = open_table(place, name)
    settings = commit.SETTINGS if place.is_local else SETTINGS
    if table is None:
        return DeltaTable.create(
            place.join("tables", name), TABLES[name].schema, mode="ignore", configuration={**settings},
            storage_options=place.options or None,
        )  # fmt: skip
    known = {field.name for field in table.schema().fields}
    missing = [field for field in Schema.from_arrow(TABLES[name].schema).fields if field.name not in known]
    if missing:  # an older version of Hullmark made the table
        table.alter.add_columns(missing)
    if not settings.items() <= table.metadata().configuration.items():
        table.alter.set_table_properties(settings)
    return table
