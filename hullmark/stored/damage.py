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
    """The error that names a damaged file of a lake, its feeds, or below one of these folders, None when all are sound."""
    root = Lake(lake)
    tables = _of_tables(place(lake)) if root.exists() else iter(())
    return next(chain(*(_of_feeds(place(folder)) for folder in (root.feeds_root, *feeds)), tables), None)


def _of_tables(where: Place) -> Iterator[HullmarkError]:
    for name in TABLES:
        state = delta.state(where, name)
        for file in state.files if state else ():
            path = f"tables/{name}/{file.path}"
            if error := _failure(where.filesystem(), path):
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
            if error := _failure(files, path):
                yield unreadable(where, path, error)


def _failure(files: pa_fs.FileSystem, path: str) -> Exception | None:
    try:
        with files.open_input_file(path) as opened:
            for _ in pq.ParquetFile(opened).iter_batches(BATCH):
                pass
    except FileNotFoundError:  # of a state that is no more: other commits have taken its place
        return None
    except (pa.ArrowException, OSError) as error:
        return error
    return None
