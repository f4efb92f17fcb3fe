"""Image references: `[http[s]://]host[:port]/repository[:tag][@digest]`, `oci:path[:tag]`, `docker-archive:path`, or a path.

The grammar is that of distribution/reference; a name without a host means Docker Hub, one without a tag `latest`.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from hullmark.errors import NotFound, UsageError
from hullmark.sources.digest import is_digest

DOCKER_HUB = "docker.io"
_HUB_API = "registry-1.docker.io"
_HOST = re.compile(r"(?:\[[0-9a-fA-F:]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::[0-9]{1,5})?")
_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_REPOSITORY = re.compile(rf"{_PART}(?:/{_PART})*")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_ARCHIVES = (".tar", ".tar.gz", ".tgz", ".tar.zst", ".tar.xz", ".tar.bz2", ".zip", ".oci")  # no repository is called so
_PATH_SCHEMES = ("oci-archive", "oci-layout", "oci", "docker-archive")
_USERINFO = re.compile(r"\A(https?://)?[^/@]*@(?!sha256:)")
_LOOPBACK = re.compile(r"(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])(?::[0-9]+)?")


@dataclass(frozen=True, slots=True)
class RegistryReference:
    """An image in a registry; `host` as a person writes it, `base_url` where its API answers."""

    host: str
    repository: str
    tag: str = ""
    digest: str = ""
    plain_http: bool = False

    @property
    def base_url(self) -> str:
        """Scheme and authority of the registry; plain http only for this machine or when it was asked for."""
        host = _HUB_API if self.host == DOCKER_HUB else self.host
        return f"{'http' if self.plain_http or _LOOPBACK.fullmatch(host) else 'https'}://{host}"

    @property
    def version(self) -> str:
        """What to ask the registry for: the digest when there is one, else the tag."""
        return self.digest or self.tag

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        return f"{self.host}/{self.repository}{tag}" + (f"@{self.digest}" if self.digest else "")


@dataclass(frozen=True, slots=True)
class PathReference:
    """An archive or a layout on this machine; `scheme` is "", "oci" or "docker-archive", `tag` picks an image inside."""

    path: Path
    scheme: str = ""
    tag: str = ""


def parse_reference(text: str) -> RegistryReference | PathReference:
    """What a person means by `text`; an existing path wins over a registry name. Raises UsageError and NotFound."""
    if not text.strip():
        raise UsageError("no image was named; give an archive, a layout folder or a registry reference")
    scheme, _, rest = text.partition(":")
    if scheme in _PATH_SCHEMES and rest and not rest.startswith("//"):
        return _path_with_scheme(scheme, rest)
    if _exists(text):
        return PathReference(Path(text))
    if text.startswith(("/", "./", "../", "~")) or text.endswith(_ARCHIVES):
        raise NotFound(f"there is no file or folder {text!r}; check the path")
    return parse_registry_reference(text)


def parse_registry_reference(text: str) -> RegistryReference:
    """`text` as a registry reference, whatever files there are; raises UsageError."""
    plain_http = text.startswith("http://")
    name, _, digest = re.sub(r"\Ahttps?://", "", text).partition("@")
    if "@" in text and not is_digest(digest):
        raise _invalid(text, "what follows @ is no sha256 digest")
    name, tag = _split_tag(name)
    host, repository = _split_host(name)
    if tag is not None and not _TAG.fullmatch(tag):
        raise _invalid(text, "the tag has characters that tags cannot have")
    if not _HOST.fullmatch(host):
        raise _invalid(text, "the registry's host name is not valid")
    if not _REPOSITORY.fullmatch(repository) or len(repository) > 255:
        raise _invalid(text, "repositories are lower-case letters and digits, with . _ - and / between them")
    return RegistryReference(host, repository, tag or ("" if digest else "latest"), digest, plain_http)


def _path_with_scheme(scheme: str, rest: str) -> PathReference:
    kind = "docker-archive" if scheme == "docker-archive" else "oci"
    if _exists(rest):
        return PathReference(Path(rest), kind)
    for colon in (place for place, character in enumerate(rest) if character == ":"):  # a tag may hold colons too
        if _exists(rest[:colon]):
            return PathReference(Path(rest[:colon]), kind, rest[colon + 1 :])
    raise NotFound(f"there is no file or folder {rest!r}; check the path")


def _exists(text: str) -> bool:
    """Whether there is something at a path, if only a link that leads nowhere, or something that nobody may look at."""
    try:
        os.lstat(text)
    except PermissionError:
        return True
    except (OSError, ValueError):  # too long a name, or a NUL byte
        return False
    return True


def _split_tag(name: str) -> tuple[str, str | None]:
    """(name, tag or None); a colon before a slash belongs to a port."""
    head, colon, tail = name.rpartition(":")
    return (head, tail) if colon and "/" not in tail else (name, None)


def _split_host(name: str) -> tuple[str, str]:
    first, slash, rest = name.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        if first in ("index.docker.io", "registry-1.docker.io", DOCKER_HUB):
            return DOCKER_HUB, rest if "/" in rest else f"library/{rest}"
        return first, rest
    return DOCKER_HUB, name if slash else f"library/{name}"


def _invalid(text: str, why: str) -> UsageError:
    shown = _USERINFO.sub(r"\1***@", text)[:300]
    return UsageError(
        f"{shown!r} is neither a file here nor a valid image reference: {why}; write it like registry.example/team/name:tag"
    )
