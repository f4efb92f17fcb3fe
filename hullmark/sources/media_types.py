"""Media types of manifests, configurations and layers (OCI image-spec 1.1 media-types.md; Docker image manifest v2)."""

OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
ACCEPTED = (OCI_MANIFEST, OCI_INDEX, DOCKER_MANIFEST, DOCKER_LIST)

OCI_ARTIFACT = "application/vnd.oci.artifact.manifest.v1+json"  # dropped from OCI 1.1 before its release, still stored
ORAS_ARTIFACT = "application/vnd.cncf.oras.artifact.manifest.v1+json"
DOCKER_SCHEMA1 = "application/vnd.docker.distribution.manifest.v1"

OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
IMAGE_CONFIGS = (OCI_CONFIG, DOCKER_CONFIG, "application/octet-stream")  # the last one by old Docker clients

OCI_LAYER = "application/vnd.oci.image.layer.v1.tar"
DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar"
_FOREIGN = (
    "application/vnd.oci.image.layer.nondistributable.v1.tar",
    "application/vnd.docker.image.rootfs.foreign.diff.tar",
)
_COMPRESSIONS = ("", "+gzip", "+zstd", ".gzip", ".zstd")
LAYERS = frozenset(base + suffix for base in (OCI_LAYER, DOCKER_LAYER) for suffix in _COMPRESSIONS)


def is_foreign(media_type: str) -> bool:
    """Whether a layer of this type may lie outside the registry (base layers of Windows)."""
    return media_type.startswith(_FOREIGN)


def is_manifest(media_type: str) -> bool:
    """Whether a descriptor of this type leads to a manifest or an index."""
    return media_type in ACCEPTED or media_type in (OCI_ARTIFACT, ORAS_ARTIFACT) or media_type.startswith(DOCKER_SCHEMA1)


def is_index(media_type: str) -> bool:
    """Whether it is an OCI index or a Docker manifest list."""
    return media_type in (OCI_INDEX, DOCKER_LIST)
