"""Packages that rpm has installed, from its database in any of the three forms: SQLite, NDB and Berkeley DB.

Source: rpm's lib/backend and include/rpm/rpmtag.h. The bytes say which form it is, not the name of the file. A version is
written `[epoch:]version-release`, with the epoch left out when it is 0. The public keys that rpm keeps as `gpg-pubkey` are
no packages.

The name of a source rpm states no epoch. Where a package has another version than its source, the epoch is that of a sibling
with the source's own version: `perl-libs 4:5.32.1-481` tells it of `perl-5.32.1-481.src.rpm`, which `perl-Errno 1.30` is of.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from hullmark.catalogers._owned import LONGEST, RATIO, owned
from hullmark.catalogers.base import Cataloger
from hullmark.errors import CorruptData
from hullmark.formats import rpmdb_bdb, rpmdb_ndb, rpmdb_sqlite
from hullmark.formats.problems import bound_problems
from hullmark.formats.rpm_header import Header
from hullmark.formats.spdx_licences import spdx
from hullmark.model import Owned, Package, Problem

FOLDERS: Final = ("var/lib/rpm", "usr/lib/sysimage/rpm", "usr/share/rpm")
FILES: Final = ("rpmdb.sqlite", "rpmdb.sqlite-wal", "Packages.db", "Packages")
WRITE_AHEAD_LOG: Final = "-wal"
WAL_HEAD: Final = 32  # bytes of a log that holds nothing
KEYS: Final = "gpg-pubkey"

NAME, VERSION, RELEASE, EPOCH = 1000, 1001, 1002, 1003
VENDOR, LICENCE, ARCH, SOURCE_RPM = 1011, 1014, 1022, 1044
OLD_FILE_NAMES, DIR_INDEXES, BASE_NAMES, DIR_NAMES, MODULARITY = 1027, 1116, 1117, 1118, 5096

_NAME = re.compile(r"[A-Za-z0-9_%][!-.0-~]{0,255}")
_VERSION = re.compile(r"[!-,./0-9;-~]{1,256}")  # without "-" and ":", which part it from its neighbours
_SOURCE = re.compile(r"([!-.0-~]{1,256})-([!-,.0-~]{1,256}-[!-,.0-~]{1,256})\.(?:no)?src\.rpm")


def parse(path: str, data: bytes) -> Iterator[Package | Owned | Problem]:
    """The packages of an rpm database and the files that each owns, mostly in the order of the database.

    A package that cannot be read is a Problem of its own. Raises CorruptData when the database itself cannot be read on.
    """
    if path.endswith(WRITE_AHEAD_LOG):
        return _log(path, data)
    return bound_problems(_found(path, data))


def parse_source_rpm(text: str) -> tuple[str, str]:
    """Name and `version-release` of a source rpm by its file name, which states no epoch; ("", "") for anything else."""
    found = _SOURCE.fullmatch(text)
    return (found[1], found[2]) if found else ("", "")


def parse_package(path: str, blob: bytes) -> Iterator[Package | Owned | Problem]:
    """What one header says: a package and its files, a Problem, or nothing for a public key."""
    header = Header(blob)
    name, version, release = header.text(NAME), header.text(VERSION), header.text(RELEASE)
    if not _NAME.fullmatch(name):
        yield Problem(path, "rpm", f"a package has no valid name ({name[:60]!r})")
    elif not _VERSION.fullmatch(version) or not _VERSION.fullmatch(release or "0"):
        yield Problem(path, "rpm", f"the package {name[:60]} has no valid version ({f'{version}-{release}'[:60]!r})")
    elif name != KEYS:
        epoch = next(iter(header.numbers(EPOCH)), 0)
        written = "-".join(part for part in (version, release) if part)
        yield _package(header, name, written, epoch)
        yield from owned(name, _files(header), RATIO * len(blob))


def _log(path: str, data: bytes) -> Iterator[Problem]:
    if len(data) > WAL_HEAD:
        reason = (
            f"the {len(data)} bytes of this write-ahead log were not read; they may hold changes that the database lacks"
        )
        yield Problem(path, "rpm", reason)


def _found(path: str, data: bytes) -> Iterator[Package | Owned | Problem]:
    """As `_read`, but packages whose source has a version of its own come last, with the epoch of that source."""
    epochs: dict[tuple[str, str], str] = {}
    waiting: list[Package] = []
    damage: CorruptData | None = None
    try:
        for item in _read(path, data):
            if isinstance(item, Package) and item.source_version:
                waiting.append(item)
                continue
            if isinstance(item, Package):
                epoch, _, version = item.version.rpartition(":")
                epochs.setdefault((item.source_name or item.name, version), epoch)
            yield item
    except CorruptData as error:
        damage = error
    for package in waiting:
        known = epochs.get((package.source_name or package.name, package.source_version))
        yield replace(package, source_version=f"{known}:{package.source_version}") if known else package
    if damage:
        raise damage


def _read(path: str, data: bytes) -> Iterator[Package | Owned | Problem]:
    for number, blob in enumerate(_backend(data)(data), 1):
        if isinstance(blob, str):
            yield Problem(path, "rpm", blob)
            continue
        try:
            yield from parse_package(path, blob)
        except CorruptData as error:
            yield Problem(path, "rpm", f"package {number} of the database: {error}")


def _backend(data: bytes) -> Callable[[bytes], Iterator[bytes] | Iterator[bytes | str]]:
    if data.startswith(rpmdb_sqlite.MAGIC):
        return rpmdb_sqlite.header_blobs
    if data.startswith(rpmdb_ndb.MAGIC):
        return rpmdb_ndb.header_blobs
    if rpmdb_bdb.byte_order(data):
        return rpmdb_bdb.header_blobs
    raise CorruptData("the file is no rpm database: neither SQLite, nor NDB, nor Berkeley DB, or it is cut short")


def _package(header: Header, name: str, version: str, epoch: int) -> Package:
    source_name, source_version = parse_source_rpm(header.text(SOURCE_RPM))
    return Package(
        type="rpm",
        name=name,
        version=f"{epoch}:{version}" if epoch else version,
        arch=header.text(ARCH)[:64],
        source_name="" if source_name == name else source_name,
        source_version="" if source_version == version else source_version,
        licence=spdx(header.text(LICENCE)),
        vendor=header.text(VENDOR)[:200],
        modularity=header.text(MODULARITY)[:200],
    )


def _files(header: Header) -> Iterator[str]:
    """Paths; in packages from before rpm 4 whole, since then as folders and names."""
    names, indexes = header.texts(BASE_NAMES), header.numbers(DIR_INDEXES)
    folders = [folder if len(folder) <= LONGEST else "" for folder in header.texts(DIR_NAMES)]
    if names and (len(names) != len(indexes) or max(indexes) >= len(folders)):
        raise CorruptData("its list of files is damaged, so what lies in them is not known to be the package's")
    if names:
        return (folders[index] + name for index, name in zip(indexes, names, strict=True))
    return iter(header.texts(OLD_FILE_NAMES))


CATALOGER = Cataloger(
    name="rpm",
    type="rpm",
    globs=tuple(f"{folder}/{file}" for folder in FOLDERS for file in FILES),
    parse=parse,
)
