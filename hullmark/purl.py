"""Package URLs (package-url/purl-spec) and the name under which advisories list a package.

`purl_of` writes what `packageurl.PackageURL(...).to_string()` writes, but builds the string itself for names and versions
of plain ASCII, which is several times faster; everything else goes through packageurl-python. One difference: the library
lower-cases the escapes in names of apk, npm and pypi too (`libstdc%2b%2b`); here they are upper case in all of them, as
RFC 3986 asks and as Syft and Trivy write them.
"""

import re
from functools import lru_cache
from urllib.parse import quote

from packageurl import PackageURL

from hullmark.distro import release
from hullmark.model import Distro, Package

OS_TYPES = frozenset({"alpm", "apk", "deb", "opkg", "rpm"})
# Who made the packages, where that is not the id of os-release.
NAMESPACES = {
    "clnstrt": "cleanstart",
    "rhel": "redhat",
    "sles": "suse",
    "sled": "suse",
    "opensuse-leap": "opensuse",
    "opensuse-tumbleweed": "opensuse",
}
BINARY_ECOSYSTEMS = frozenset({"AlmaLinux", "Amazon Linux", "Oracle Linux", "Red Hat"})  # errata by rpm, not by its source
ROOT = {"apk": "rootio-", "deb": "rootio-", "maven": "io.root.", "npm": "@rootio/", "pypi": "rootio-"}  # how its names begin
_LOWER = frozenset({"alpm", "apk", "npm", "pypi"})  # whose names the library writes in lower case
_CUT_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ESCAPE = re.compile(r"%[0-9a-f]{2}")
_PLAIN = re.compile(r"[A-Za-z0-9._~:-]*")
_SIMPLE = re.compile(r"[!-$&-.0-~]*")  # printable ASCII but `%` and `/`: quoting is all that the library does to it
CASELESS = {"composer", "nuget"}
_SEPARATORS = re.compile(r"[-_.]+")


def purl_of(package: Package, distro: Distro) -> str:
    """The package URL; OS packages get the distro's id as namespace and `arch`, `distro` and `upstream` qualifiers.

    As Syft writes them: `pkg:deb/debian/libgcc1@1:5.1.1-12?arch=amd64&distro=debian-12&upstream=gcc-5%405.1.1-12`; the
    epoch of an rpm is a qualifier of its own, and its upstream the file name of the source rpm. Raises ValueError when the
    name is empty.
    """
    namespace, name = _names(package, distro)
    qualifiers = _qualifiers(package, distro) if package.type in OS_TYPES else ()
    version = package.version.rpartition(":")[2] if package.type == "rpm" else package.version
    return _written(package.type, namespace, name, version, qualifiers)


def parse_purl(text: str) -> Package:
    """The package that a package URL names, as a cataloger would state it; its version may be blank.

    Of an OS package also the source, as `purl_of` writes it. Raises ValueError for what is no package URL.
    """
    if _CUT_ESCAPE.search(text):
        raise ValueError("a percent sign in it begins no escape")
    purl = PackageURL.from_string(text)
    qualifiers = purl.qualifiers if isinstance(purl.qualifiers, dict) else {}
    version, space = purl.version or "", purl.namespace or ""
    if purl.type in OS_TYPES:
        epoch = qualifiers.get("epoch", "0") if purl.type == "rpm" else "0"
        source = qualifiers.get("upstream", "") if purl.type != "rpm" else ""
        source_name, _, source_version = source.partition("@")
        version = f"{epoch}:{version}" if epoch != "0" else version
        return Package(purl.type, purl.name, version, qualifiers.get("arch", ""), source_name, source_version)
    name = f"{space}{':' if purl.type == 'maven' else '/'}{purl.name}" if space else purl.name
    return Package(purl.type, name, version)


def advisory_name(package_type: str, name: str, source_name: str = "", ecosystem: str = "") -> str:
    """The name that advisories use: the source package of an OS package, else the name as it is compared.

    Some distributions' advisories list binary packages instead.
    """
    if package_type in OS_TYPES:
        return upstream_name(package_type, name if lists_binaries(ecosystem) else source_name or name)
    return upstream_name(package_type, compared_name(package_type, name))


def compared_name(package_type: str, name: str) -> str:
    """A name of a language's package: PEP 503 for pypi, in lower case for registries that know no case, else as it is."""
    if package_type == "pypi":
        return pep503_name(name)
    return name.lower() if package_type in CASELESS else name


def upstream_name(package_type: str, name: str) -> str:
    """The name of what Root (root.io) built again: "ssl" of "rootio-ssl", "@babel/core" of "@rootio/babel__core"."""
    prefix = ROOT.get(package_type, "")
    if not prefix or not name.startswith(prefix) or name == prefix:
        return name
    scope, scoped, rest = name.removeprefix(prefix).partition("__")
    return f"@{scope}/{rest}" if package_type == "npm" and scoped else name.removeprefix(prefix)


def lists_binaries(ecosystem: str) -> bool:
    """Whether the advisories of an ecosystem ("AlmaLinux:9") are about binary packages and their own versions."""
    return ecosystem.partition(":")[0] in BINARY_ECOSYSTEMS


@lru_cache(maxsize=65536)
def pep503_name(name: str) -> str:
    """A Python distribution name as PEP 503 normalises it: lower case, runs of `-_.` as one dash."""
    return _SEPARATORS.sub("-", name).lower()


def _names(package: Package, distro: Distro) -> tuple[str, str]:
    if package.type in OS_TYPES:
        return NAMESPACES.get(distro.id, distro.id), package.name
    if package.type == "pypi":
        return "", pep503_name(package.name)
    namespace, _, name = package.name.rpartition(":" if package.type == "maven" else "/")
    return namespace, name


def _qualifiers(package: Package, distro: Distro) -> tuple[tuple[str, str], ...]:
    """In alphabetical order, as the specification wants them; blank ones are left out when written."""
    if package.type == "rpm":
        return _rpm_qualifiers(package, distro)
    upstream = package.source_name if package.source_name != package.name else ""
    if upstream and package.source_version not in {"", package.version}:
        upstream = f"{upstream}@{package.source_version}"
    return ("arch", package.arch), ("distro", _distro(distro)), ("upstream", upstream)


def _rpm_qualifiers(package: Package, distro: Distro) -> tuple[tuple[str, str], ...]:
    epoch, _, version = package.version.rpartition(":")
    upstream = ""
    if package.source_name not in {"", package.name} or package.source_version not in {"", package.version}:
        source_version = package.source_version.rpartition(":")[2] or version
        upstream = f"{package.source_name or package.name}-{source_version}.src.rpm"
    stated = epoch if epoch != "0" else ""
    return ("arch", package.arch), ("distro", _distro(distro)), ("epoch", stated), ("upstream", upstream)


@lru_cache(maxsize=256)
def _distro(distro: Distro) -> str:
    """ "debian-12", "alpine-3.18.4"; Debian without its point release, so that one package has one URL in all of them."""
    version = (release(distro) if distro.id == "debian" else "") or distro.version_id
    return f"{distro.id}-{version}" if distro.id and version else distro.id


def _written(kind: str, namespace: str, name: str, version: str, qualifiers: tuple[tuple[str, str], ...]) -> str:
    together = "".join((namespace, name, version, *(value for _, value in qualifiers)))
    if not name or not _SIMPLE.fullmatch(together):
        stated = {key: value for key, value in qualifiers if value}
        written = PackageURL(kind, namespace or None, name, version or None, stated).to_string()
        return _ESCAPE.sub(lambda found: found[0].upper(), written)
    quoted = _unchanged if _PLAIN.fullmatch(together) else _quoted
    name = quoted(name.lower() if kind in _LOWER else name)
    space = f"{quoted(namespace.lower() if kind == 'apk' else namespace)}/" if namespace else ""
    tail = "&".join([f"{key}={quoted(value)}" for key, value in qualifiers if value])
    return f"pkg:{kind}/{space}{name}{f'@{quoted(version)}' if version else ''}{f'?{tail}' if tail else ''}"


def _unchanged(text: str) -> str:
    return text


def _quoted(text: str) -> str:
    return quote(text).replace("%3A", ":")
