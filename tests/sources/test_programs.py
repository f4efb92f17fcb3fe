"""What skopeo writes is read: from a real registry, from the embedded one, and from archives of each kind."""

import hashlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from hullmark.demo.images import Built
from hullmark.demo.registry import DemoRegistry
from hullmark.errors import AccessError, CorruptData, NotFound
from hullmark.model import Image, Skipped
from hullmark.settings import Limits, Settings
from hullmark.sources import open_source
from hullmark.sources.docker_login import StoredLogin
from hullmark.sources.registry import Registry
from tests.conftest import require_program
from tests.sources.archives import image, in_zstd, index, layout, write_folder
from tests.sources.programs import PASSWORD, USER, docker_registry, skopeo_push


@pytest.fixture(scope="module")
def built() -> Built:
    return index("linux/amd64", "linux/arm64", attested=True)


@pytest.fixture(scope="module")
def source(built: Built, tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"oci:{write_folder(tmp_path_factory.mktemp('layout'), layout(('1.0', built)))}:1.0"


@pytest.fixture(scope="module")
def real(source: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with docker_registry(tmp_path_factory.mktemp("registry")) as host:
        skopeo_push(source, host, "shop/api:1.0", PASSWORD, "--multi-arch=all")
        zstd = write_folder(tmp_path_factory.mktemp("zstd"), layout(("1.0", in_zstd(image()))))
        skopeo_push(f"oci:{zstd}:1.0", host, "shop/web:zstd", PASSWORD)
        for tag in range(3):
            skopeo_push(source, host, f"shop/many:{tag}", PASSWORD)
        yield host


def _registry(url: str, password: str = PASSWORD) -> Registry:
    return Registry(url, lambda renew=False: StoredLogin(USER, password), Limits())


def _check(registry: Registry, built: Built) -> None:
    """That the registry holds the index, and every layer of its images byte for byte."""
    first, second, note = registry.images("shop/api", "1.0", "all")
    assert isinstance(first, Image)
    assert isinstance(second, Image)
    assert isinstance(note, Skipped)
    assert first.index_digest == built.manifest.digest
    for item, child in zip((first, second), built.children, strict=False):
        assert item.digest == child.manifest.digest
        for layer, blob in zip(item.layers, child.blobs[1:], strict=True):
            with registry.open_blob("shop/api", layer.digest, layer.size) as stream:
                assert stream.read() == blob.data


def test_a_real_registry(real: str, built: Built) -> None:
    registry = _registry(f"http://{real}")
    _check(registry, built)
    assert registry.catalog() == ["shop/api", "shop/many", "shop/web"]
    assert sorted(registry.list_tags("shop/many")) == ["0", "1", "2"]
    registry.close()


def test_zstd_layers_of_a_real_registry(real: str) -> None:
    registry = _registry(f"http://{real}")
    (item,) = registry.images("shop/web", "zstd", None)
    assert isinstance(item, Image)
    for layer in item.layers:
        assert layer.media_type.endswith("+zstd")
        with registry.open_blob("shop/web", layer.digest, layer.size) as stream:
            assert f"sha256:{hashlib.sha256(stream.read()).hexdigest()}" == layer.digest
    registry.close()


def test_refusals_of_a_real_registry(real: str) -> None:
    good, bad = _registry(f"http://{real}"), _registry(f"http://{real}", "wrong")
    with pytest.raises(NotFound, match="has no shop/api:9"):
        good.images("shop/api", "9", None)
    with pytest.raises(NotFound):
        good.open_blob("shop/api", f"sha256:{'0' * 64}", 1)
    with pytest.raises(NotFound):
        good.list_tags("shop/none")
    with pytest.raises(AccessError, match="does not accept the credentials"):
        bad.images("shop/api", "1.0", None)
    good.close()
    bad.close()


def test_skopeo_pushes_to_the_embedded_registry(source: str, built: Built) -> None:
    with DemoRegistry(PASSWORD) as demo:
        skopeo_push(source, demo.host, "shop/api:1.0", PASSWORD, "--multi-arch=all")
        skopeo_push(source, demo.host, "shop/copy:1.0", PASSWORD, "--multi-arch=all")
        registry = _registry(demo.url)
        _check(registry, built)
        assert registry.catalog() == ["shop/api", "shop/copy"]
        registry.close()
        assert demo.requests["leak"] == 0


def test_skopeo_reads_from_the_embedded_registry(built: Built, tmp_path: Path) -> None:
    program = require_program("skopeo")
    with DemoRegistry(PASSWORD) as demo:
        demo.push("shop/api", "1.0", built)
        command = ["copy", "--all", f"--src-creds={USER}:{PASSWORD}", "--src-tls-verify=false"]
        places = [f"docker://{demo.host}/shop/api:1.0", f"oci:{tmp_path}/layout:1.0"]
        done = subprocess.run([program, "--insecure-policy", *command, *places], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    found = [item for item in open_source(f"{tmp_path}/layout", Settings()).images("all") if isinstance(item, Image)]
    assert [item.digest for item in found] == [child.manifest.digest for child in built.children[:2]]


@pytest.mark.parametrize("kind", ["docker-archive", "oci-archive", "oci", "dir"])
def test_what_skopeo_writes(kind: str, tmp_path: Path) -> None:
    program, built = require_program("skopeo"), image()
    layout_path = write_folder(tmp_path / "layout", layout(("1.0", built)))
    target = f"{kind}:{tmp_path}/copy" + (":shop/api:1.0" if kind.endswith("archive") else "")
    command = [program, "--insecure-policy", "copy", f"oci:{layout_path}:1.0", target]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    if kind == "dir":  # skopeo's own folder has no index.json
        with pytest.raises(CorruptData, match="lists no image"):
            open_source(f"{tmp_path}/copy", Settings()).images("all")
        return
    (item,) = open_source(f"{tmp_path}/copy", Settings()).images(None)
    assert isinstance(item, Image)
    assert [layer.diff_id for layer in item.layers] == list(item.config["rootfs"]["diff_ids"])  # type: ignore[index]
    assert len(item.layers) == 2
