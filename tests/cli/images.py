"""Tiny images for the command line: a layer of a few files, and every way in which one can be broken."""

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hullmark.demo.images import CONFIG, INDEX, LAYER, MANIFEST, Blob, Built

DEBIAN = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nID=debian\n'
STATUS = "Package: libssl3\nStatus: install ok installed\nArchitecture: amd64\nSource: openssl\nVersion: 3.0.9-1\n\n"
FINDING = "CVE-2024-6119"  # of openssl 3.0.9-1 in Debian 12, in the demo's advisories
FILES: Mapping[str, str] = {"etc/os-release": DEBIAN, "var/lib/dpkg/status": STATUS}


@dataclass(frozen=True, slots=True)
class Part:
    """One layer: its stored bytes, and what is claimed of them."""

    stored: bytes
    diff_id: str
    digest: str = ""  # another one than the bytes have
    media_type: str = LAYER


def digest_of(data: bytes) -> str:
    """`sha256:<hex>`."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def tar_of(files: Mapping[str, str | bytes], links: Mapping[str, str] | None = None) -> bytes:
    """A tar of these files, and symbolic links by their target."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
        for name, target in (links or {}).items():
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = tarfile.SYMTYPE, target
            archive.addfile(entry)
    return out.getvalue()


def part(files: Mapping[str, str | bytes] = FILES) -> Part:
    """A sound gzip layer."""
    plain = tar_of(files)
    return Part(gzip.compress(plain, mtime=0), digest_of(plain))


def image(*parts: Part, architecture: str = "amd64") -> Built:
    """An OCI image of these layers."""
    layers = parts or (part(),)
    config = _json(
        CONFIG,
        {
            "architecture": architecture,
            "os": "linux",
            "rootfs": {"type": "layers", "diff_ids": [layer.diff_id for layer in layers]},
        },
    )
    blobs = [Blob(layer.media_type, layer.stored) for layer in layers]
    claimed = [
        blob.descriptor() | ({"digest": layer.digest} if layer.digest else {})
        for blob, layer in zip(blobs, layers, strict=True)
    ]
    manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": config.descriptor(), "layers": claimed}
    return Built(_json(MANIFEST, manifest), (config, *blobs))


def index_of(*architectures: str) -> Built:
    """An OCI index with one image an architecture."""
    children = tuple(image(architecture=each) for each in architectures)
    entries = [
        child.manifest.descriptor(platform={"os": "linux", "architecture": each})
        for child, each in zip(children, architectures, strict=True)
    ]
    return Built(_json(INDEX, {"schemaVersion": 2, "mediaType": INDEX, "manifests": entries}), (), children)


def layout_files(built: Built, claimed: Mapping[str, str] | None = None) -> dict[str, bytes]:
    """The files of an OCI layout; `claimed` files a blob under another digest than its bytes have."""
    index = {"schemaVersion": 2, "manifests": [built.manifest.descriptor()]}
    found = {"oci-layout": b'{"imageLayoutVersion":"1.0.0"}', "index.json": json.dumps(index).encode()}
    found.update(_blobs(built, claimed or {}))
    return found


def write_layout(folder: Path, built: Built, claimed: Mapping[str, str] | None = None) -> Path:
    """An OCI layout as a folder."""
    for name, data in layout_files(built, claimed).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def write_layout_tar(path: Path, built: Built) -> Path:
    """An OCI layout as a tar."""
    path.write_bytes(tar_of(layout_files(built)))
    return path


def write_docker_archive(path: Path, layers: Sequence[bytes], links: Mapping[str, str] | None = None) -> Path:
    """What docker save writes, of plain tars; `links` gives some as symbolic links: {"1/layer.tar": "../0/layer.tar"}."""
    names = [f"{place}/layer.tar" for place in range(len(layers))]
    config = {
        "architecture": "amd64",
        "os": "linux",
        "rootfs": {"type": "layers", "diff_ids": [digest_of(layer) for layer in layers]},
    }
    manifest = [{"Config": "config.json", "RepoTags": ["shop/api:1.0"], "Layers": names}]
    files: dict[str, str | bytes] = {"manifest.json": json.dumps(manifest), "config.json": json.dumps(config)}
    files |= {name: layer for name, layer in zip(names, layers, strict=True) if name not in (links or {})}
    path.write_bytes(tar_of(files, links))
    return path


def _blobs(built: Built, claimed: Mapping[str, str]) -> dict[str, bytes]:
    found = {
        f"blobs/{claimed.get(blob.digest, blob.digest).replace(':', '/')}": blob.data
        for blob in (built.manifest, *built.blobs)
    }
    for child in built.children:
        found |= _blobs(child, claimed)
    return found


def _json(media_type: str, value: object) -> Blob:
    return Blob(media_type, json.dumps(value).encode())
