"""Rows for tests: every column gets a plausible value unless the test says one."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from hashlib import sha256

import pyarrow as pa

from hullmark.lake.schema import TABLES

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SAID = {
    "state": "present", "status": "open", "severity": "high", "score": 7.5, "epss": 0.2, "epss_percentile": 0.5,
    "reason": "", "registry": "1.dkr.ecr.eu-west-1.amazonaws.com", "size": 1000,
    "tags": ["latest"], "platform": "linux/amd64",
    "type": "deb", "version": "1.0", "kev": False, "first_seen": NOW, "last_seen": NOW, "layer_index": 0,
    "origin": "installed", "owner": "", "upgraded_from": "", "first_layer_index": 0, "removed_layer_index": 1,
}  # fmt: skip


def digest(word: object) -> str:
    return "sha256:" + sha256(str(word).encode()).hexdigest()


def rows(table: str, *said: Mapping[str, object]) -> pa.Table:
    schema = TABLES[table].schema
    full = [{field.name: _value(table, field, row) for field in schema} for row in said]
    return pa.Table.from_pylist(full, schema=schema)


def _value(table: str, field: pa.Field, row: Mapping[str, object]) -> object:
    if field.name in row:
        return row[field.name]
    default = "scanned" if (table, field.name) == ("coverage", "status") else SAID.get(field.name)
    return _plain(field) if default is None else default


def _plain(field: pa.Field) -> object:
    kinds: dict[pa.DataType, object] = {
        pa.string(): digest(field.name) if field.name.endswith(("digest", "layer", "_id")) else field.name,
        pa.int64(): 1, pa.int32(): 1, pa.float64(): 0.5, pa.bool_(): True,
        pa.binary(): b"\x01", pa.date32(): date(2026, 1, 1),
    }  # fmt: skip
    return kinds.get(field.type, NOW if pa.types.is_timestamp(field.type) else [])


def packages(*images: object, names: int = 3, version: str = "1.0") -> pa.Table:
    return rows(
        "packages",
        *({"image_digest": digest(image), "name": f"p{n}", "version": version} for image in images for n in range(names)),
    )
