"""Lock files of Cargo: `Cargo.lock`, the crates that come from somewhere else than the workspace itself."""

from collections.abc import Iterator

from hullmark.catalogers._locked import MOST_BYTES, locked
from hullmark.catalogers.base import Cataloger
from hullmark.formats.cut import is_cut, to_the_end
from hullmark.formats.package_tables import package_tables, unquoted
from hullmark.model import Package, Problem


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """What the file pins. A crate without `source` is a member of the workspace."""
    tables = (table for table in package_tables(data) if "source" in table)
    pins = ((unquoted(table.get("name", "")), unquoted(table.get("version", ""))) for table in tables)
    return locked(path, "cargo-lock", "cargo", to_the_end(pins, is_cut(data)))


CATALOGER = Cataloger(name="cargo-lock", type="cargo", globs=("**/Cargo.lock",), parse=parse, max_bytes=MOST_BYTES)
