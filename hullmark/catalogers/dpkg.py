"""Packages that dpkg has unpacked: `var/lib/dpkg/status` (dpkg(1), deb-control(5)).

A package counts when its files are on disk, whatever became of its configuration: every state but `not-installed` and
`config-files`, whose files are gone. On an image whose installations all finished these are dpkg's `ii` lines.
"""

import re
from collections.abc import Iterator

from hullmark.catalogers.base import Cataloger
from hullmark.formats.cut import CUT, is_cut
from hullmark.formats.problems import bound_problems
from hullmark.formats.stanzas import Fields, field_pattern, stanzas
from hullmark.model import Package, Problem

PRESENT = frozenset({"installed", "half-configured", "half-installed", "triggers-awaited", "triggers-pending", "unpacked"})
ABSENT = frozenset({"not-installed", "config-files"})
KNOWN = PRESENT | ABSENT
INSTALLED = "install ok installed"

_FIELDS = field_pattern("Package", "Status", "Version", "Architecture", "Source", "Type", any_case=True)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9+._-]{0,255}")  # laxer than Debian policy, as dpkg is
_VERSION = re.compile(r"[!-~]{1,256}")
_ARCHITECTURE = re.compile(r"[a-z0-9_-]{0,64}")  # opkg's have underscores
_SOURCE = re.compile(r"([A-Za-z0-9][A-Za-z0-9+._-]{0,255})(?:\s*\(([!-\'*-~]{1,256})\))?")


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """The packages of a dpkg status file, in file order; a stanza that cannot be understood is a Problem of its own."""
    return bound_problems(_packages(path, data, "dpkg", default=""))


def parse_control(path: str, data: bytes, cataloger: str, kind: str = "deb") -> Iterator[Package | Problem]:
    """As `parse`, of files whose mere presence says installed: a stanza may do without a Status. `kind` is the purl type."""
    return bound_problems(_packages(path, data, cataloger, default=INSTALLED, kind=kind))


def _packages(path: str, data: bytes, cataloger: str, default: str, kind: str = "deb") -> Iterator[Package | Problem]:
    for number, pairs in enumerate(stanzas(data, _FIELDS), 1):
        fields = {name.lower(): value for name, value in pairs}
        status = fields.get("status") or default
        reason = _damage(pairs, fields, status)
        if reason:
            yield Problem(path, cataloger, f"stanza {number} {_called(fields)}{reason}")
        elif _is_present(status):
            yield _package(fields, kind)
            if kind == "deb" and fields.get("source") and not _SOURCE.fullmatch(fields["source"]):
                yield Problem(
                    path, cataloger, f"stanza {number} {_called(fields)}has no valid Source field; its name stands for it"
                )
    if default != INSTALLED and is_cut(data):
        yield Problem(path, cataloger, CUT)


def _damage(pairs: Fields, fields: dict[str, str], status: str) -> str:
    """Why a stanza says nothing that can be trusted; "" when it is sound. A removed package needs no version."""
    if len(fields) != len(pairs):
        return "states a field twice, as if two stanzas ran together"
    if not _NAME.fullmatch(fields.get("package", "")):
        return "has no valid Package field"
    if fields.get("type") == "Port":
        return "is a vcpkg port, not a Debian package"
    if status != INSTALLED and not _is_known(status):
        return f"has the status {status[:60]!r}, which dpkg does not know"
    if _is_present(status) and not _VERSION.fullmatch(fields.get("version", "")):
        return "has no valid Version field"
    return ""


def _is_known(status: str) -> bool:
    words = status.split()
    return len(words) == 3 and words[2] in KNOWN


def _is_present(status: str) -> bool:
    return status == INSTALLED or status.split()[2] in PRESENT


def _called(fields: dict[str, str]) -> str:
    name = fields.get("package", "")[:60]
    return f"({name}) " if name.isprintable() and name else ""


def _package(fields: dict[str, str], kind: str) -> Package:
    name, version = fields["package"], fields["version"]
    architecture = fields.get("architecture", "")
    source = _SOURCE.fullmatch(fields["source"]) if kind == "deb" and "source" in fields else None
    source_name, source_version = source.groups("") if source else ("", "")
    return Package(
        type=kind,
        name=name,
        version=version,
        arch=architecture if _ARCHITECTURE.fullmatch(architecture) else "",
        source_name="" if source_name == name else source_name,
        source_version="" if source_version == version else source_version,
    )


CATALOGER = Cataloger(name="dpkg", type="deb", globs=("var/lib/dpkg/status",), parse=parse)
