"""One question of a person to the lake, in SQL: read-only, without access to anything but the lake's tables."""

import duckdb
import pyarrow as pa

from hullmark.errors import LakeError, UsageError
from hullmark.lake.store import Lake

SENTENCE = 600  # characters of DuckDB's own words that are kept


def query(lake: Lake, sql: str, memory_mb: int = 1024, threads: int | None = None) -> pa.Table:
    """The rows of one SELECT, VALUES, SHOW, DESCRIBE or SUMMARIZE over the lake's views.

    Raises UsageError with one sentence for any other statement and for SQL that DuckDB refuses, LakeError without a lake.
    """
    if not lake.exists():
        raise LakeError(
            f"there is no lake at {lake.root} yet; connect an account and run `hullmark run`, or set HULLMARK_LAKE"
        )
    con = lake.connect(memory_mb, threads)
    try:
        return con.sql(_only_select(con, sql)).to_arrow_table()
    except duckdb.OutOfMemoryException:
        raise UsageError(f"the query needs more than {memory_mb} MB; narrow it, or raise HULLMARK_MEMORY_MB") from None
    except duckdb.Error as error:
        raise UsageError(
            f"the query cannot be answered: {in_one_sentence(str(error))}; SHOW TABLES lists the tables"
        ) from None
    finally:
        con.close()


def in_one_sentence(message: str) -> str:
    """DuckDB's message with its suggestion, without its excerpt of the query; one line, bounded."""
    words = message.partition("\n\nLINE ")[0].split()
    return " ".join(words)[:SENTENCE].rstrip(".")


def _only_select(con: duckdb.DuckDBPyConnection, sql: str) -> str:
    statements = con.extract_statements(sql)
    if not statements:
        raise UsageError("the query is empty; give one SELECT, or SHOW TABLES to see what there is")
    if len(statements) != 1:
        raise UsageError(f"the query holds {len(statements)} statements; give exactly one SELECT")
    if statements[0].type != duckdb.StatementType.SELECT:
        raise UsageError(f"the query is no SELECT but {statements[0].type.name}; the lake can only be read here")
    return str(statements[0].query)
