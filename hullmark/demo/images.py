"""Real OCI images from `fleet.toml`, the same bytes every time: gzip-ed tar layers, configs, manifests, an index."""

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hullmark.demo.rootfs import Root

MTIME = 1_700_000_000
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
CONFIG = "application/vnd.oci.image.config.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
STATEMENT, PROVENANCE = "https://in-toto.io/Statement/v0.1", "https://slsa.dev/provenance/v0.2"


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes with their digest and media type."""

    media_type: str
    data: bytes

    @property
    def digest(self) -> str:
        """`sha256:<hex>` of the bytes."""
        return f"sha256:{hashlib.sha256(self.data).hexdigest()}"

    def descriptor(self, **more: object) -> dict[str, object]:
        """The OCI descriptor as JSON."""
        return {"mediaType": self.media_type, "digest": self.digest, "size": len(self.data), **more}


@dataclass(frozen=True, slots=True)
class Built:
    """A manifest (or index) with the blobs and manifests that it needs."""

    manifest: Blob
    blobs: tuple[Blob, ...]
    children: tuple["Built", ...] = ()


def build_image(
    stack: Iterable[str],
    layers: Mapping[str, Mapping[str, object]],
    architecture: str,
    labels: Mapping[str, str] | None = None,
) -> Built:
    """One image for linux/<architecture> from a stack of layer names of fleet.toml, bottom first, with these labels too."""
    root, blobs, diff_ids, history = Root(architecture), [], [], []
    for name in stack:
        blob, diff_id = _layer(root, layers[name])
        blobs.append(blob)
        diff_ids.append(diff_id)
        history.append({"created": "2024-03-01T00:00:00Z", "created_by": layers[name]["created_by"]})
    history.append({"created": "2024-03-01T00:00:00Z", "created_by": 'CMD ["/bin/sh"]', "empty_layer": True})
    config = _json(
        CONFIG,
        {
            "architecture": architecture,
            "os": "linux",
            "created": "2024-03-01T00:00:00Z",
            "config": {
                "Cmd": ["/bin/sh"],
                "Labels": {"org.opencontainers.image.vendor": "Acme (Hullmark demo)", **(labels or {})},
            },
            "rootfs": {"type": "layers", "diff_ids": diff_ids},
            "history": history,
        },
    )
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": config.descriptor(),
        "layers": [blob.descriptor() for blob in blobs],
    }
    return Built(_json(MANIFEST, manifest), (config, *blobs))


def build_index(children: Mapping[str, Built], attested: bool, provenance: Mapping[str, object] | None = None) -> Built:
    """An index over images by platform (`linux/amd64`), with a BuildKit attestation for the first when `attested`.

    It holds this `provenance` (SLSA v0.2), or a statement that says nothing.
    """
    entries, built = [], list(children.values())
    for platform, child in children.items():
        os_name, architecture = platform.split("/")
        entries.append(child.manifest.descriptor(platform={"os": os_name, "architecture": architecture}))
    if attested:
        kind = PROVENANCE if provenance else ""
        said = _statement(built[0], provenance) if provenance else {"_type": STATEMENT}
        statement = build_artifact("application/vnd.in-toto+json", said, kind)
        note = {
            "vnd.docker.reference.digest": built[0].manifest.digest,
            "vnd.docker.reference.type": "attestation-manifest",
        }
        unknown = {"os": "unknown", "architecture": "unknown"}
        entries.append(statement.manifest.descriptor(platform=unknown, annotations=note))
        built.append(statement)
    index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": entries}
    return Built(_json(INDEX, index), (), tuple(built))


def build_signature(subject: Built) -> tuple[str, Built]:
    """(tag, artifact) as cosign stores the signature of an image: tag `sha256-<hex>.sig`, a simple-signing payload."""
    payload = {
        "critical": {
            "image": {"docker-manifest-digest": subject.manifest.digest},
            "type": "cosign container image signature",
        }
    }
    tag = subject.manifest.digest.replace(":", "-") + ".sig"
    return tag, build_artifact("application/vnd.dev.cosign.simplesigning.v1+json", payload)


def _statement(subject: Built, provenance: Mapping[str, object]) -> dict[str, object]:
    digest = subject.manifest.digest.removeprefix("sha256:")
    about = [{"name": "_", "digest": {"sha256": digest}}]
    return {"_type": STATEMENT, "predicateType": PROVENANCE, "subject": about, "predicate": provenance}


def build_artifact(media_type: str, payload: Mapping[str, object], predicate: str = "") -> Built:
    """A manifest with one JSON layer and an empty config, as signatures and attestations are stored."""
    notes = {"annotations": {"in-toto.io/predicate-type": predicate}} if predicate else {}
    config, layer = _json(CONFIG, {"rootfs": {"type": "layers", "diff_ids": []}}), _json(media_type, payload)
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": config.descriptor(),
        "layers": [layer.descriptor(**notes)],
    }
    return Built(_json(MANIFEST, manifest), (config, layer))


def _layer(root: Root, spec: Mapping[str, object]) -> tuple[Blob, str]:
    files, removed = root.apply(spec)
    if spec.get("broken"):
        files = {"opt/report-engine.bin": hashlib.shake_256(b"hullmark demo").digest(40_000)}
    tar = _tar(files, removed)
    packed = gzip.compress(tar, 6, mtime=0)
    if spec.get("broken"):  # an upload that was cut off: its digest is right, its gzip stream ends too early
        packed = packed[: len(packed) // 2]
    return Blob(LAYER, packed), f"sha256:{hashlib.sha256(tar).hexdigest()}"


def _tar(files: Mapping[str, bytes], removed: Iterable[str]) -> bytes:
    entries = dict(files)
    for path in removed:
        folder, _, name = path.rpartition("/")
        entries[f"{folder}/.wh.{name}"] = b""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for parent in sorted({parent for path in entries for parent in _parents(path)}):
            folder_entry = tarfile.TarInfo(parent)
            folder_entry.type, folder_entry.mode, folder_entry.mtime = tarfile.DIRTYPE, 0o755, MTIME
            tar.addfile(folder_entry)
        for path, data in sorted(entries.items()):
            entry = tarfile.TarInfo(path)
            entry.size, entry.mtime = len(data), MTIME
            tar.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def _parents(path: str) -> list[str]:
    parts = path.split("/")[:-1]
    return ["/".join(parts[: count + 1]) for count in range(len(parts))]


def _json(media_type: str, value: object) -> Blob:
    return Blob(media_type, json.dumps(value, separators=(",", ":")).encode())
