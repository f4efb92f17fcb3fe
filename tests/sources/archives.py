"""Layouts and archives made in a test: images of fleet.toml or of plain bytes, in a folder or a tar."""

import gzip
import hashlib
import io
import json
import tarfile
import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

import zstandard

from hullmark.demo.images import Blob, Built, build_image, build_index

LAYERS = tomllib.loads(files("hullmark.demo").joinpath("fleet.toml").read_text(encoding="utf-8"))["layer"]
Names = Mapping[str, bytes | str]  # a str is the target of a symbolic link


def image(*stack: str, architecture: str = "amd64") -> Built:
    return build_image(stack or ("debian-12-1", "curl"), LAYERS, architecture)


def index(*platforms: str, attested: bool = False) -> Built:
    return build_index({each: image(architecture=each.split("/")[1]) for each in platforms}, attested)


def in_zstd(built: Built) -> Built:
    """The same image with its layers in zstd instead of gzip."""
    kind = "application/vnd.oci.image.layer.v1.tar+zstd"
    layers = [Blob(kind, zstandard.compress(gzip.decompress(blob.data))) for blob in built.blobs[1:]]
    manifest = {**json.loads(built.manifest.data), "layers": [blob.descriptor() for blob in layers]}
    return Built(Blob(built.manifest.media_type, json.dumps(manifest).encode()), (built.blobs[0], *layers))


def digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def layout(*roots: tuple[str, Built]) -> dict[str, bytes | str]:
    """The files of an OCI layout; a root is named by its ref.name, "" for none."""
    found: dict[str, bytes | str] = {"oci-layout": b'{"imageLayoutVersion":"1.0.0"}'}
    entries = []
    for name, built in roots:
        note = {"annotations": {"org.opencontainers.image.ref.name": name}} if name else {}
        entries.append(built.manifest.descriptor(**note))
        found.update(_blobs(built))
    found["index.json"] = json.dumps({"schemaVersion": 2, "manifests": entries}).encode()
    return found


def saved(layers: Sequence[bytes], tags: Sequence[str] = ("shop/api:1.0",), **more: object) -> dict[str, bytes | str]:
    """The files of a docker archive with these layer files; diff IDs are those of the unpacked bytes."""
    plain = [gzip.decompress(layer) if layer.startswith(b"\x1f\x8b") else layer for layer in layers]
    config = json.dumps(
        {
            "architecture": "amd64",
            "os": "linux",
            "rootfs": {"type": "layers", "diff_ids": [digest(layer) for layer in plain]},
        }
    ).encode()
    names = [f"{place}/layer.tar" for place in range(len(layers))]
    entry = {"Config": "config.json", "RepoTags": list(tags), "Layers": names, **more}
    return {"manifest.json": json.dumps([entry]).encode(), "config.json": config, **dict(zip(names, layers, strict=True))}


def tar(names: Names, format: int = tarfile.PAX_FORMAT) -> bytes:  # noqa: A002  the name that tarfile gives it
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=format) as archive:
        for name, content in names.items():
            entry = tarfile.TarInfo(name)
            if isinstance(content, str):
                entry.type, entry.linkname = tarfile.SYMTYPE, content
                archive.addfile(entry)
            else:
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def write_folder(folder: Path, names: Names) -> Path:
    for name, content in names.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            path.symlink_to(content)
        else:
            path.write_bytes(content)
    return folder


def write_tar(path: Path, names: Names, *, packed: bool = False, format: int = tarfile.PAX_FORMAT) -> Path:  # noqa: A002
    data = tar(names, format)
    path.write_bytes(gzip.compress(data, 1) if packed else data)
    return path


def _blobs(built: Built) -> dict[str, bytes]:
    found = {f"blobs/{blob.digest.replace(':', '/')}": blob.data for blob in (built.manifest, *built.blobs)}
    for child in built.children:
        found.update(_blobs(child))
    return found
