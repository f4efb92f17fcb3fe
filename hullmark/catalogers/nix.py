"""Packages of a Nix store by Nix's own database: `nix/var/nix/db/db.sqlite`, table ValidPaths (path, deriver).

Source: NixOS/nix, src/libstore/schema.sql, and the manual on derivations. A path is `<hash>-<name>-<version>[-<output>]`;
Nix knows no version, so it begins, as in `nix-env`, at the first dash before a digit. The derivation that made a path tells
its output apart. Paths without a version are files that a build wrote, archives and patches are what builds read: neither is
a package. `nix_store` reads the paths of a store that has no database.
"""

import re
from collections.abc import Iterator

from hullmark.catalogers.base import Cataloger
from hullmark.formats.problems import bound_problems
from hullmark.formats.sqlite import table_rows
from hullmark.model import Package, Problem

DATABASE = "nix/var/nix/db/db.sqlite"
LOG = "-wal"
LOG_HEAD = 32  # bytes of a write-ahead log that holds nothing

_STORE = re.compile(r"(?:/[^/]+)*/[0-9a-df-np-sv-z]{32}-([0-9A-Za-z+._?=-]{1,211})")
_NAME = re.compile(r"(?P<name>[A-Za-z0-9+._?=-]*?[A-Za-z0-9+._?=])-(?P<version>\d[0-9A-Za-z+._?=-]*)")
_OUTPUT = re.compile(r"-(?:bin|debug|dev|devdoc|doc|getent|info|lib|man|out|static|terminfo|tools)$")
_INPUT = re.compile(
    r"\.(?:tar(?:\.[a-z0-9]+)?|t[gx]z|tbz2?|zip|gz|xz|bz2|zst|lz|patch|diff|crate|gem|jar|deb|rpm|whl|sh|drv|json|lock)$"
)


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """The packages of a store, in the order of its paths' registration; several outputs of one are listed once."""
    if path.endswith(LOG):
        if len(data) > LOG_HEAD:
            reason = (
                f"the {len(data)} bytes of this write-ahead log were not read; they may hold changes that the database lacks"
            )
            yield Problem(path, "nix", reason)
        return
    yield from bound_problems(_packages(path, data))


def _packages(path: str, data: bytes) -> Iterator[Package | Problem]:
    for number, row in enumerate(table_rows(data, "ValidPaths"), 1):
        stored, deriver = (_name(row[at] if len(row) > at else None) for at in (1, 4))
        if not stored:
            yield Problem(path, "nix", f"row {number} of the table ValidPaths names no path of a store")
        else:
            yield from package_of(stored, deriver.removesuffix(".drv"))


def package_of(stored: str, made: str = "") -> Iterator[Package]:
    """The package that a path of the store is, by its name, or by that of the derivation that made it; at most one."""
    if not _INPUT.search(stored):
        found = _NAME.fullmatch(made if made and stored.startswith(made) else _OUTPUT.sub("", stored))
        if found:
            yield Package("nix", found["name"], found["version"])


def name_of(path: str) -> str:
    """What stands behind the hash of a store path; "" for any other path."""
    found = _STORE.fullmatch(path)
    return found[1] if found else ""


def _name(value: bytes | int | None) -> str:
    return name_of(value.decode("utf-8", "replace")) if isinstance(value, bytes) else ""


CATALOGER = Cataloger(name="nix", type="nix", globs=(DATABASE, f"{DATABASE}{LOG}"), parse=parse)
