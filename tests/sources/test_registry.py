"""The registry client against the embedded registry: real sockets, redirects to storage, broken connections."""

import hashlib
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from hullmark.demo.registry import DemoRegistry
from hullmark.errors import AccessError, IntegrityError, NotFound, Stopped, Throttled, TransportError
from hullmark.model import Image, Skipped
from hullmark.settings import Limits, Settings
from hullmark.sources import open_source
from hullmark.sources.docker_login import StoredLogin
from hullmark.sources.registry import Registry
from tests.sources.archives import image, index

PASSWORD = "a-demo-token"
BIG = os.urandom(6_000_000)


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


@pytest.fixture
def demo() -> Iterator[DemoRegistry]:
    with DemoRegistry(PASSWORD, page=2) as registry:
        yield registry


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def registry(demo: DemoRegistry, waits: list[float]) -> Iterator[Registry]:
    client = Registry(demo.url, lambda renew=False: StoredLogin("AWS", PASSWORD), Limits(), pause=waits.append)
    yield client
    client.close()


def test_images_of_a_tag_and_of_a_digest(demo: DemoRegistry, registry: Registry) -> None:
    digest = demo.push("shop/api", "1.0", index("linux/amd64", "linux/arm64", attested=True))
    first, second, note = registry.images("shop/api", "1.0", "all")
    assert isinstance(first, Image)
    assert isinstance(second, Image)
    assert isinstance(note, Skipped)
    assert first.reference == f"{demo.host}/shop/api:1.0"
    assert (first.registry, first.repository, first.tags, first.index_digest) == (demo.host, "shop/api", ("1.0",), digest)
    (only,) = registry.images("shop/api", second.digest, None)
    assert isinstance(only, Image)
    assert (only.reference, only.tags, only.index_digest) == (f"{demo.host}/shop/api@{second.digest}", (), "")
    assert only.layers == second.layers
    with registry.open_blob("shop/api", only.layers[0].digest, only.layers[0].size) as stream:
        assert _digest(stream.read()) == only.layers[0].digest


def test_only_the_wanted_platform_is_asked_for(demo: DemoRegistry, registry: Registry) -> None:
    demo.push("shop/api", "1.0", index("linux/amd64", "linux/arm64", "linux/s390x"))
    registry.images("shop/api", "1.0", "linux/s390x")
    assert demo.requests["manifest"] == 3  # the 401, the index, the one manifest


def test_a_typed_reference_is_read_with_the_login_of_its_host(demo: DemoRegistry) -> None:
    demo.push("shop/api", "1.0", image())
    environ = {"HULLMARK_REGISTRY_USER": "AWS", "HULLMARK_REGISTRY_PASSWORD": PASSWORD}
    source = open_source(f"{demo.host}/shop/api:1.0", Settings(), environ)
    (item,) = source.images(None)
    assert isinstance(item, Image)
    with source.open_layer(item, item.layers[0]) as stream:
        assert len(stream.read()) == item.layers[0].size
    source.close()


def test_storage_is_never_shown_a_login(demo: DemoRegistry, registry: Registry) -> None:
    digest = demo.push_blob("shop/api", BIG)
    for _ in range(3):
        with registry.open_blob("shop/api", digest, len(BIG)) as stream:
            assert stream.read() == BIG
    assert demo.requests["storage"] == 3
    assert demo.requests["leak"] == 0


def test_one_connection_is_enough_for_one_thread(demo: DemoRegistry, registry: Registry) -> None:
    demo.push("shop/api", "1.0", image())
    for _ in range(3):
        (item,) = registry.images("shop/api", "1.0", None)
        assert isinstance(item, Image)
        with registry.open_blob("shop/api", item.layers[0].digest, item.layers[0].size) as stream:
            stream.read()
    with pytest.raises(NotFound):
        registry.get_manifest("shop/api", "9")
    assert demo.requests["connection"] == 1


def test_a_reader_that_hangs_up_leaves_the_registry_quiet(
    demo: DemoRegistry, registry: Registry, capfd: pytest.CaptureFixture[str]
) -> None:
    digest = demo.push_blob("shop/api", BIG)
    for _ in range(3):
        with registry.open_blob("shop/api", digest, len(BIG)) as stream:
            stream.read(10)
    demo.stop()
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("drops", [[0], [1], [1_000_000], [5_999_999], [100_000] * 5, [1_500_000] * 3])
def test_a_broken_download_is_taken_up_where_it_broke(drops: list[int], demo: DemoRegistry, registry: Registry) -> None:
    digest = demo.push_blob("shop/api", BIG)
    for after in drops:
        demo.drop(digest, after)
    with registry.open_blob("shop/api", digest, len(BIG)) as stream:
        assert stream.read() == BIG
    assert demo.requests["storage"] == 1 + len(drops)


def test_a_download_that_always_breaks_is_given_up(demo: DemoRegistry, registry: Registry) -> None:
    digest = demo.push_blob("shop/api", BIG)
    demo.drop(digest, 0, times=100)
    with (
        pytest.raises(TransportError, match=r"broke off 6 times, last after 0 bytes"),
        registry.open_blob("shop/api", digest, len(BIG)) as stream,
    ):
        stream.read()
    assert demo.requests["storage"] < 20


def test_whoever_reads_when_it_is_stopped_gets_the_reason(demo: DemoRegistry, registry: Registry) -> None:
    digest = demo.push_blob("shop/api", BIG)
    with registry.open_blob("shop/api", digest, len(BIG)) as stream:
        assert stream.read(10) == BIG[:10]
        registry.stop("the account was disconnected")
        with pytest.raises(Stopped, match="the account was disconnected"):
            stream.read()
    before = demo.requests
    with pytest.raises(Stopped):
        registry.list_tags("shop/api")
    assert demo.requests == before


def test_storage_that_fails_now_and_then_is_asked_again(demo: DemoRegistry, registry: Registry, waits: list[float]) -> None:
    digest = demo.push_blob("shop/api", BIG)
    demo.refuse(f"storage {digest}", 503, times=2)
    demo.drop(digest, 10)
    demo.refuse("blob", 429, retry_after="2")
    with registry.open_blob("shop/api", digest, -1) as stream:
        assert stream.read() == BIG
    assert 2.0 in waits
    assert len(waits) == 4


@pytest.mark.parametrize("size", [len(BIG) - 1, len(BIG) + 1, 0])
def test_another_length_than_the_manifest_says(size: int, demo: DemoRegistry, registry: Registry) -> None:
    digest = demo.push_blob("shop/api", BIG)
    with pytest.raises(IntegrityError, match=f"should have {size} bytes but has {len(BIG)}"):
        registry.open_blob("shop/api", digest, size)


def test_bytes_that_are_not_the_configuration(demo: DemoRegistry, registry: Registry) -> None:
    built = image()
    demo.push("shop/api", "1.0", built)
    demo.tamper(built.blobs[0].digest, built.blobs[0].data.replace(b"linux", b"limux"))
    (item,) = registry.images("shop/api", "1.0", None)
    assert isinstance(item, Skipped)
    assert item.reason == "digest-mismatch"


def test_tags_and_catalog_to_the_last_page(demo: DemoRegistry, registry: Registry) -> None:
    names = [f"team-{place}/api" for place in range(5)]
    for name in names:
        demo.push(name, "1.0", image("static"))
    tags = [f"1.{place}" for place in range(7)]
    for tag in tags:
        demo.push("team-0/api", tag, image("static"))
    assert registry.catalog() == names
    assert registry.list_tags("team-0/api") == tags
    assert demo.requests["tags"] == 4
    with pytest.raises(NotFound, match="has no list of tags of team-9/api"):
        registry.list_tags("team-9/api")


def test_an_empty_registry(registry: Registry) -> None:
    assert registry.catalog() == []


@pytest.mark.parametrize(
    ("status", "error", "tries"),
    [
        (500, TransportError, 4),
        (503, TransportError, 4),
        (429, Throttled, 4),
        (403, AccessError, 1),
        (404, NotFound, 1),
        (400, TransportError, 1),
    ],
)
def test_what_a_refusal_means(  # noqa: PLR0917  a table
    status: int, error: type[Exception], tries: int, demo: DemoRegistry, registry: Registry, waits: list[float]
) -> None:
    demo.refuse("manifest", status, times=10)
    with pytest.raises(error, match=r"shop/api:1\.0") as failure:
        registry.get_manifest("shop/api", "1.0")
    assert demo.host in str(failure.value)
    assert PASSWORD not in str(failure.value)
    assert demo.requests["manifest"] == tries
    assert len(waits) == tries - 1


def test_a_registry_that_asks_for_an_hour_is_not_waited_for(
    demo: DemoRegistry, registry: Registry, waits: list[float]
) -> None:
    demo.refuse("manifest", 429, retry_after="3600")
    with pytest.raises(Throttled):
        registry.get_manifest("shop/api", "1.0")
    assert waits == []


def test_a_failure_that_passes(demo: DemoRegistry, registry: Registry) -> None:
    demo.push("shop/api", "1.0", image())
    demo.refuse("manifest", 502, times=3)
    assert len(registry.images("shop/api", "1.0", None)) == 1


def test_no_login(demo: DemoRegistry) -> None:
    client = Registry(demo.url, None, Limits())
    with pytest.raises(AccessError, match=r"wants credentials for shop/api:1\.0; run docker login"):
        client.get_manifest("shop/api", "1.0")
    client.close()


def test_a_wrong_login_is_tried_once_anew(demo: DemoRegistry) -> None:
    asked: list[bool] = []

    def login(*, renew: bool = False) -> StoredLogin:
        asked.append(renew)
        return StoredLogin("AWS", "wrong")

    client = Registry(demo.url, login, Limits())
    with pytest.raises(AccessError, match="does not accept the credentials"):
        client.get_manifest("shop/api", "1.0")
    assert asked == [False, True]
    client.close()


def test_a_token_that_expires_is_renewed_once_by_all_threads() -> None:
    passwords = ["first"]
    renewed: list[bool] = []

    def login(*, renew: bool = False) -> StoredLogin:
        renewed.append(renew)
        return StoredLogin("AWS", passwords[-1])

    with DemoRegistry(lambda: passwords[-1]) as demo:
        digests = [demo.push_blob("shop/api", os.urandom(200_000)) for _ in range(24)]
        client = Registry(demo.url, login, Limits())

        def read(digest: str) -> bool:
            with client.open_blob("shop/api", digest, 200_000) as stream:
                return _digest(stream.read()) == digest

        with ThreadPoolExecutor(8) as pool:
            assert all(pool.map(read, digests))
            passwords.append("second")
            assert all(pool.map(read, digests))
        client.close()
        assert renewed.count(True) == 1
        assert demo.requests["leak"] == 0


def test_nobody_there() -> None:
    with DemoRegistry() as demo:
        url = demo.url
    client = Registry(url, None, Limits(), pause=lambda _: None)
    with pytest.raises(TransportError, match="cannot be reached"):
        client.catalog()
    client.close()


def test_the_embedded_registry_starts_and_stops_twice() -> None:
    demo = DemoRegistry()
    demo.stop()
    with pytest.raises(RuntimeError):
        _ = demo.url
    demo.push("shop/api", "1.0", image())
    for _ in range(2):
        with demo:
            client = Registry(demo.url, None, Limits())
            assert client.list_tags("shop/api") == ["1.0"]
            client.close()
