"""What a build took in, as SLSA materials name it: images by package URL or `docker-image://`, and sources by URL.

BuildKit writes images as `pkg:docker/<name>@<tag>?digest=...&platform=...`, names as a person writes them, so that `debian`
is `docker.io/library/debian` (https://docs.docker.com/build/metadata/attestations/slsa-definitions/).
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from packageurl import PackageURL

LONGEST = 1000  # characters of a URI that are read
TOOLS = ("docker.io/docker/dockerfile", "docker.io/docker/dockerfile-upstream", "docker.io/docker/buildkit-syft-scanner")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_NAME = re.compile(r"[a-z0-9][a-z0-9._:/-]{0,254}")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_IMAGE = "docker-image://"
_SCP = re.compile(r"git@[A-Za-z0-9.-]+:[A-Za-z0-9._~/-]+")
_SCHEMES = ("https", "http", "ssh", "git")


@dataclass(frozen=True, slots=True)
class BuiltWith:
    """An image that a build used: name `registry/repository[:tag]`, digest and platform, "" where not stated."""

    name: str
    digest: str = ""
    platform: str = ""


@dataclass(frozen=True, slots=True)
class Repository:
    """Where sources lie: a URL without credentials, the revision that the URL names itself, and the folder in it."""

    url: str
    ref: str = ""
    folder: str = ""


def is_sha256(digest: str) -> bool:
    """Whether it is a digest as images have them."""
    return _DIGEST.fullmatch(digest) is not None


def image_of(uri: str, digest: str = "") -> BuiltWith | None:
    """The image that a material is, None for anything else and for the builder's own; `digest` is stated beside it."""
    if len(uri) > LONGEST:
        return None
    found = _reference(uri.removeprefix(_IMAGE)) if uri.startswith(_IMAGE) else _package(uri)
    if found is None or found.name.partition("@")[0].rpartition(":")[0] in TOOLS or found.name in TOOLS:
        return None
    stated = next((item for item in (found.digest, digest) if _DIGEST.fullmatch(item)), "")
    return BuiltWith(found.name, stated, found.platform)


def repository_of(uri: str) -> Repository | None:
    """The repository of a source, such as `https://host/a.git#ref:folder` or `git+https://host/a@ref`; None for no URL.

    What stands before the host or behind `?` is left out, since it may be a credential.
    """
    if len(uri) > LONGEST or not uri.isprintable():
        return None
    address, _, fragment = uri.removeprefix("git+").partition("#")
    ref, _, folder = fragment.partition(":")
    if _SCP.fullmatch(address):
        return Repository(address, ref, folder)
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    host, (path, _, behind) = parts.netloc.rpartition("@")[2], parts.path.partition("@")
    if parts.scheme not in _SCHEMES or not host:
        return None
    return Repository(f"{parts.scheme}://{host}{path}", ref or behind, folder)


def _package(uri: str) -> BuiltWith | None:
    if not uri.startswith(("pkg:docker/", "pkg:oci/")):
        return None
    try:
        purl = PackageURL.from_string(uri)
    except ValueError:
        return None
    said = purl.qualifiers if isinstance(purl.qualifiers, dict) else {}
    name, version = "/".join(filter(None, (purl.namespace, purl.name))), purl.version or ""
    place = said.get("repository_url", "").strip("/")
    if place:  # of pkg:oci the whole repository, of pkg:docker its host
        name = place if purl.type == "oci" else f"{place}/{name}"
    digest = version if _DIGEST.fullmatch(version) else said.get("digest", "")
    tag = said.get("tag", "") if _DIGEST.fullmatch(version) else version
    return _named(name, tag, digest, said.get("platform", ""))


def _reference(text: str) -> BuiltWith | None:
    """`name[:tag][@digest]`."""
    named, _, digest = text.partition("@")
    folder, slash, last = named.rpartition("/")
    name, _, tag = last.partition(":")
    return _named(f"{folder}{slash}{name}", tag, digest, "")


def _named(name: str, tag: str, digest: str, platform: str) -> BuiltWith | None:
    if not _NAME.fullmatch(name) or not (not tag or _TAG.fullmatch(tag)):
        return None
    first, _, rest = name.partition("/")
    if not rest:
        name = f"docker.io/library/{name}"
    elif not ("." in first or ":" in first or first == "localhost"):
        name = f"docker.io/{name}"
    return BuiltWith(f"{name}:{tag}" if tag else name, digest, platform[:100])
