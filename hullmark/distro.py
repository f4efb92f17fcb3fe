"""Which operating system a root file system is, and which advisories speak of it.

Several release files may lie in one root (`etc/os-release`, `etc/debian_version`, `etc/redhat-release` ...): `choose`
merges them into one Distro, and `ecosystem` gives the OSV name with its release (ossf/osv-schema, "defined ecosystems").
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from posixpath import basename

from hullmark.model import Distro

# The most telling file first: os-release(5), a vendor's own file, files that derivatives share, free text.
PREFERENCE = (
    "etc/os-release",
    "usr/lib/os-release",
    "etc/oracle-release",
    "etc/enterprise-release",
    "etc/rocky-release",
    "etc/almalinux-release",
    "etc/fedora-release",
    "etc/photon-release",
    "etc/mariner-release",
    "etc/azurelinux-release",
    "etc/SuSE-release",
    "etc/alpine-release",
    "etc/centos-release",
    "etc/redhat-release",
    "etc/system-release",
    "etc/lsb-release",
    "etc/debian_version",
    "etc/arch-release",
    "etc/issue",
)

# Files that state a release to the point, where os-release states it shortened or not at all.
POINT_RELEASE = {"debian": "debian_version", "alpine": "alpine-release"}

DEBIAN = {
    "woody": "3.0", "sarge": "3.1", "etch": "4.0", "lenny": "5.0", "squeeze": "6.0", "wheezy": "7", "jessie": "8",
    "stretch": "9", "buster": "10", "bullseye": "11", "bookworm": "12", "trixie": "13", "forky": "14", "duke": "15",
}  # fmt: skip
UBUNTU = {
    "hardy": "8.04", "lucid": "10.04", "precise": "12.04", "trusty": "14.04", "utopic": "14.10", "vivid": "15.04",
    "wily": "15.10", "xenial": "16.04", "yakkety": "16.10", "zesty": "17.04", "artful": "17.10", "bionic": "18.04",
    "cosmic": "18.10", "disco": "19.04", "eoan": "19.10", "focal": "20.04", "groovy": "20.10", "hirsute": "21.04",
    "impish": "21.10", "jammy": "22.04", "kinetic": "22.10", "lunar": "23.04", "mantic": "23.10", "noble": "24.04",
    "oracular": "24.10", "plucky": "25.04", "questing": "25.10", "resolute": "26.04",
}  # fmt: skip

_RED_HAT_MINOR = re.compile(r"\A(Red Hat:enterprise_linux:\d+)\.\d+\Z")
# Products of SUSE Linux Enterprise that share the packages of one service pack; not Micro, Real Time, Package Hub.
_SUSE_PRODUCT = re.compile(
    r"SUSE:Linux Enterprise (?:Server|Desktop|High Performance Computing|Software Development Kit|Workstation Extension"
    r"|Module for [A-Za-z0-9 &-]+?)(?: for SAP Applications| for SAP applications| LTSS(?: [A-Z][a-z]+)*)?"
    r" (\d+(?:\.\d+)?(?: SP\d+)?)(?:-[A-Za-z0-9-]+)?"
)

LANGUAGES = {
    "cargo": "crates.io", "composer": "Packagist", "gem": "RubyGems", "golang": "Go", "maven": "Maven", "npm": "npm",
    "cran": "CRAN", "hex": "Hex", "nuget": "NuGet", "pub": "Pub", "pypi": "PyPI", "swift": "SwiftURL",
    "bitnami": "Bitnami",  # components of Bitnami's images, the same on every system
    "generic": "Bitnami",  # software that nobody packaged: Bitnami's advisories are written for upstream's versions
}  # fmt: skip


def choose(releases: Mapping[str, Distro]) -> Distro:
    """The one Distro that the release files of one root state together; an empty Distro when there are none.

    `releases` maps image paths to what each file states. The first file in PREFERENCE that names an id decides; what it
    leaves blank is taken from other files that name the same id. Debian's and Alpine's point release comes from
    `etc/debian_version` and `etc/alpine-release`. What builds of Red Hat say of themselves is added: the repositories of
    all, the name of the last by its path.
    """
    builds = [releases[path] for path in sorted(releases) if releases[path].repositories or releases[path].build]
    ordered = [releases[path] for path in sorted(releases, key=_preference) if releases[path] not in builds]
    best = next((distro for distro in ordered if distro.id), ordered[0] if ordered else Distro())
    for other in ordered:
        if other.id == best.id:
            best = _fill(best, other)
    return replace(
        best,
        version_id=_point_release(best, releases),
        repositories=tuple(sorted({name for one in builds for name in one.repositories})),
        build=next((one.build for one in reversed(builds) if one.build), ""),
    )


def release(distro: Distro) -> str:
    """The release as OSV writes it ("12", "22.04", "v3.18", "edge"), "" for rolling and unknown ones."""
    family = _family(distro)
    return family.release(distro) if family else ""


def ecosystem(distro: Distro, package_type: str) -> str:
    """The OSV ecosystem of a package of a purl type on this distro, with its release; "" when Hullmark knows none.

    Ubuntu's ":LTS" is left out here and must be left out of advisories; "Ubuntu:Pro:..." never comes from an image.
    """
    if package_type in LANGUAGES:
        return LANGUAGES[package_type]
    family = _family(distro)
    if family is None or family.package_type != package_type:
        return ""
    if family.rolling:
        return family.name
    suffix = family.release(distro)
    return f"{family.name}:{suffix}" if suffix else ""


def advisory_ecosystem(text: str) -> str:
    """The ecosystem of an advisory as `ecosystem` writes it for packages; other texts as they are.

    Ubuntu's ":LTS" and the repository of a Red Hat product ("Red Hat:enterprise_linux:9::appstream") are left out, and
    the minor release that its main stream has since RHEL 10 ("Red Hat:enterprise_linux:10.1"). SUSE
    names the product that brings a fix ("SUSE:Linux Enterprise Module for Basesystem 15 SP5"), of which a system has
    several and a package names none: all of one service pack are "SUSE:Linux Enterprise 15 SP5". CleanStart has
    three ways to write its name; who repackages a system names it in words of their own ("TuxCare:CentOS:7").
    """
    base, _, rest = text.partition(":")
    if base in {"Root", "TuxCare"}:
        return f"{base}:{_repackaged(rest)}"
    if base.lower() in {"clnstrt", "cleanstart"}:
        return "CleanStart"
    if text.startswith("Ubuntu:"):
        return text.removesuffix(":LTS")
    if text.startswith("Red Hat:"):
        return _RED_HAT_MINOR.sub(r"\1", text.partition("::")[0])
    found = _SUSE_PRODUCT.fullmatch(text)
    return f"SUSE:Linux Enterprise {found[1]}" if found else text


def _repackaged(text: str) -> str:
    """The ecosystem that is repackaged, as packages carry it; the minor release of AlmaLinux and CentOS stays."""
    for theirs, ours in (("CentOS:", "Red Hat:enterprise_linux:"), ("RHEL:", "Red Hat:enterprise_linux:"),
                         ("CentOS-Stream:", "CentOS:Stream "), ("OracleLinux:", "Oracle Linux:")):  # fmt: skip
        if text.startswith(theirs):
            return ours + text.removeprefix(theirs)
    return re.sub(r"\AAlpine:(?=\d)", "Alpine:v", advisory_ecosystem(text))


def package_type(distro: Distro) -> str:
    """The purl type of the distro's own packages ("deb", "apk", "rpm"); "" for a distro that Hullmark does not know."""
    family = _family(distro)
    return family.package_type if family else ""


def is_known(distro: Distro) -> bool:
    """Whether advisories can be found for the distro's own packages: its id and its release are both understood."""
    return bool(ecosystem(distro, package_type(distro)))


def _preference(path: str) -> tuple[int, str]:
    return (PREFERENCE.index(path) if path in PREFERENCE else len(PREFERENCE), path)


def _fill(best: Distro, other: Distro) -> Distro:
    return Distro(
        id=best.id,
        version_id=best.version_id or other.version_id,
        name=best.name or other.name,
        codename=best.codename or other.codename,
        id_like=best.id_like or other.id_like,
        cpe=best.cpe or other.cpe,
        variant_id=best.variant_id or other.variant_id,
    )


def _point_release(best: Distro, releases: Mapping[str, Distro]) -> str:
    """The finer version, when it refines the coarse one: "12.7" for "12", but neither "11.3" nor "trixie/sid"."""
    wanted = POINT_RELEASE.get(best.id, "")
    for path, other in releases.items():
        if basename(path) == wanted and other.version_id.startswith(f"{best.version_id}."):
            return other.version_id
    return best.version_id


def _whole(distro: Distro) -> str:
    return distro.version_id


def _major(distro: Distro) -> str:
    return distro.version_id.partition(".")[0]


def _alpine(distro: Distro) -> str:
    """ "v3.18"; "edge" for a snapshot between releases ("3.21_alpha20240923") and for what calls itself edge."""
    if "edge" in distro.version_id or "_alpha" in distro.version_id or distro.name.endswith(" edge"):
        return "edge"
    found = re.match(r"v?(\d+\.\d+)", distro.version_id)
    return f"v{found[1]}" if found else ""


def _debian(distro: Distro) -> str:
    """The number; testing and "<codename>/sid" count as the release they become, as their fixes pass through it."""
    found = re.match(r"(\d+)(\.\d+)?", distro.version_id)
    if found is None:
        names = (distro.codename, distro.version_id.partition("/")[0])
        return next((DEBIAN[name] for name in names if name in DEBIAN), "")
    old = int(found[1]) < 7  # until Debian 6.0 the second number was part of the release
    return f"{found[1]}{found[2] or '.0'}" if old else found[1]


def _ubuntu(distro: Distro) -> str:
    found = re.match(r"\d+\.\d\d", distro.version_id)
    return found[0] if found else UBUNTU.get(distro.codename, "")


def _red_hat(distro: Distro) -> str:
    """By the major release alone: which repository of it a package came from (`::baseos`) is not known of a package."""
    return f"enterprise_linux:{_major(distro)}" if _major(distro).isdigit() else ""


def _centos(distro: Distro) -> str:
    """Red Hat's until CentOS Linux 8, which rebuilt its packages; CentOS Stream runs ahead of them and has no advisories."""
    is_stream = "Stream" in distro.name or _major(distro) not in {"5", "6", "7", "8"}
    return "" if is_stream else _red_hat(distro)


def _amazon(distro: Distro) -> str:
    """ "1" for the dated releases of the first one ("2018.03"), else the number: "2", "2022", "2023"."""
    major = _major(distro)
    return "1" if "2010" < major < "2019" else major


def _leap(distro: Distro) -> str:
    return f"Leap {distro.version_id}" if distro.version_id else ""


def _leap_micro(distro: Distro) -> str:
    return f"Leap Micro {distro.version_id}" if distro.version_id else ""


def _tumbleweed(_distro: Distro) -> str:
    return "Tumbleweed"


def _suse(distro: Distro) -> str:
    """ "Linux Enterprise 15 SP5", for servers, desktops and base container images alike; see `advisory_ecosystem`."""
    found = re.fullmatch(r"(\d\d)(?:\.(\d+))?", distro.version_id)
    if found is None:
        return ""
    if int(found[1]) > 15:
        return f"Linux Enterprise {distro.version_id}"
    return f"Linux Enterprise {found[1]} SP{found[2]}" if found[2] not in {None, "0"} else f"Linux Enterprise {found[1]}"


def _suse_micro(distro: Distro) -> str:
    """ "Linux Enterprise Micro 5.4", which from 6 on is called "Linux Micro 6.0"."""
    name = "Linux Enterprise Micro" if _major(distro) < "6" else "Linux Micro"
    return f"{name} {distro.version_id}" if distro.version_id else ""


def _open_euler(distro: Distro) -> str:
    """ "22.03-LTS-SP3", which is not in VERSION_ID but in the name: "openEuler 22.03 (LTS-SP3)"."""
    found = re.search(r"\((LTS(?:-SP\d+)?)\)", distro.name)
    return f"{distro.version_id}-{found[1]}" if found and distro.version_id else distro.version_id


def _hardened_alpine(distro: Distro) -> str:
    """ "Alpine:3.24": Docker's own ecosystem names what it is built from, and writes no "v"."""
    found = re.match(r"\d+\.\d+", distro.version_id)
    return f"Alpine:{found[0]}" if found else ""


def _hardened_debian(distro: Distro) -> str:
    return f"Debian:{_debian(distro)}" if _debian(distro) else ""


def _hummingbird(_distro: Distro) -> str:
    """Red Hat's product by its CPE; VERSION_ID is the day of a build."""
    return "hummingbird:1"


def _nowhere(_distro: Distro) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class _Family:
    name: str  # the OSV ecosystem
    package_type: str
    release: Callable[[Distro], str]
    rolling: bool = False


_RED_HAT, _SUSE, _SUSE_MICRO = (
    _Family("Red Hat", "rpm", _red_hat), _Family("SUSE", "rpm", _suse), _Family("SUSE", "rpm", _suse_micro),
)  # fmt: skip

# Derivatives (Raspbian, Kali, Mint ...) rebuild packages, so their versions are not Debian's: they are not here.
_FAMILIES = {
    "debian": _Family("Debian", "deb", _debian),
    "ubuntu": _Family("Ubuntu", "deb", _ubuntu),
    "alpine": _Family("Alpine", "apk", _alpine),
    "wolfi": _Family("Wolfi", "apk", _whole, rolling=True),
    "chainguard": _Family("Chainguard", "apk", _whole, rolling=True),
    "minimos": _Family("MinimOS", "apk", _whole, rolling=True),
    "clnstrt": _Family("CleanStart", "apk", _whole, rolling=True),
    "cleanstart": _Family("CleanStart", "apk", _whole, rolling=True),  # what it means to be called
    "echo": _Family("Echo", "deb", _whole, rolling=True),
    "alpaquita": _Family("Alpaquita", "apk", _major),
    "bellsoft-hardened-containers": _Family("BellSoft Hardened Containers", "apk", _major),
    "almalinux": _Family("AlmaLinux", "rpm", _major),
    "rocky": _Family("Rocky Linux", "rpm", _major),
    "rhel": _RED_HAT,
    "centos": _Family("Red Hat", "rpm", _centos),
    "hummingbird": _Family("Red Hat", "rpm", _hummingbird),
    "amzn": _Family("Amazon Linux", "rpm", _amazon),
    "sles": _SUSE,
    "sled": _SUSE,
    "sles_sap": _SUSE,
    "sle_hpc": _SUSE,
    "sle-micro": _SUSE_MICRO,
    "sle-micro-rancher": _SUSE_MICRO,
    "sl-micro": _SUSE_MICRO,
    "opensuse-leap": _Family("openSUSE", "rpm", _leap),
    "opensuse-leap-micro": _Family("openSUSE", "rpm", _leap_micro),
    "opensuse-tumbleweed": _Family("openSUSE", "rpm", _tumbleweed),
    "opensuse": _Family("openSUSE", "rpm", _leap),  # what Leap 42 called itself
    "mariner": _Family("Azure Linux", "rpm", _major),
    "azurelinux": _Family("Azure Linux", "rpm", _major),
    "photon": _Family("Photon OS", "rpm", _whole),
    "mageia": _Family("Mageia", "rpm", _major),
    "openeuler": _Family("openEuler", "rpm", _open_euler),
    # Systems whose packages are read, and of whose advisories there is no feed in OSV's form.
    "fedora": _Family("", "rpm", _nowhere),
    "ol": _Family("", "rpm", _nowhere),
    "arch": _Family("", "alpm", _nowhere),
    "gentoo": _Family("", "ebuild", _nowhere),
    "openwrt": _Family("", "opkg", _nowhere),
    "nixos": _Family("", "nix", _nowhere),
}
# Docker's hardened images, by what they are built from (ID_LIKE); before 2026 they called themselves that.
_HARDENED = {
    "alpine": _Family("Docker Hardened Images", "apk", _hardened_alpine),
    "debian": _Family("Docker Hardened Images", "deb", _hardened_debian),
}


def _family(distro: Distro) -> _Family | None:
    if distro.id == "dhi":
        return next((_HARDENED[name] for name in distro.id_like if name in _HARDENED), None)
    return _FAMILIES.get(distro.id)
