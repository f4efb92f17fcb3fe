"""A real registry, and scans with the demo's advisories in a home of the test's own."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from hullmark.demo.feeds import write_feeds
from hullmark.demo.images import Built
from hullmark.demo.registry import DemoRegistry
from hullmark.model import Image, Skipped
from hullmark.reports.scan_report import scan_report
from hullmark.reports.stacked_rows import report_rows
from hullmark.scan import scan
from hullmark.scan_answer import Scanned
from hullmark.scan_attested import Stated, read_beside
from hullmark.settings import read_settings
from hullmark.sources import open_source
from tests.sources.programs import PASSWORD, USER, docker_registry

Scan = Callable[..., Scanned]


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with docker_registry(tmp_path_factory.mktemp("registry")) as host:
        yield host


@pytest.fixture(scope="module")
def feeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_feeds(tmp_path_factory.mktemp("feeds"))


@pytest.fixture
def demo() -> Iterator[DemoRegistry]:
    with DemoRegistry(page=1) as registry:
        yield registry


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HULLMARK_REGISTRY_USER", USER)
    monkeypatch.setenv("HULLMARK_REGISTRY_PASSWORD", PASSWORD)
    return tmp_path


@pytest.fixture
def scanned(home: Path, feeds: Path) -> Scan:
    """`scanned(reference, platform, vex=..., compare=...)` with the demo's advisories."""

    def call(reference: str, platform: str = "linux/amd64", **more: Any) -> Scanned:  # noqa: ANN401  # as `scan` has them
        settings = replace(read_settings(), lake=str(home / "lake"), feeds=str(feeds))
        return scan(reference, settings, platform, **more)

    return call


def beside(reference: str, platform: str = "linux/amd64", **limits: int) -> Stated:
    """What lies with the images of a reference, without reading a layer."""
    settings = read_settings()
    source = open_source(reference, replace(settings, limits=replace(settings.limits, **limits)))
    try:
        found = source.images(platform)
        images = [item for item in found if isinstance(item, Image)]
        return read_beside(source, images, [item for item in found if isinstance(item, Skipped)])
    finally:
        source.close()


def put(host: str, repository: str, tag: str, built: Built) -> str:
    """Push to the real registry; its digest."""
    with httpx.Client(base_url=f"http://{host}/v2/{repository}", auth=(USER, PASSWORD), trust_env=False) as http:
        _put(http, tag, built)
    return built.manifest.digest


def _put(http: httpx.Client, tag: str, built: Built) -> None:
    for child in built.children:
        _put(http, "", child)
    for blob in built.blobs:
        place = httpx.URL(http.post("/blobs/uploads/").raise_for_status().headers["Location"])
        http.put(place.copy_merge_params({"digest": blob.digest}), content=blob.data).raise_for_status()
    manifest = built.manifest
    headers = {"Content-Type": manifest.media_type}
    http.put(f"/manifests/{tag or manifest.digest}", content=manifest.data, headers=headers).raise_for_status()


def reports(scanned: Scanned) -> list[Any]:
    """What `hullmark scan` would write."""
    return [
        scan_report(item.image, item.found.distro, report_rows(item.found, item.layers, item.findings, item.beside), ())
        for item in scanned.images
    ]
