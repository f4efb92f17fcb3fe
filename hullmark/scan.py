"""Scan one image by itself: read its layers, load the feeds it needs, and match; no lake, no Prefect."""

import hashlib
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pyarrow as pa

from hullmark.advisories.snapshot import FeedStore, sync
from hullmark.errors import InputError, NotAnImage
from hullmark.fleet.outcome import Outcome, outcome_of
from hullmark.fleet.read import check_diff_ids
from hullmark.inventory import Inventory, LayerInventory, LayerObjects, assemble, read_layer
from hullmark.lake.reading import open_duckdb
from hullmark.lake.schema import PACKAGES
from hullmark.lake.store import Lake
from hullmark.matching.match import match
from hullmark.model import Image, Layer, Skipped, Status
from hullmark.progress import progress
from hullmark.settings import Settings
from hullmark.sources import open_source
from hullmark.sources.base import Source

Rows = list[dict[str, object]]


@dataclass(frozen=True, slots=True)
class ScannedImage:
    """One image with what is installed and what is wrong with it (schema FINDINGS)."""

    image: Image
    inventory: Inventory
    outcome: Outcome
    findings: pa.Table


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a reference came to: images, what could not be read, and the feeds that were used (rows of FEED_SNAPSHOTS)."""

    images: tuple[ScannedImage, ...]
    gaps: tuple[str, ...]
    feeds: Rows


def scan(reference: str, settings: Settings, platform: str | None = None, *, cache: bool = True) -> Scanned:
    """Scan what `reference` names, for one platform or "all"; `settings.feeds` says where advisories come from.

    `cache` keeps layer inventories under the user's cache folder, so that a layer is read once. Raises UsageError,
    InputError (NotAnImage when there is no image in it), AccessError, TransportError and FeedError.
    """
    source = open_source(reference, settings)
    try:
        found = source.images(platform)
        images = [item for item in found if isinstance(item, Image)]
        skipped = [item for item in found if isinstance(item, Skipped)]
        if not images:
            raise NotAnImage(_no_image(reference, skipped))
        inventories = _inventories(source, images, settings, cache)
    finally:
        source.close()
    store, gaps = _advisories(inventories, settings, bool(settings.feeds))
    findings = _match([inventory.packages for inventory in inventories], store, settings)
    scanned = tuple(
        ScannedImage(image, inventory, outcome_of(inventory), part)
        for image, inventory, part in zip(images, inventories, findings, strict=True)
    )
    unread = [f"{item.digest[:19]}: {item.detail}" for item in skipped if item.status is Status.FAILED]
    partial_images = [item.outcome.detail for item in scanned if item.outcome.status is not Status.SCANNED]
    return Scanned(scanned, (*unread, *partial_images, *gaps), store.status().to_pylist())


def cache_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Where layers and feeds of single scans are kept: $XDG_CACHE_HOME/hullmark or ~/.cache/hullmark."""
    return Path(environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")) / "hullmark"


def _no_image(reference: str, skipped: Sequence[Skipped]) -> str:
    if not skipped:
        return f"{reference} holds no image; name an image archive, a layout or a registry reference"
    first = skipped[0]
    return f"{reference} holds no image that can be scanned: {first.detail}; name another reference"


def _inventories(source: Source, images: Sequence[Image], settings: Settings, cache: bool) -> list[Inventory]:
    """Every distinct layer once, several at a time; raises what reading raises."""
    wanted: dict[str, tuple[Image, Layer]] = {}
    for image in images:
        for layer in image.layers:
            wanted.setdefault(layer.digest, (image, layer))
    objects = _layer_cache() if cache else None
    progress().begin("Read layers", len(wanted))
    with ThreadPoolExecutor(settings.threads) as pool:
        work = [pool.submit(_read, source, image, layer, settings, objects) for image, layer in wanted.values()]
        try:
            layers = {digest: future.result() for digest, future in zip(wanted, work, strict=True)}
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    inventories = []
    for image in images:
        stack = [layers[layer.digest] for layer in image.layers]
        check_diff_ids(image, stack)
        inventories.append(assemble(image, stack))
    return inventories


def _layer_cache() -> LayerObjects | None:
    folder = cache_folder() / "layers"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:  # a read-only home, as in CI: every layer is read, nothing is kept
        return None
    return LayerObjects(str(folder)) if os.access(folder, os.W_OK) else None


def _read(source: Source, image: Image, layer: Layer, settings: Settings, objects: LayerObjects | None) -> LayerInventory:
    if objects is not None and not objects.missing([layer.digest]):
        inventory = objects.get(layer.digest)
    else:
        reopen = partial(source.open_layer, image, layer)
        try:
            with reopen() as stream:
                inventory = read_layer(stream, layer, settings.limits, reopen)
        except InputError as error:
            raise type(error)(f"layer {layer.index} of {image.reference}: {error}") from None
        if objects is not None:
            objects.put(inventory)
    progress().advance()
    return inventory


def _advisories(inventories: Sequence[Inventory], settings: Settings, named: bool) -> tuple[FeedStore, list[str]]:
    """The feeds that these packages need, fetched when they are old; returns sentences about what is missing or late."""
    ecosystems: set[str] = set()
    for inventory in inventories:
        names = inventory.packages.column("ecosystem").unique().to_pylist()
        ecosystems.update(name.partition(":")[0] for name in names if name)
    if named:
        folder = hashlib.sha256(settings.feeds.encode()).hexdigest()[:16]
        store = FeedStore(str(cache_folder() / "feeds" / folder))
    else:
        store = FeedStore(Lake(settings.lake).feeds_root)
    progress().begin("Load advisories", None)
    sync(store, settings, sorted(ecosystems), progress=progress().note)
    have = {str(row["feed"]) for row in store.status().to_pylist() if row["snapshot"]}
    absent = sorted(name for name in ecosystems if f"osv/{name}" not in have)
    return store, [f"There are no advisories for {name}, so its packages were not compared." for name in absent]


def _match(packages: Sequence[pa.Table], store: FeedStore, settings: Settings) -> list[pa.Table]:
    progress().begin("Match", None)
    connection = open_duckdb(settings.memory_mb)
    store.register(connection)
    everything = pa.concat_tables([PACKAGES.empty_table(), *packages])
    connection.register("package", everything)
    match(connection)
    found = connection.table("finding").to_arrow_table()
    digests = found.column("image_digest")
    return [found.filter(pa.compute.equal(digests, _digest(table))) for table in packages]


def _digest(packages: pa.Table) -> str:
    return str(packages.column("image_digest")[0].as_py()) if packages.num_rows else ""


def with_feeds(settings: Settings, feeds: str | None) -> Settings:
    """Settings with another place for the feeds, if one was named."""
    return replace(settings, feeds=feeds) if feeds else settings
