"""Frozen values that cross stage borders: Descriptor, Layer, Image, Skipped, Distro, Package, Owned, Licensed, Problem ...

Digests are strings `sha256:<64 hex>`, sizes are bytes, times are aware UTC datetimes. Paths inside an image have no
leading slash and no `.` or `..` parts. Millions of rows are Arrow tables (see `lake/schema.py`), never these objects.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Status(StrEnum):
    """What became of one digest in one run; every digest that a registry lists has exactly one."""

    SCANNED = "scanned"
    UNCHANGED = "unchanged"
    PARTIAL = "partial"
    SKIPPED = "skipped"
    FAILED = "failed"


class Reason(StrEnum):
    """Why a digest is partial, skipped or failed; `docs/coverage.md` explains each one."""

    NONE = ""
    SIGNATURE = "signature"
    ATTESTATION = "attestation"
    SBOM = "sbom"
    HELM_CHART = "helm-chart"
    ARTIFACT = "artifact"
    SOCI_INDEX = "soci-index"
    EMPTY_INDEX = "empty-index"
    UNSUPPORTED_MEDIA_TYPE = "unsupported-media-type"
    UNSUPPORTED_COMPRESSION = "unsupported-compression"
    FOREIGN_LAYER = "foreign-layer"
    ARCHIVED = "archived"
    UNTAGGED = "untagged"
    DENIED = "denied"
    STOPPED = "stopped"
    VANISHED = "vanished"
    TOO_LARGE = "too-large"
    CORRUPT = "corrupt"
    DIGEST_MISMATCH = "digest-mismatch"
    UNKNOWN_OS = "unknown-os"
    UNREADABLE_FILE = "unreadable-file"
    TRANSPORT = "transport"
    TIMEOUT = "timeout"
    INVALID_BATCH = "invalid-batch"
    EXCLUDED_REPOSITORY = "excluded-repository"
    EXCLUDED_TAG = "excluded-tag"
    TOO_OLD = "too-old"
    SUPERSEDED = "superseded"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class Platform:
    """An OCI platform; `str()` gives `os/arch[/variant]`."""

    os: str = "linux"
    architecture: str = "amd64"
    variant: str = ""

    def __str__(self) -> str:
        return "/".join(part for part in (self.os, self.architecture, self.variant) if part)


@dataclass(frozen=True, slots=True)
class Descriptor:
    """An OCI content descriptor (image-spec v1.1, descriptor.md)."""

    media_type: str
    digest: str
    size: int
    platform: Platform | None = None
    annotations: Mapping[str, str] = field(default_factory=dict)
    artifact_type: str = ""
    urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Layer:
    """One file-system layer of an image, bottom layer first, index from 0, empty history entries left out."""

    index: int
    digest: str  # of the blob as stored; for an uncompressed layer it equals the diff ID
    diff_id: str  # as the image config claims it; verified when the layer is read
    size: int  # of the blob as stored; -1 when the archive does not say
    media_type: str
    created_by: str = ""


@dataclass(frozen=True, slots=True)
class Image:
    """One image for one platform, with what is known before any layer is read."""

    reference: str  # as a person would write it; never with credentials
    registry: str  # host, or "" for an archive or layout
    repository: str
    tags: tuple[str, ...]
    digest: str  # of the manifest; of the config for docker-archive, which has no manifest digest
    media_type: str
    platform: Platform
    layers: tuple[Layer, ...]
    config: Mapping[str, object]  # the image configuration as parsed JSON, bounded in size
    index_digest: str = ""  # of the index that names this manifest, if any
    annotations: Mapping[str, str] = field(default_factory=dict)
    pushed_at: datetime | None = None

    @property
    def size(self) -> int:
        """Sum of the stored layer sizes that are known, in bytes."""
        return sum(layer.size for layer in self.layers if layer.size > 0)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A manifest that is not scanned, and why; `detail` is one sentence for a person."""

    reference: str
    digest: str
    media_type: str
    status: Status  # SKIPPED for what is no image, FAILED for what should have been readable
    reason: Reason
    detail: str
    subject: str = ""  # digest that a signature, SBOM or attestation speaks of


@dataclass(frozen=True, slots=True)
class Distro:
    """The operating-system release of a root file system, as os-release(5) or its relatives state it."""

    id: str = ""  # "debian", "alpine", ...; "" when there is none
    version_id: str = ""  # "12", "3.18.4", "" for rolling releases
    name: str = ""  # PRETTY_NAME, or the best there is
    codename: str = ""
    id_like: tuple[str, ...] = ()
    cpe: str = ""
    variant_id: str = ""
    repositories: tuple[str, ...] = ()  # Red Hat's content sets: from which repositories the image was built
    build: str = ""  # Red Hat's name of the image's build, "ubi8-container-8.3-227.x86_64"


class Origin(StrEnum):
    """What says that a package is in the image."""

    INSTALLED = "installed"  # a package manager's record, or what a build wrote into its own result
    BINARY = "binary"  # content of a program that no package manager put there
    LOCK = "lock"  # a lock file: what was asked for, where nothing installed answers
    SBOM = "sbom"  # a bill of materials that somebody else put into the image


@dataclass(frozen=True, slots=True)
class Package:
    """One installed package as a cataloger reads it from one file; the framework adds path, layer and distro.

    `name` is written as advisories (OSV) write it: "@scope/name", "group:artifact", "vendor/name", "github.com/owner/name".
    """

    type: str  # purl type: "deb", "rpm", "pypi", "npm", "maven", "golang", "generic" ...
    name: str
    version: str
    arch: str = ""
    source_name: str = ""  # source package of an OS package; "" means the same as name
    source_version: str = ""  # "" means the same as version
    licence: str = ""  # an SPDX expression where the package states one
    vendor: str = ""  # who built an OS package, as its database says
    modularity: str = ""  # of an rpm package: "name:stream:version:context:arch"
    cpe: str = ""  # CPE 2.3, of software that advisories know by CPE alone
    origin: Origin = Origin.INSTALLED
    inner: str = ""  # where in the file it is, for files within files: "WEB-INF/lib/a.jar!/lib/b.jar"


@dataclass(frozen=True, slots=True)
class Owned:
    """Files that an OS package put there (paths as in a layer), so that what lies in them is that package's."""

    owner: str  # name of the package
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Licensed:
    """The licence of an OS package, where another file states it than the one that lists the package."""

    type: str  # purl type of the package
    name: str
    licence: str  # an SPDX expression, or the words of the package where they mean none


@dataclass(frozen=True, slots=True)
class Exposure:
    """Something in a file, or about it, that should not be in an image: a secret, or a mode that gives rights away.

    `evidence` says where and what it looks like, never the secret itself.
    """

    kind: str  # "private-key", "aws-key", "setuid" ...; see docs/checks.md
    evidence: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be read or understood; never dropped, shown in every report."""

    path: str
    cataloger: str
    reason: str
