"""Which failures are worth reading every file for."""

import errno

import duckdb
import pyarrow as pa
import pytest

from hullmark.stored.damage import may_be_damage

FAILURES = {
    duckdb.InvalidInputException("ZSTD decompression failure"): True,
    duckdb.IOException("no magic bytes"): True,
    OSError("Couldn't deserialize thrift"): True,
    OSError(errno.EIO, "Input/output error"): True,
    pa.ArrowInvalid("not a Parquet file"): True,
    OSError(errno.ENOSPC, "No space left on device"): False,
    BrokenPipeError(errno.EPIPE, "Broken pipe"): False,
    duckdb.OutOfMemoryException("too little"): False,
    duckdb.BinderException("no such column"): False,
    ValueError("something of ours"): False,
}


@pytest.mark.parametrize("failure", FAILURES, ids=repr)
def test_which_failures_may_be_damage(failure: Exception) -> None:
    assert may_be_damage(failure) is FAILURES[failure]
