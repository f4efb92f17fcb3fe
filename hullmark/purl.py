"""Package URLs (package-url/purl-spec) and the name under which advisories list a package.

`purl_of` writes what `packageurl.PackageURL(...).to_string()` writes, but builds the string itself when no character
needs an escape, which is about twenty times faster; everything else goes through packageurl-python.
"""

import re
from functools import lru_cache

from packageurl import PackageURL

from hullmark.distro import release
from hullmark.model import Distro, Package

OS_TYPES = frozenset({"apk", "deb", "rpm"})
_LOWER = frozenset({"apk", "npm", "pypi"})
_PLAIN = re.compile(r"[A-Za-z0-9._~:-]*")
_SEPARATORS = re.compile(r"[-_.]+")


def purl_of(package: Package, distro: Distro) -> str:
    """The package URL; OS packages get the distro's id as namespace and `arch`, `distro` and `upstream` qualifiers.

    As Syft writes them: `pkg:deb/debian/libgcc1@1:5.1.1-12?arch=amd64&distro=debian-12&upstream=gcc-5%405.1.1-12`.
    Raises ValueError when the name is empty.
    """
    namespace, name = _names(package, distro)
    qualifiers = _qualifiers(package, distro) if package.type in OS_TYPES else ()
    return _written(package.type, namespace, name, package.version, qualifiers)


def advisory_name(package_type: str, name: str, source_name: str = "") -> str:
    """The name that advisories use: the source package for deb, apk and rpm, PEP 503 for pypi, else the name itself."""
    if package_type in OS_TYPES:
        return source_name or name
    return pep503_name(name) if package_type == "pypi" else name


@lru_cache(maxsize=65536)
def pep503_name(name: str) -> str:
    """A Python distribution name as PEP 503 normalises it: lower case, runs of `-_.` as one dash."""
    return _SEPARATORS.sub("-", name).lower()


def _names(package: Package, distro: Distro) -> tuple[str, str]:
    if package.type in OS_TYPES:
        return distro.id, package.name
    if package.type == "pypi":
        return "", pep503_name(package.name)
    namespace, _, name = package.name.rpartition("/")
    return namespace, name


def _qualifiers(package: Package, distro: Distro) -> tuple[tuple[str, str], ...]:
    """In alphabetical order, as the specification wants them; blank ones are left out when written."""
    upstream = package.source_name if package.source_name != package.name else ""
    if upstream and package.source_version not in {"", package.version}:
        upstream = f"{upstream}@{package.source_version}"
    return ("arch", package.arch), ("distro", _distro(distro)), ("upstream", upstream)


@lru_cache(maxsize=256)
def _distro(distro: Distro) -> str:
    """ "debian-12", "alpine-3.18.4"; Debian without its point release, so that one package has one URL in all of them."""
    version = (release(distro) if distro.id == "debian" else "") or distro.version_id
    return f"{distro.id}-{version}" if distro.id and version else distro.id


def _written(kind: str, namespace: str, name: str, version: str, qualifiers: tuple[tuple[str, str], ...]) -> str:
    plain = _PLAIN.fullmatch
    values = [f"{key}={value}" for key, value in qualifiers if value]
    parts = (namespace, name, version, *(value for _, value in qualifiers))
    if not name or not all(map(plain, parts)):
        return PackageURL(kind, namespace or None, name, version or None, dict(qualifiers)).to_string()
    if kind in _LOWER:
        name = name.lower()
    if kind in OS_TYPES or kind == "npm":
        namespace = namespace.lower()
    space = f"{namespace}/" if namespace else ""
    return f"pkg:{kind}/{space}{name}{f'@{version}' if version else ''}{'?' + '&'.join(values) if values else ''}"
