"""The layers of a scan: each distinct one is read once, several at a time, the largest first."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from hullmark.errors import InputError
from hullmark.inventory import LayerInventory, read_layer
from hullmark.inventory.room import Room
from hullmark.model import Image, Layer
from hullmark.progress import progress
from hullmark.settings import Settings
from hullmark.sources.base import Source

if TYPE_CHECKING:
    from hullmark.inventory import LayerObjects
    from hullmark.inventory.globs import Matcher

Layers = Mapping[str, LayerInventory]


@contextmanager
def reading(
    source: Source,
    images: Sequence[Image],
    settings: Settings,
    objects: "LayerObjects | None" = None,
    wanting: "Matcher | None" = None,
) -> Iterator[Callable[[], Layers]]:
    """Threads read the layers of all images while the block runs; what it gets waits for them, and raises what they raise.

    `objects` has layers that were read before and keeps those that are read; `wanting` are the catalogers to ask.
    """
    wanted: dict[str, tuple[Image, Layer]] = {}
    for image in images:
        for layer in image.layers:
            wanted.setdefault(layer.digest, (image, layer))
    listener = progress()  # of this thread; others have none
    listener.begin("Read layers", len(wanted))
    read = partial(read_layer, limits=settings.limits, wanting=wanting)
    room = Room(settings.limits.image_bytes, images[0].reference)

    def take(image: Image, layer: Layer) -> LayerInventory:
        return room.take(_read(source, image, layer, read, objects))

    pool = ThreadPoolExecutor(settings.threads)
    try:
        work: dict[str, Future[LayerInventory]] = {}
        for digest, (image, layer) in sorted(wanted.items(), key=lambda item: -item[1][1].size):
            work[digest] = pool.submit(take, image, layer)
            work[digest].add_done_callback(lambda _: listener.advance())
        yield lambda: {digest: work[digest].result() for digest in wanted}
    finally:  # after a failure nobody waits for the layers that are still being read
        pool.shutdown(wait=False, cancel_futures=True)


def _read(
    source: Source, image: Image, layer: Layer, read: Callable[..., LayerInventory], objects: "LayerObjects | None"
) -> LayerInventory:
    if objects is not None and not objects.missing([layer.digest]):
        inventory = objects.get(layer.digest)
    else:
        reopen = partial(source.open_layer, image, layer)
        try:
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
