"""Lock files of Poetry, uv and PDM: `poetry.lock`, `uv.lock`, `pdm.lock`, TOML with one `[[package]]` table a package."""

import re
from collections.abc import Iterator, Mapping

from hullmark.catalogers._locked import MOST_BYTES, locked
from hullmark.catalogers.base import Cataloger
from hullmark.formats.cut import is_cut, to_the_end
from hullmark.formats.package_tables import package_tables, unquoted
from hullmark.model import Package, Problem

MAIN = ('"main"', '"default"')  # the group that is no development group, in Poetry and in PDM
LOCAL = re.compile(r"\b(?:editable|virtual|directory)\b")  # uv's own word for the project itself


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """What the file pins but for what it says is for development only, and the project itself."""
    pins = (
        (unquoted(table.get("name", "")), unquoted(table["version"])) for table in package_tables(data) if _counts(table)
    )
    return locked(path, "python-lock", "pypi", to_the_end(pins, is_cut(data) or _lacks_its_end(path, data)))


def _lacks_its_end(path: str, data: bytes) -> bool:
    """Whether the table is missing that Poetry writes after the packages; the other tools end with a package."""
    return path.endswith("poetry.lock") and data.strip() != b"" and b"\n[metadata]" not in data


def _counts(table: Mapping[str, str]) -> bool:
    groups = table.get("groups", "")
    development = (groups and not any(main in groups for main in MAIN)) or unquoted(table.get("category", "")) == "dev"
    return "version" in table and not development and not LOCAL.search(table.get("source", ""))


CATALOGER = Cataloger(
    name="python-lock",
    type="pypi",
    globs=("**/poetry.lock", "**/uv.lock", "**/pdm.lock"),
    parse=parse,
    max_bytes=MOST_BYTES,
)
