"""The layers of a scan: each distinct one is read once, several at a time, the largest first."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from hullmark.errors import InputError
from hullmark.inventory import LayerInventory, read_layer
from hullmark.inventory.globs import Matcher, matcher
from hullmark.inventory.room import Room
from hullmark.model import Image, Layer
from hullmark.progress import progress
from hullmark.scan_processes import forked, kept, may_fork
from hullmark.settings import MIB, Settings
from hullmark.sources.base import Source

if TYPE_CHECKING:
    from hullmark.inventory import LayerObjects

Layers = Mapping[str, LayerInventory]
LARGE = 4 * MIB  # bytes of a layer for which another process is worth its start


@contextmanager
def reading(
    source: Source,
    images: Sequence[Image],
    settings: Settings,
    objects: "LayerObjects | None" = None,
    wanting: Matcher | None = None,
) -> Iterator[Callable[[], Layers]]:
    """The layers of all images are read while the block runs; what it gets waits for them, and raises what reading raises.

    `objects` has layers that were read before and keeps those that are read; `wanting` are the catalogers to ask.
    """
    wanted: dict[str, tuple[Image, Layer]] = {}
    for image in images:
        for layer in image.layers:
            wanted.setdefault(layer.digest, (image, layer))
    items = sorted(wanted.values(), key=lambda item: -item[1].size)
    read = partial(read_layer, limits=settings.limits, wanting=wanting)
    tasks = [partial(_read, source, image, layer, read, objects) for image, layer in items]
    room = Room(settings.limits.image_bytes, images[0].reference)
    unread = objects.missing(wanted) if objects else list(wanted)
    large = min(settings.threads, sum(wanted[digest][1].size > LARGE for digest in unread))
    by = partial(threaded, settings.threads)
    if source.opens_anew and wanting is None and may_fork(large, tasks):
        matcher()  # imports the catalogers once, and not in each process
        by = partial(forked, large)
    with by(tasks, room.take) as work:
        listener = progress()  # of this thread; others have none
        listener.begin("Read layers", len(tasks))
        for future in work:
            future.add_done_callback(lambda _: listener.advance())
        yield lambda: {layer.digest: future.result() for (_, layer), future in zip(items, work, strict=True)}


@contextmanager
def threaded(
    count: int, tasks: Sequence[Callable[[], LayerInventory]], keep: Callable[[LayerInventory], LayerInventory]
) -> "Iterator[list[Future[LayerInventory]]]":
    """What the tasks make, in their order, done by so many threads while the block runs, as `keep` gives it back."""
    pool = ThreadPoolExecutor(count)
    try:
        yield [pool.submit(kept, task, keep) for task in tasks]
    finally:  # after a failure nobody waits for the layers that are still being read
        pool.shutdown(wait=False, cancel_futures=True)


def _read(
    source: Source, image: Image, layer: Layer, read: Callable[..., LayerInventory], objects: "LayerObjects | None"
) -> LayerInventory:
    try:
        if objects is not None and not objects.missing([layer.digest]):
            source.check_layer(image, layer)
            return objects.get(layer.digest)
        reopen = partial(source.open_layer, image, layer)
        with reopen() as stream:
            inventory = read(stream, layer, reopen=reopen)
    except InputError as error:
        raise type(error)(_of_layer(image, layer, str(error))) from None
    if objects is not None:
        objects.put(inventory)
    return inventory


def _of_layer(image: Image, layer: Layer, sentence: str) -> str:
    """The sentence about a layer with its place in the image instead of its digest alone."""
    short = f"layer {layer.digest[:19]}"
    rest = sentence.removeprefix(short) if sentence.startswith(short) else f": {sentence}"
    return f"layer {layer.index} of {image.reference} ({layer.digest[:19]}){rest}"
