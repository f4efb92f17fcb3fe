import gzip
import io
import json
import os
import tarfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hullmark.errors import CorruptData, InputError, LimitExceeded, NotFound, Unsupported
from hullmark.model import Image, Reason, Skipped, Status
from hullmark.settings import Limits, Settings
from hullmark.sources import open_source
from hullmark.sources.tar_files import TarFiles
from tests.sources.archives import Names, digest, image, layout, saved, tar, write_folder, write_tar

FIRST, SECOND = tar({"etc/os-release": b"ID=debian\n"}), tar({"app": os.urandom(3_000_000)})


def _only(path: Path, reference: str = "") -> tuple[Image, list[bytes]]:
    source = open_source(reference or str(path), Settings())
    (item,) = source.images(None)
    assert isinstance(item, Image), item
    contents = []
    for layer in item.layers:
        with source.open_layer(item, layer) as stream:
            contents.append(stream.read())
    source.close()
    return item, contents


@pytest.mark.parametrize("kind", ["folder", "tar", "tar.gz", "gnu"])
def test_layers_come_as_they_are_stored(kind: str, tmp_path: Path) -> None:
    names = saved([FIRST, SECOND])
    if kind == "folder":
        path = write_folder(tmp_path / "saved", names)
    else:
        form = tarfile.GNU_FORMAT if kind == "gnu" else tarfile.PAX_FORMAT
        path = write_tar(tmp_path / "saved.tar", names, packed=kind == "tar.gz", format=form)
    item, contents = _only(path)
    assert contents == [FIRST, SECOND]
    assert item.digest == digest(bytes(names["config.json"]))  # type: ignore[arg-type]
    assert (item.reference, item.registry, item.tags, str(item.platform)) == (
        str(path),
        "",
        ("shop/api:1.0",),
        "linux/amd64",
    )
    assert (
        [layer.digest for layer in item.layers]
        == [layer.diff_id for layer in item.layers]
        == [digest(FIRST), digest(SECOND)]
    )


def test_compressed_layers_have_the_digest_of_the_stored_bytes(tmp_path: Path) -> None:
    packed = gzip.compress(FIRST, mtime=0)
    item, contents = _only(write_tar(tmp_path / "saved.tar", saved([packed, SECOND])))
    assert contents == [packed, SECOND]
    assert [layer.digest for layer in item.layers] == [digest(packed), digest(SECOND)]
    assert item.layers[0].diff_id == digest(FIRST)
    assert item.layers[0].media_type.endswith(".tar.gzip")


@pytest.mark.parametrize("target", ["../real/layer.tar", "./../1/../real/layer.tar"])
@pytest.mark.parametrize("kind", ["folder", "tar", "tar.gz"])
def test_a_layer_may_be_a_symbolic_link(kind: str, target: str, tmp_path: Path) -> None:
    names: dict[str, bytes | str] = {
        "1/json": b"{}",
        **saved([FIRST, SECOND]),
        "0/layer.tar": target,
        "real/layer.tar": FIRST,
    }
    path = (
        write_folder(tmp_path / "saved", names)
        if kind == "folder"
        else write_tar(tmp_path / "s", names, packed=kind == "tar.gz")
    )
    assert _only(path)[1] == [FIRST, SECOND]


@pytest.mark.parametrize("target", ["/etc/passwd", "../../etc/passwd", "layer.tar", "../gone/layer.tar"])
@pytest.mark.parametrize("kind", ["folder", "tar"])
def test_a_link_that_leads_out_or_nowhere(kind: str, target: str, tmp_path: Path) -> None:
    names = {**saved([FIRST]), "0/layer.tar": target}
    path = write_folder(tmp_path / "saved", names) if kind == "folder" else write_tar(tmp_path / "s.tar", names)
    (item,) = open_source(str(path), Settings()).images(None)
    assert isinstance(item, Skipped)
    assert (item.status, item.reason) == (Status.FAILED, Reason.CORRUPT)


def test_a_hard_link_is_the_file_that_it_names(tmp_path: Path) -> None:
    names = saved([FIRST])
    del names["0/layer.tar"]
    data = io.BytesIO(tar({**names, "real.tar": FIRST}))
    with tarfile.open(fileobj=data, mode="a") as archive:
        link = tarfile.TarInfo("0/layer.tar")
        link.type, link.linkname = tarfile.LNKTYPE, "real.tar"
        archive.addfile(link)
    path = tmp_path / "saved.tar"
    path.write_bytes(data.getvalue())
    assert _only(path)[1] == [FIRST]


def test_several_images_are_told_apart_by_their_names(tmp_path: Path) -> None:
    names = saved([FIRST], ["shop/api:1.0", "shop/api:stable"])
    entry = json.loads(bytes(names["manifest.json"]))[0]  # type: ignore[arg-type]
    names["manifest.json"] = json.dumps([entry, {**entry, "RepoTags": ["shop/web:2.0"]}]).encode()
    path = write_tar(tmp_path / "saved.tar", names)
    source = open_source(str(path), Settings())
    assert [item.reference for item in source.images(None)] == [f"{path}:shop/api:1.0", f"{path}:shop/web:2.0"]
    for tag in ("shop/web:2.0", "2.0"):
        assert _only(path, f"docker-archive:{path}:{tag}")[0].tags == ("shop/web:2.0",)
    with pytest.raises(NotFound, match=r"choose one that it has: shop/api:1\.0, shop/api:stable, shop/web:2\.0"):
        open_source(f"docker-archive:{path}:3.0", Settings()).images(None)


def test_an_archive_that_is_also_a_layout_is_read_as_a_layout(tmp_path: Path) -> None:
    built = image()
    path = write_tar(tmp_path / "both.tar", {**saved([FIRST]), **layout(("1.0", built))})
    assert _only(path)[0].digest == built.manifest.digest
    assert _only(path, f"docker-archive:{path}")[0].digest != built.manifest.digest


@pytest.mark.parametrize("index", [b'{"manifests": null}', b'{"schemaVersion": 2, "manifests": []}'])
def test_a_layout_that_lists_nothing_is_read_as_a_docker_archive(index: bytes, tmp_path: Path) -> None:
    assert _only(write_tar(tmp_path / "both.tar", {"index.json": index, **saved([FIRST])}))[1] == [FIRST]


@pytest.mark.parametrize(
    "manifest",
    [
        b"",
        b"{}",
        b"[]",
        b"[3]",
        b"[{}]",
        b'[{"Config": ""}]',
        b'[{"Config": "/etc/passwd", "Layers": []}]',
        b'[{"Config": "../config.json", "Layers": []}]',
        b'[{"Config": "config.json", "Layers": "x"}]',
        b'[{"Config": "config.json", "Layers": [3]}]',
        b'[{"Config": "config.json", "Layers": [], "RepoTags": {}}]',
        b"[" * 100_000,
        json.dumps([{"Config": "config.json", "Layers": ["x"] * 600}]).encode(),
        json.dumps([{"Config": "config.json", "Layers": []}] * 600).encode(),
    ],
)
def test_a_damaged_manifest_json(manifest: bytes, tmp_path: Path) -> None:
    path = write_tar(tmp_path / "saved.tar", {**saved([FIRST]), "manifest.json": manifest})
    with pytest.raises((CorruptData, LimitExceeded)):
        open_source(str(path), Settings()).images(None)


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        (b"", Reason.CORRUPT),
        (b"[]", Reason.CORRUPT),
        (b"{}", Reason.CORRUPT),
        (b'{"rootfs": {"diff_ids": ["sha256:1"]}}', Reason.CORRUPT),
        (b'{"rootfs": {"diff_ids": [3]}}', Reason.CORRUPT),
        (b" " * 9_000_000, Reason.TOO_LARGE),
    ],
)
def test_a_damaged_configuration(config: bytes, reason: Reason, tmp_path: Path) -> None:
    path = write_tar(tmp_path / "saved.tar", {**saved([FIRST]), "config.json": config})
    (item,) = open_source(str(path), Settings()).images(None)
    assert isinstance(item, Skipped)
    assert (item.status, item.reason) == (Status.FAILED, reason)


@pytest.mark.parametrize("magic", [b"BZh9", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd", b"PK\x03\x04"])
def test_other_compressions_are_named(magic: bytes, tmp_path: Path) -> None:
    path = tmp_path / "saved.tar"
    path.write_bytes(magic + bytes(1000))
    with pytest.raises(Unsupported, match="unpack it first"):
        open_source(str(path), Settings())


def test_before_docker_1_10(tmp_path: Path) -> None:
    with pytest.raises(Unsupported, match=r"before 1\.10"):
        open_source(str(write_tar(tmp_path / "old.tar", {"repositories": b"{}", "1/layer.tar": FIRST})), Settings())


def test_layers_of_a_packed_archive_are_read_at_once(tmp_path: Path) -> None:
    layers = [tar({f"file{place}": os.urandom(3_000_000)}) for place in range(6)]
    source = open_source(str(write_tar(tmp_path / "saved.tar.gz", saved(layers), packed=True)), Settings())
    (item,) = source.images(None)
    assert isinstance(item, Image)

    def read(place: int) -> bytes:
        with source.open_layer(item, item.layers[place]) as stream:
            return stream.read()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(read, [5, 0, 3, 1, 4, 2, 5, 0])) == [layers[place] for place in (5, 0, 3, 1, 4, 2, 5, 0)]


def _hostile(kind: str) -> bytes:
    entry = tarfile.TarInfo("a")
    entry.size = 0
    if kind == "long header":
        entry.pax_headers = {"comment": "x" * 2_000_000}
        return entry.tobuf(tarfile.PAX_FORMAT) + bytes(1024)
    if kind == "endless entry":
        entry.size = 2**62
        return entry.tobuf(tarfile.GNU_FORMAT)
    if kind == "bad checksum later":
        return entry.tobuf() + b"x" * 512
    if kind == "half a header":
        return entry.tobuf() + b"x" * 100
    if kind == "pax that counts wrong":
        return tar({"b": b"1"})[:0] + _pax(b"99999999 path=x\n") + entry.tobuf() + bytes(1024)
    return _pax(b"20 size=-5\n999 path") + entry.tobuf() + bytes(1024)


def _pax(records: bytes) -> bytes:
    head = tarfile.TarInfo("pax")
    head.type, head.size = tarfile.XHDTYPE, len(records)
    return head.tobuf(tarfile.USTAR_FORMAT) + records + bytes(-len(records) % 512)


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("long header", LimitExceeded),
        ("endless entry", LimitExceeded),
        ("bad checksum later", CorruptData),
        ("half a header", CorruptData),
        ("pax that counts wrong", InputError),
        ("pax of nonsense", InputError),
    ],
)
def test_hostile_tars(kind: str, error: type[InputError], tmp_path: Path) -> None:
    path = tmp_path / "hostile.tar"
    path.write_bytes(_hostile(kind))
    with pytest.raises(error):
        open_source(str(path), Settings())


@pytest.mark.parametrize("format", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT])
def test_names_of_every_length(format: int, tmp_path: Path) -> None:  # noqa: A002
    names: Names = {
        f"{'d' * (length // 2)}/{'f' * (length - length // 2 - 1)}": str(length).encode() for length in (5, 99, 101, 150)
    }
    files = TarFiles(write_tar(tmp_path / "names.tar", names, format=format), Limits())
    for name, content in names.items():
        with files.open(name) as stream:
            assert stream.read() == content
    assert files.size("missing") is None
