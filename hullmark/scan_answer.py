"""What a scan says of images whose layers are read: what is installed in them, and what is wrong with that."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field

import pyarrow as pa

from hullmark.fleet.outcome import Outcome, outcome_of
from hullmark.inventory import Inventory, assemble, check_layers
from hullmark.lake.schema import FINDINGS
from hullmark.model import Image, Skipped, Status
from hullmark.profile import Profile
from hullmark.scan_layers import Layers

ASSEMBLE = "stack the layers"

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
    """What a reference came to: images, and the feeds that were used (rows of FEED_SNAPSHOTS).

    `gaps` say what the reports lack, `notes` what is odd although they lack nothing.
    """

    images: tuple[ScannedImage, ...]
    gaps: tuple[str, ...]
    notes: tuple[str, ...]
    feeds: Rows


@dataclass(frozen=True, slots=True)
class Judged:
    """The findings of each image, and what `Scanned` says of the feeds."""

    findings: Sequence[pa.Table]
    gaps: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    feeds: Rows = field(default_factory=list)


Judge = Callable[[Sequence[Image], Sequence[Inventory]], Judged]


def answer(
    images: Sequence[Image], skipped: Sequence[Skipped], layers: Layers, judge: Judge | None, profile: Profile | None
) -> Scanned:
    """Stack the layers of each image and let `judge` compare what is in it with advisories; see `hullmark.scan`."""
    inventories = [_stacked(image, layers, profile) for image in images]
    judged = judge(images, inventories) if judge else _unjudged(images)
    scanned = tuple(
        ScannedImage(image, inventory, outcome_of(inventory), part)
        for image, inventory, part in zip(images, inventories, judged.findings, strict=True)
    )
    return Scanned(scanned, (*_gaps(scanned, skipped), *judged.gaps), judged.notes, judged.feeds)


def _unjudged(images: Sequence[Image]) -> Judged:
    return Judged([FINDINGS.empty_table() for _ in images])


def _stacked(image: Image, layers: Layers, profile: Profile | None) -> Inventory:
    stack = [layers[layer.digest] for layer in image.layers]
    check_layers(image, stack)
    with profile.stage(ASSEMBLE) if profile else nullcontext():
        return assemble(image, stack)


def _gaps(scanned: Sequence[ScannedImage], skipped: Sequence[Skipped]) -> Iterator[str]:
    for item in skipped:
        if item.status is Status.FAILED:
            yield f"{item.digest[:19]} was not scanned: {item.detail.rstrip('.')}"
    for image in scanned:
        if image.outcome.status is not Status.SCANNED:
            detail = image.outcome.detail.rstrip(".")
            yield f"{image.image.platform}: {detail}" if len(scanned) > 1 else detail
