import json
from pathlib import Path

import pytest

from hullmark.errors import CorruptData, InputError, NotAnImage, NotFound
from hullmark.model import Image, Reason, Skipped, Status
from hullmark.settings import Settings
from hullmark.sources import open_source
from tests.sources.archives import Names, image, index, layout, write_folder, write_tar

BOTH = ("linux/amd64", "linux/arm64")


def _images(path: Path, platform: str | None = "all", tag: str = "") -> list[Image | Skipped]:
    return open_source(f"oci:{path}:{tag}" if tag else str(path), Settings()).images(platform)


def _write(kind: str, folder: Path, names: Names) -> Path:
    if kind == "folder":
        return write_folder(folder / "layout", names)
    return write_tar(folder / "layout.tar", names, packed=kind == "tar.gz")


@pytest.mark.parametrize("kind", ["folder", "tar", "tar.gz"])
def test_an_index_is_expanded_and_every_layer_can_be_opened(kind: str, tmp_path: Path) -> None:
    built = index(*BOTH, attested=True)
    source = open_source(str(_write(kind, tmp_path, layout(("1.0", built)))), Settings())
    first, second, note = source.images("all")
    assert isinstance(first, Image)
    assert isinstance(second, Image)
    assert isinstance(note, Skipped)
    assert [str(each.platform) for each in (first, second)] == list(BOTH)
    assert first.index_digest == second.index_digest == built.manifest.digest
    assert first.tags == ("1.0",)
    assert (note.status, note.reason, note.subject) == (Status.SKIPPED, Reason.ATTESTATION, first.digest)
    assert [layer.created_by for layer in first.layers] == [layer.created_by for layer in second.layers] != ["", ""]
    for layer, blob in zip(second.layers, built.children[1].blobs[1:], strict=True):
        with source.open_layer(second, layer) as stream:
            assert stream.read() == blob.data
    source.close()


@pytest.mark.parametrize(("platform", "architectures"), [("linux/arm64", ["arm64"]), ("linux/amd64", ["amd64"])])
def test_a_platform_is_picked(platform: str, architectures: list[str], tmp_path: Path) -> None:
    path = write_folder(tmp_path, layout(("", index(*BOTH))))
    assert [item.platform.architecture for item in _images(path, platform) if isinstance(item, Image)] == architectures


def test_a_platform_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    path = write_folder(tmp_path, layout(("", index(*BOTH))))
    with pytest.raises(NotFound, match=r"no image for linux/s390x; choose one that it has: linux/amd64, linux/arm64"):
        _images(path, "linux/s390x")


def test_without_a_platform_an_image_for_another_machine_is_taken(tmp_path: Path) -> None:
    path = write_folder(tmp_path, layout(("", index("linux/s390x", "linux/ppc64le"))))
    assert [str(item.platform) for item in _images(path, None) if isinstance(item, Image)] == ["linux/s390x"]


def test_a_child_that_was_not_exported_is_skipped_and_said(tmp_path: Path) -> None:
    built = index(*BOTH)
    names = layout(("", built))
    del names[f"blobs/{built.children[0].manifest.digest.replace(':', '/')}"]
    path = write_folder(tmp_path, names)
    found, absent = _images(path)
    assert isinstance(found, Image)
    assert isinstance(absent, Skipped)
    assert (absent.status, absent.reason) == (Status.SKIPPED, Reason.VANISHED)
    with pytest.raises(NotFound, match="no image for linux/amd64; choose one that it has: linux/arm64"):
        _images(path, "linux/amd64")


def test_a_tag_picks_and_a_wrong_one_is_told_what_there_is(tmp_path: Path) -> None:
    path = write_folder(tmp_path, layout(("1.0", image()), ("2.0", image("alpine-3-18"))))
    assert [item.reference for item in _images(path)] == [f"{path}:1.0", f"{path}:2.0"]
    assert [item.reference for item in _images(path, tag="2.0")] == [str(path)]
    with pytest.raises(NotFound, match=r"no image '3.0'; choose one that it has: 1.0, 2.0"):
        _images(path, tag="3.0")


@pytest.mark.parametrize(
    ("part", "reason"),
    [("manifest", Reason.DIGEST_MISMATCH), ("config", Reason.DIGEST_MISMATCH), ("size", Reason.DIGEST_MISMATCH)],
)
def test_bytes_with_another_digest_are_not_believed(part: str, reason: Reason, tmp_path: Path) -> None:
    built = image()
    blob = built.blobs[0] if part == "config" else built.manifest
    names = layout(("", built))
    changed = blob.data + b" " if part == "size" else blob.data.replace(b"2", b"3", 1)
    names[f"blobs/{blob.digest.replace(':', '/')}"] = changed
    (item,) = _images(write_folder(tmp_path, names))
    assert isinstance(item, Skipped)
    assert (item.status, item.reason) == (Status.FAILED, reason)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"[" * 100_000, b'{"manifests": 3}', b'{"config": {}, "layers": []}'])
def test_an_index_that_is_none(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"index\.json"):
        _images(write_folder(tmp_path, {"index.json": content}))


def test_an_index_with_nothing_in_it(tmp_path: Path) -> None:
    with pytest.raises(NotAnImage, match="lists no image"):
        _images(write_folder(tmp_path, {"index.json": b'{"manifests": []}'}))


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(image().manifest.data)
    names = layout(("", image()))
    names[f"blobs/{image().manifest.digest.replace(':', '/')}"] = str(outside)
    (item,) = _images(write_folder(tmp_path / "layout", names))
    assert isinstance(item, Skipped)
    assert item.status is Status.FAILED


def test_a_nest_of_indexes_ends(tmp_path: Path) -> None:
    built = image()
    names = layout(("", built))
    inner = built.manifest
    for _ in range(10):
        data = json.dumps(
            {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [inner.descriptor()]}
        )
        inner = type(inner)("application/vnd.oci.image.index.v1+json", data.encode())
        names[f"blobs/{inner.digest.replace(':', '/')}"] = inner.data
    names["index.json"] = json.dumps({"schemaVersion": 2, "manifests": [inner.descriptor()]}).encode()
    (item,) = _images(write_folder(tmp_path, names))
    assert isinstance(item, Skipped)
    assert (item.status, item.reason) == (Status.FAILED, Reason.TOO_LARGE)


def test_layers_that_are_missing_are_said_when_they_are_opened(tmp_path: Path) -> None:
    built = image()
    names = layout(("", built))
    del names[f"blobs/{built.blobs[1].digest.replace(':', '/')}"]
    source = open_source(str(write_folder(tmp_path, names)), Settings())
    (item,) = source.images(None)
    assert isinstance(item, Image)
    with pytest.raises(NotFound):
        source.open_layer(item, item.layers[0])


@pytest.mark.parametrize("kind", ["folder", "tar"])
def test_what_is_no_image(kind: str, tmp_path: Path) -> None:
    with pytest.raises(NotAnImage, match=r"holds neither index\.json nor manifest\.json"):
        _images(_write(kind, tmp_path, {"etc/passwd": b"root"}))


def test_what_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(NotAnImage, match="neither a file nor a folder"):
        _images(Path("/dev/null"))
    with pytest.raises(NotFound):
        _images(tmp_path / "missing.tar")


def test_a_truncated_archive(tmp_path: Path) -> None:
    path = write_tar(tmp_path / "layout.tar", layout(("", image())))
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(CorruptData, match="truncated"):
        _images(path)
    packed = write_tar(tmp_path / "layout.tar.gz", layout(("", image())), packed=True)
    packed.write_bytes(packed.read_bytes()[:-2000])
    with pytest.raises(CorruptData):
        _images(packed)
