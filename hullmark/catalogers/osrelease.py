"""The operating system by os-release(5), or by the older /etc/lsb-release.

`etc/os-release` is mostly a symbolic link to `usr/lib/os-release`; both are asked for, and `distro.choose` decides.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from hullmark.catalogers.base import Cataloger
from hullmark.formats.assignments import parse_assignments
from hullmark.model import Distro, Problem

MOST_BYTES = 64 * 1024

_CODENAME = re.compile(r"\(([A-Za-z ]+)\)")
_TESTING = re.compile(r"\b([a-z]{3,20})/sid\b")


def parse(path: str, data: bytes) -> Iterator[Distro | Problem]:
    """The Distro that the file states; a Problem when it assigns nothing, nothing when it says nothing of a release."""
    fields = parse_assignments(data)
    if not fields:
        yield Problem(
            path, "osrelease", "the release file assigns nothing, so it does not say what operating system this is"
        )
        return
    distro = _lsb(fields) if path.endswith("lsb-release") else _os_release(fields)
    if distro != Distro():
        yield distro


def _os_release(fields: dict[str, str]) -> Distro:
    version = fields.get("VERSION", "")
    name = fields.get("PRETTY_NAME") or f"{fields.get('NAME', '')} {version}".strip()
    distro = Distro(
        id=fields.get("ID", "").lower(),
        version_id=fields.get("VERSION_ID", ""),
        name=name,
        codename=fields.get("VERSION_CODENAME") or fields.get("UBUNTU_CODENAME") or _codename(version),
        id_like=tuple(fields.get("ID_LIKE", "").lower().split()),
        cpe=fields.get("CPE_NAME", ""),
        variant_id=fields.get("VARIANT_ID", ""),
    )
    return _testing(distro) if distro.id == "debian" and not distro.version_id else distro


def _codename(version: str) -> str:
    found = _CODENAME.search(version)
    return found[1].lower() if found else ""


def _testing(distro: Distro) -> Distro:
    """Debian's testing and unstable state "trixie/sid" in their name only."""
    found = _TESTING.search(distro.name)
    return replace(distro, version_id=found[0], codename=distro.codename or found[1]) if found else distro


def _lsb(fields: dict[str, str]) -> Distro:
    return Distro(
        id=fields.get("DISTRIB_ID", "").lower().replace(" ", "-"),
        version_id=fields.get("DISTRIB_RELEASE", ""),
        name=fields.get("DISTRIB_DESCRIPTION", ""),
        codename=fields.get("DISTRIB_CODENAME", ""),
    )


CATALOGER = Cataloger(
    name="osrelease",
    type="",
    globs=("etc/os-release", "usr/lib/os-release", "etc/lsb-release"),
    parse=parse,
    max_bytes=MOST_BYTES,
)
