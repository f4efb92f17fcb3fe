"""What a scan says of images whose layers are read: what is installed in them, and what is wrong with that."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any

from hullmark.fleet.outcome import Outcome, outcome_of
from hullmark.inventory import Stacked, check_layers, stack
from hullmark.model import Image, Problem, Skipped, Status
from hullmark.profile import Profile
from hullmark.scan_layers import Layers

ASSEMBLE = "stack the layers"

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class ScannedImage:
    """One image with what is in it, the digests of its layers, and what is wrong with it (rows of FINDINGS)."""

    image: Image
    found: Stacked
    layers: Sequence[str]
    outcome: Outcome
    findings: Rows = ()
    beside: tuple[Problem, ...] = ()  # of VEX that lies with the image, which is read whole without it


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

    findings: Sequence[Rows]
    gaps: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    feeds: Rows = ()


Judge = Callable[[Sequence[ScannedImage]], Judged]


def answer(
    images: Sequence[Image], skipped: Sequence[Skipped], layers: Layers, judge: Judge | None, profile: Profile | None
) -> Scanned:
    """Stack the layers of each image and let `judge` compare what is in it with advisories; see `hullmark.scan`."""
    scanned = [_stacked(image, layers, profile) for image in images]
    judged = judge(scanned) if judge else Judged([()] * len(scanned))
    whole = tuple(replace(item, findings=rows) for item, rows in zip(scanned, judged.findings, strict=True))
    return Scanned(whole, (*_gaps(whole, skipped), *judged.gaps), judged.notes, judged.feeds)


def _stacked(image: Image, layers: Layers, profile: Profile | None) -> ScannedImage:
    own = [layers[layer.digest] for layer in image.layers]
    check_layers(image, own)
    with profile.stage(ASSEMBLE) if profile else nullcontext():
        found = stack(image, own)
    return ScannedImage(image, found, [layer.digest for layer in own], outcome_of(found))


def _gaps(scanned: Sequence[ScannedImage], skipped: Sequence[Skipped]) -> Iterator[str]:
    for item in skipped:
        if item.status is Status.FAILED:
            yield f"{item.digest[:19]} was not scanned: {item.detail.rstrip('.')}"
    for image in scanned:
        if image.outcome.status is not Status.SCANNED:
            detail = image.outcome.detail.rstrip(".")
            yield f"{image.image.platform}: {detail}" if len(scanned) > 1 else detail
