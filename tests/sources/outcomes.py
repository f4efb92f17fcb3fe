"""What a source makes of an archive, as rows that a table can hold."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from hullmark.errors import HullmarkError
from hullmark.model import Image, Layer, Skipped
from hullmark.settings import Settings
from hullmark.sources import open_source
from hullmark.sources.base import Source

COLUMNS = ("archive", "outcome", "tags", "platform", "layers", "mismatched", "count")


def outcomes(path: Path) -> Iterator[tuple[str, ...]]:
    """One row for each different outcome: an image, a manifest that is none, or the kind of error."""
    try:
        source = open_source(str(path), Settings())
        found = source.images("all")
        rows = Counter(_row(source, item) for item in found)
        source.close()
    except HullmarkError as error:
        assert str(path) in str(error)
        rows = Counter([(type(error).__name__, "", "", "", "")])
    for row, count in rows.items():
        yield (path.name, *row, str(count))


def _row(source: Source, item: Image | Skipped) -> tuple[str, str, str, str, str]:
    if isinstance(item, Skipped):
        return (f"{item.status}: {item.reason}", "", "", "", "")
    wrong = [str(layer.index) for layer in item.layers if not _holds(source, item, layer)]
    return ("image", " ".join(item.tags), str(item.platform), str(len(item.layers)), " ".join(wrong))


def _holds(source: Source, image: Image, layer: Layer) -> bool:
    """Whether the stored layer has the digest and the size that were said of it."""
    with source.open_layer(image, layer) as stream:
        data = stream.read()
    return layer.digest == f"sha256:{hashlib.sha256(data).hexdigest()}" and layer.size == len(data)
