"""The release by a bare number: /etc/alpine-release ("3.18.4") and /etc/debian_version ("12.7", "trixie/sid").

These alone state point releases. `etc/debian_version` lies in Ubuntu images too, so it decides nothing beside another file.
"""

import re
from collections.abc import Iterator
from posixpath import basename

from hullmark.catalogers.base import Cataloger
from hullmark.model import Distro, Problem

MOST_BYTES = 4096

_NUMBERED = re.compile(r"\d+(?:\.\d+)*(?:_(?:alpha|beta|rc)\d*)?")
_TESTING = re.compile(r"([a-z]{3,20})/sid")


def parse(path: str, data: bytes) -> Iterator[Distro | Problem]:
    """Debian's or Alpine's Distro; a Problem when the file holds no release."""
    distro, name = ("alpine", "Alpine Linux") if basename(path) == "alpine-release" else ("debian", "Debian GNU/Linux")
    value = data.decode("utf-8", "replace").strip()
    testing = _TESTING.fullmatch(value)
    if _NUMBERED.fullmatch(value):
        yield Distro(id=distro, version_id=value, name=f"{name} {value}")
    elif testing and distro == "debian":
        yield Distro(id=distro, version_id=value, name=f"{name} {value}", codename=testing[1])
    else:
        yield Problem(path, "osrelease-numbers", f"the release file holds {value[:40]!r}, which is no release of {name}")


CATALOGER = Cataloger(
    name="osrelease-numbers",
    type="",
    globs=("etc/alpine-release", "etc/debian_version"),
    parse=parse,
    max_bytes=MOST_BYTES,
)
