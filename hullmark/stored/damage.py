"""Which file is damaged, where DuckDB or Arrow could not read on: they seldom say in which file that was.

A file whose end is sound opens; only the rows that are asked for are read. So when reading fails, every file is read, once.
"""

import errno
from collections.abc import Iterator, Sequence
from itertools import chain

import duckdb
import pyarrow as pa
import pyarrow.fs as pa_fs
import pyarrow.parquet as pq

from hullmark.advisories.snapshot_tables import unreadable
from hullmark.errors import HullmarkError, LakeError
from hullmark.lake import delta
from hullmark.lake.place import Place, one_line, place
from hullmark.lake.schema import TABLES
from hullmark.lake.store import Lake

OF_SQL = (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException, duckdb.ConversionException)
OF_LIMITS = (duckdb.OutOfMemoryException, duckdb.PermissionException, duckdb.InterruptException)
SAID = 60  # characters of Arrow's own words
BATCH = 10_000  # rows in hand


def may_be_damage(failure: BaseException) -> bool:
    """Whether a damaged file may be behind a failure, for which all files would have to be read."""
    if isinstance(failure, OSError):  # Arrow's own have no number
        return failure.errno in (None, errno.EIO)
    return isinstance(failure, (duckdb.Error, pa.ArrowException)) and not isinstance(failure, (*OF_SQL, *OF_LIMITS))


def find_damage(lake: str, feeds: Sequence[str] = ()) -> HullmarkError | None:
    """The error that names a damaged file of a lake, its feeds, or below one of these folders, None when all are sound.

    Where the store does not give what it has, which is no damage, the error that says so.
    """
    try:
        root = Lake(lake)
        tables = _of_tables(place(lake)) if root.exists() else iter(())
        return next(chain(*(_of_feeds(place(folder)) for folder in (root.feeds_root, *feeds)), tables), None)
    except HullmarkError as error:
        return error
    except OSError as error:
        why = f"the lake {lake} cannot be read: {one_line(error)}"
        return LakeError(f"{why}; see whether its store answers and what you may read there, then try again")


def _of_tables(where: Place) -> Iterator[HullmarkError]:
    for name in TABLES:
        state = delta.state(where, name)
        for file in state.files if state else ():
            path = f"tables/{name}/{file.path}"
            if error := _failure(where, path):
                why = one_line(error)[:SAID]
                yield LakeError(
                    f"{where.join(path)} cannot be read ({why}); use a backup of it, or move {where.join('tables')} "
                    "away and let `hullmark run` fill it anew, without history, exceptions and imported VEX"
                )


def _of_feeds(where: Place) -> Iterator[HullmarkError]:
    files = where.filesystem()
    for item in files.get_file_info(pa_fs.FileSelector("", recursive=True, allow_not_found=True)):
        if item.type == pa_fs.FileType.File and item.path.endswith(".parquet"):
            path = item.path.lstrip("/")
            if error := _failure(where, path):
                yield unreadable(where, path, error)


def _failure(where: Place, path: str) -> Exception | None:
    """What is wrong with a file; raises OSError where a store does not give it, which says nothing of what is in it."""
    try:
        with where.filesystem().open_input_file(path) as opened:
            return _broken(opened if where.is_local else pa.BufferReader(opened.read()))
    except FileNotFoundError:  # of a state that is no more: other commits have taken its place
        return None
    except OSError as error:
        if where.is_local:
            return error
        raise


def _broken(file: pa.NativeFile) -> Exception | None:
    try:
        for _ in pq.ParquetFile(file).iter_batches(BATCH):
            pass
    except (pa.ArrowException, OSError) as error:
        return error
    return None
