"""The operating system that a CPE names (CPE 2.2 URIs and 2.3 strings), in the words of package URLs: "rhel-9", "sles-15.5".

A platform holds each release of it: "rhel-9" is also that of packages with `distro=rhel-9.4`. Only products are known whose
packages say where they come from. One of Red Hat's extended streams is none: its packages are called as the main one's.
"""

import re

SYSTEMS = {
    ("almalinux", "almalinux"): "almalinux", ("alpinelinux", "alpine_linux"): "alpine", ("amazon", "amazon_linux"): "amzn",
    ("amazon", "linux"): "amzn", ("canonical", "ubuntu_linux"): "ubuntu", ("debian", "debian_linux"): "debian",
    ("fedoraproject", "fedora"): "fedora", ("microsoft", "azure_linux"): "azurelinux", ("opensuse", "leap"): "opensuse-leap",
    ("opensuse", "tumbleweed"): "opensuse-tumbleweed", ("oracle", "linux"): "ol", ("redhat", "enterprise_linux"): "rhel",
    ("redhat", "hummingbird"): "hummingbird", ("rocky", "rocky"): "rocky", ("rockylinux", "rocky_linux"): "rocky",
    ("suse", "sled"): "sled", ("suse", "sles"): "sles",
}  # fmt: skip
ROLLING = {"opensuse-tumbleweed", "hummingbird"}
_RELEASE = re.compile(r"\d[\w.]*")
_PACK = re.compile(r"sp(\d+)")


def platform_of(cpe: str) -> str:
    """The platform; raises ValueError, in words, for a CPE that names none whose packages are known by their URLs."""
    parts = cpe.lower().removeprefix("cpe:2.3:").removeprefix("cpe:/").replace("\\", "").split(":")
    part, vendor, product, version, update = (*parts, "", "", "", "", "")[:5]
    system = SYSTEMS.get((vendor, product), "sles" if vendor == "suse" and product.startswith("sle-module-") else "")
    if part not in {"o", "a"} or not system:
        raise ValueError(f"{cpe[:80]!r} is a platform that no package names")
    if system in ROLLING:
        return system
    release = _release(system, version, update)
    if not release:
        raise ValueError(f"{cpe[:80]!r} names no release of its platform, so that any could be meant")
    return f"{system}-{release}"


def _release(system: str, version: str, update: str) -> str:
    if not _RELEASE.fullmatch(version):
        return ""
    if system == "rhel":  # since 10 the main stream names its minor release too
        return version.partition(".")[0]
    if system in {"sles", "sled"}:
        pack = _PACK.fullmatch(update)
        return f"{version}.{pack[1]}" if pack else update if update.startswith(f"{version}.") else version
    return version
