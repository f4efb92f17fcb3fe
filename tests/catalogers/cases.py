"""Fixture cases as the peers wrote them: run a cataloger over a folder, and say how its packages differ from a table."""

import csv
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from hullmark.catalogers.base import Cataloger, Find
from hullmark.errors import HullmarkError
from hullmark.model import Package, Problem
from hullmark.purl import pep503_name

DECLINED = Path(__file__).parents[1] / "fixtures_declined.tsv"
FIXTURES = Path(__file__).parents[1] / "fixtures"

Row = dict[str, str]

_GROUP = re.compile(r".*?group=([^;]*).*")


def run(cataloger: Cataloger, root: Path) -> list[Find]:
    """What a cataloger finds in the files below `root`, then in the folders, in path order; an error is a problem."""
    found: list[Find] = []
    for file in sorted(path for path in root.rglob("*") if path.is_file()):
        path, data = file.relative_to(root).as_posix(), file.read_bytes()
        if wants(cataloger, path, data):
            found.extend(parsed(cataloger, path, data))
    for folder in sorted(path for path in root.rglob("*") if path.is_dir()):
        path = folder.relative_to(root).as_posix()
        if wants(cataloger, f"{path}/"):
            found.extend(parsed(cataloger, path, b""))
    return found


def parsed(cataloger: Cataloger, path: str, data: bytes) -> list[Find]:
    """What a cataloger finds in one file; an error that it raises is a problem."""
    found: list[Find] = []
    try:
        found.extend(cataloger.parse(path, data))
    except HullmarkError as error:
        found.append(Problem(path, cataloger.name, str(error)))
    return found


def wants(cataloger: Cataloger, path: str, data: bytes = b"") -> bool:
    """The rule of base.py, once more and simply: these tests depend on no other part."""
    return data.startswith(cataloger.magic or (b"\0never",)) or any(
        glob_pattern(glob).fullmatch(path) for glob in cataloger.globs
    )


@cache
def glob_pattern(glob: str) -> re.Pattern[str]:
    parts = {"**/": "(?:.*/)?", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(parts.get(part, re.escape(part)) for part in re.split(r"(\*\*/|\*|\?)", glob)))


def packages(found: Sequence[Find]) -> list[Package]:
    return [item for item in found if isinstance(item, Package)]


def problems(found: Sequence[Find]) -> list[Problem]:
    return [item for item in found if isinstance(item, Problem)]


def read_rows(file: Path) -> list[Row]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def declined(family: str, case: str) -> set[str]:
    """The rows of one case that Hullmark answers otherwise on purpose."""
    return {row["row"] for row in read_rows(DECLINED) if (row["family"], row["case"]) == (family, case)}


def differences(rows: list[Row], found: list[Package]) -> set[str]:
    """`-name version` for a row without a package, `+name version` for a package without a row; {} when they agree."""
    rest = list(found)
    missing = set()
    for row in rows:
        hits = [package for package in rest if _agrees(row, package)]
        if not hits:
            missing.add(f"-{row['name'] or row['source_name']} {row['version'] or row['source_version']}".rstrip())
        for package in hits if not row["name"] else hits[:1]:  # a row without a name speaks of all packages of a source
            rest.remove(package)
    return missing | {f"+{package.name} {package.version}" for package in rest}


def _agrees(row: Row, package: Package) -> bool:
    return all(stated in {"", seen} for stated, seen in _compared(row, package))


def _compared(row: Row, package: Package) -> Iterator[tuple[str, str]]:
    name, stated = package.name, row["name"]
    if package.type == "maven" and ":" not in stated:  # Syft names the artifact and states the group aside, or not at all
        group, _, name = name.partition(":")
        yield _GROUP.sub(r"\1", row["extra"]) if "group=" in row["extra"] else "", group
    yield (pep503_name(stated), pep503_name(name)) if package.type == "pypi" else (stated, name)
    yield row["version"], package.version
    yield row["arch"], package.arch
    source, version = package.source_name or name, package.source_version or package.version
    if row["source_name"].endswith(".src.rpm"):  # the rpm families name the file of the source
        source = f"{source}-{version.rpartition(':')[2]}.src.rpm"
    yield row["source_name"], source
    yield row["source_version"], version
