"""Snaps that lie packed in an image: `var/lib/snapd/snaps/<name>_<revision>.snap`, a squashfs image each.

Source: snapcraft's documentation; `meta/snap.yaml` is read as `snap` reads it. What a snap is built of
(`snap/manifest.yaml`; the `dpkg.list` of a base) are packages of the Ubuntu release that its base names, which need
not be the image's: they are counted in a Problem and not compared.
"""

import re
from collections.abc import Iterator

from hullmark.catalogers.base import Cataloger
from hullmark.catalogers.snap import parse as parse_yaml
from hullmark.errors import CorruptData
from hullmark.formats.squashfs import Squashfs
from hullmark.model import Package, Problem

MOST_BYTES = 512 * 1024 * 1024  # of a snap; Chromium's has 180 MiB
MOST_INNER = 4 * 1024 * 1024  # of a file in it
YAML = "meta/snap.yaml"
BUILT_OF = (
    ("snap/manifest.yaml", re.compile(rb"^[ \t]*- [a-z0-9][a-z0-9+.-]*(?::[a-z0-9]+)?=\S+[ \t]*$", re.MULTILINE)),
    ("usr/share/snappy/dpkg.list", re.compile(rb"^ii +\S+ +\S+", re.MULTILINE)),
)


def parse(path: str, data: bytes) -> Iterator[Package | Problem]:
    """The snap, then what of it is not compared. Raises CorruptData when the image cannot be read."""
    image = Squashfs(data)
    yaml = image.read(YAML, MOST_INNER)
    if yaml is None:
        raise CorruptData(f"the squashfs image has no {YAML}, so it is no snap")
    for item in parse_yaml(path, yaml):
        yield Problem(path, CATALOGER.name, item.reason) if isinstance(item, Problem) else item
    for name, line in BUILT_OF:
        count = len(line.findall(image.read(name, MOST_INNER) or b""))
        if count:
            reason = (
                f"the snap's {name} lists {count} Debian packages, which are not compared: they are of its base's release"
            )
            yield Problem(path, CATALOGER.name, reason)


CATALOGER = Cataloger(
    name="snap-packed",
    type="snap",
    globs=("var/lib/snapd/snaps/*.snap", "var/lib/snapd/seed/snaps/*.snap"),
    parse=parse,
    max_bytes=MOST_BYTES,
)
