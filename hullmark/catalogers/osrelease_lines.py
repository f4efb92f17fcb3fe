"""The operating system by one line of text: /etc/redhat-release and its many relatives, /etc/SuSE-release, /etc/issue.

A line is "<name> [release] <version> [(<codename>)]", a form that no specification states; the names are those that the
vendors' own release packages write.
"""

import re
from collections.abc import Iterator

from hullmark.catalogers.base import Cataloger
from hullmark.model import Distro, Problem

MOST_BYTES = 16 * 1024
MOST_CHARACTERS = 256  # of a line

# Longest prefix first where one is the beginning of another.
IDS = (
    ("AlmaLinux", "almalinux"),
    ("Alpine Linux", "alpine"),
    ("Amazon Linux", "amzn"),
    ("Anolis OS", "anolis"),
    ("CBL-Mariner", "mariner"),
    ("CentOS", "centos"),
    ("CloudLinux", "cloudlinux"),
    ("Debian GNU/Linux", "debian"),
    ("Enterprise Linux Enterprise Linux", "ol"),  # what Oracle called its system until 5.11
    ("EuroLinux", "eurolinux"),
    ("Fedora", "fedora"),
    ("Mageia", "mageia"),
    ("Microsoft Azure Linux", "azurelinux"),
    ("Oracle Linux", "ol"),
    ("Red Hat Enterprise Linux", "rhel"),
    ("Red Hat Linux", "redhat"),  # 6.2 to 9, before RHEL; RHEL's advisories do not speak of it
    ("Rocky Linux", "rocky"),
    ("SUSE Linux Enterprise Desktop", "sled"),
    ("SUSE Linux Enterprise Server", "sles"),
    ("SUSE Linux Enterprise", "sles"),
    ("Scientific Linux", "scientific"),
    ("Ubuntu", "ubuntu"),
    ("VMware Photon", "photon"),
    ("openEuler", "openeuler"),
    ("openSUSE", "opensuse"),
)
FREE_TEXT = "etc/issue"  # an administrator may write anything there

_LINE = re.compile(r"(?P<name>[^\d(]+?) (?:release )?(?P<version>\d[\w.+-]*)(?: \((?P<codename>[^)]*)\))?")
_PATCH_LEVEL = re.compile(r"^PATCHLEVEL\s?=\s?(\d+)", re.MULTILINE)


def parse(path: str, data: bytes) -> Iterator[Distro | Problem]:
    """The Distro of the first line that holds a name and a version; a Problem when there is none, save in /etc/issue."""
    text = data.decode("utf-8", "replace")
    for line in text.splitlines():
        distro = _distro(" ".join(line[:MOST_CHARACTERS].split()).removeprefix("Welcome to "), text)
        if distro and (distro.id or path != FREE_TEXT):
            yield distro
            return
    if path != FREE_TEXT and text.strip():
        yield Problem(path, "osrelease-lines", "the release file holds no line with a name and a version")


def _distro(line: str, text: str) -> Distro | None:
    found = _LINE.match(line)
    if found is None:
        return None
    version = found["version"]
    patch_level = _PATCH_LEVEL.search(text)
    if patch_level and patch_level[1] != "0" and "." not in version:
        version = f"{version}.{patch_level[1]}"
    return Distro(
        id=next((distro for prefix, distro in IDS if line.startswith(prefix)), ""),
        version_id=version,
        name=line.partition(r" \n")[0],
        codename=(found["codename"] or "").lower(),
    )


CATALOGER = Cataloger(
    name="osrelease-lines",
    type="",
    globs=(
        "etc/almalinux-release",
        "etc/azurelinux-release",
        "etc/centos-release",
        "etc/enterprise-release",
        "etc/fedora-release",
        "etc/mariner-release",
        "etc/oracle-release",
        "etc/photon-release",
        "etc/redhat-release",
        "etc/rocky-release",
        "etc/SuSE-release",
        "etc/system-release",
        FREE_TEXT,
    ),
    parse=parse,
    max_bytes=MOST_BYTES,
)
