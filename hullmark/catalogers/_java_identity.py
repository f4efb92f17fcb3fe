"""Who a Java archive is that does not say so as Maven does: concluded from its manifest and its file name.

What builds write into manifests has no standard (OSGi's Bundle-SymbolicName, Ant's and Gradle's Implementation-Title, sbt's
Implementation-Vendor-Id, Jenkins' Group-Id), so these are conclusions: right in most archives, and never an advisory's
name by chance, since a wrong group names no package. `java_groups.toml` has the groups of well-known archives that nothing
in them tells.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache

from hullmark.shipped import shipped

VALID_VERSION = re.compile(r"(?=.{0,255}\d)[A-Za-z0-9][A-Za-z0-9._+~:-]{0,254}")
VALID_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,254}")

_QUALIFIER = (
    r"(?:alpha|beta|b|m|rc|cr|pr|snapshot|release|final|ga|sp|jre|android|incubating|preview|ea|java|jdk|redhat|p|r|v)"
)
_NAMED = re.compile(
    rf"(?P<artifact>[A-Za-z].*?)-v?(?P<version>\d\w*+(?:\.\w++)*+(?:[-+](?:\d[\w.]*+|{_QUALIFIER}[-.\d]*+\w*+))*+)"
    r"(?:-(?:sources|javadoc|tests?|all|shaded|standalone|nodep|no_aop|exec|boot|plain|classes|runtime|shadow|(?:linux|windows|osx)[\w.-]*))?",
    re.IGNORECASE,
)
_DOTTED = re.compile(r"[a-z]{2,}(?:\.[A-Za-z0-9_-]+)+")
_REVERSED_HOST = re.compile(r"[a-z]{2,3}(?:\.[a-z0-9_-]+)+")
_SCALA = re.compile(r"_(?:2\.\d+(?:\.\d+)?|3)$")


@cache
def _groups() -> dict[str, str]:
    """Artifact, or name of the archive's file without version, to "group" or "group:artifact"."""
    text = shipped("catalogers/java_groups.toml")
    return {artifact: group for group, names in tomllib.loads(text).items() for artifact in names}


def stem_and_version(name: str) -> tuple[str, str]:
    """The artifact and the version that a file name states: "log4j-1.2-api-2.17.1.jar" is log4j-1.2-api, 2.17.1."""
    stem = name[:255].rpartition(".")[0]
    found = _NAMED.fullmatch(stem)
    return (found["artifact"], found["version"]) if found else (stem, "")


def well_known(name: str) -> str:
    """The "group:artifact" of archives of that file name, where the table has it; else ""."""
    stem = stem_and_version(name)[0]
    known = _groups().get(stem, "")
    return known if not known or ":" in known else f"{known}:{stem}"


def identity(name: str, manifest: Mapping[str, str]) -> tuple[str, str] | None:
    """("group:artifact", version) of the archive of that file name; None when nothing states a version.

    A group that nothing tells is the artifact itself, as Maven's first repositories had it.
    """
    stem, stated = stem_and_version(name)
    title_group, title_artifact = _gradle(manifest)
    version = stated or _first_version(manifest)
    if not version:
        return None
    dotted = _dotted_name(manifest)
    artifact = (
        stem
        if stated or stem in _groups()
        else manifest.get("short-name") or title_artifact or dotted.rpartition(".")[2] or _title(manifest, stem)
    )
    known = _groups().get(artifact, "") or _groups().get(_SCALA.sub("", artifact), "")
    if ":" in known:
        return known, version
    group = known or manifest.get("group-id") or title_group or _group(artifact, manifest, dotted)
    full = f"{group}:{artifact}"
    return (full, version) if VALID_ID.fullmatch(group) and VALID_ID.fullmatch(artifact) else None


def _gradle(manifest: Mapping[str, str]) -> tuple[str, str]:
    """Group and artifact of Gradle's "org.elasticsearch#server;8.14.3"."""
    group, mark, rest = manifest.get("implementation-title", "").partition("#")
    return (group, rest.partition(";")[0]) if mark else ("", "")


def _first_version(manifest: Mapping[str, str]) -> str:
    for header in ("plugin-version", "implementation-version", "bundle-version"):
        version = manifest.get(header, "").partition(" ")[0]
        if VALID_VERSION.fullmatch(version):
            return version
    return ""


def _dotted_name(manifest: Mapping[str, str]) -> str:
    """A reversed host name with more behind it, as OSGi and Ant write it: "org.apache.ivy"; "" when there is none."""
    for header in ("bundle-symbolicname", "implementation-title", "extension-name"):
        name = manifest.get(header, "").partition(";")[0].strip()
        if _DOTTED.fullmatch(name):
            return name
    return ""


def _title(manifest: Mapping[str, str], stem: str) -> str:
    title = manifest.get("implementation-title", "")
    return title if VALID_ID.fullmatch(title) else stem


def _group(artifact: str, manifest: Mapping[str, str], dotted: str) -> str:
    vendor = next((value for value in _vendors(manifest) if _REVERSED_HOST.fullmatch(value)), "")
    if vendor and not (vendor.count(".") == 1 and dotted.startswith(f"{vendor}.")):
        return vendor
    module = manifest.get("automatic-module-name", "")
    dotted = dotted or (module if _DOTTED.fullmatch(module) and module.endswith(f".{artifact}") else "")
    parts = artifact.split(".")
    if _REVERSED_HOST.match(artifact) and len(parts) >= 3:  # Eclipse names an artifact by its whole bundle
        return ".".join(parts[: min(3, len(parts) - 1)])
    for end in (artifact, _SCALA.sub("", artifact)):
        above = dotted.removesuffix(f".{end}")
        if above != dotted and "." in above:
            return above
    return dotted or artifact


def _vendors(manifest: Mapping[str, str]) -> tuple[str, str]:
    return manifest.get("implementation-vendor-id", ""), manifest.get("implementation-vendor", "")
