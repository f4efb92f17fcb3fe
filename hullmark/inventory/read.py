"""Read one layer: one streaming pass from stored bytes to what is in it, both digests computed on the way."""

from collections.abc import Callable, Generator
from contextlib import closing, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO, TypeVar

from hullmark.errors import CorruptData, IntegrityError, Unsupported
from hullmark.inventory.catalog import catalogue
from hullmark.inventory.contents import Collector
from hullmark.inventory.globs import Matcher, matcher
from hullmark.inventory.links import read_links, report_unread, worth_a_pass
from hullmark.inventory.profiled import ROWS, WALK, ProfiledHash, profiled_pieces
from hullmark.inventory.value import LayerInventory
from hullmark.layers.ahead import Ahead
from hullmark.layers.digests import Digests
from hullmark.layers.inflate import Unpacked
from hullmark.layers.stored import Stored
from hullmark.layers.tar import Tar
from hullmark.model import Layer
from hullmark.profile import Profile
from hullmark.settings import MIB, Limits

Reopen = Callable[[], BinaryIO]
Used = TypeVar("Used")
MANY = MIB  # bytes of a layer from which on it is inflated by a thread of its own at once


@dataclass(frozen=True, slots=True)
class _Facts:
    digest: str
    diff_id: str
    size: int
    unpacked: int


def read_layer(
    stream: BinaryIO,
    layer: Layer,
    limits: Limits,
    reopen: Reopen | None = None,
    wanting: Matcher | None = None,
) -> LayerInventory:
    """What the layer holds. `reopen` gives the same bytes once more; it is called only for hard links that need it.

    `wanting` are the catalogers to ask, all of them if it is not given.

    The stream is read to its end and left open. A blank digest or diff ID of `layer` is computed, not compared. Raises
    IntegrityError when size, digest or diff ID are not what `layer` says, CorruptData, Unsupported, LimitExceeded, and what
    the stream raises.
    """
    owner = f"layer {layer.digest[:19]}"
    profile = wanting.profile if wanting else None
    facts, collector = _walk(stream, layer, limits, partial(_collect, wanting, limits, owner), profile)
    wanting, contents = collector.matcher, collector.contents
    again = reopen is not None
    if reopen and worth_a_pass(contents):
        room = limits.kept_bytes - collector.spent
        read = partial(read_links, contents, wanting, most=limits.file_bytes, room=room)
        with reopen() as second:
            _walk(second, layer, limits, read, profile)
    report_unread(contents, wanting, again)
    with profile.stage(ROWS) if profile else nullcontext():
        finds, names = catalogue(contents, wanting.wants)
    return LayerInventory(facts.digest, facts.diff_id, facts.size, facts.unpacked, finds, names)


def _collect(wanting: Matcher | None, limits: Limits, owner: str, tar: Tar) -> Collector:
    """What is in the tar; catalogers are imported while its first pieces are inflated."""
    collector = Collector(wanting or matcher(), limits, owner)
    collector.collect(tar)
    return collector


def _walk(
    stream: BinaryIO, layer: Layer, limits: Limits, use: Callable[[Tar], Used], profile: Profile | None
) -> tuple[_Facts, Used]:
    """Stream a layer through `use`, then read it to its end and compare what was promised."""
    with Digests(partial(ProfiledHash, profile)) if profile else Digests() as digests:
        stored = Stored(stream, layer, limits, digests)
        unpacked = Unpacked(stored, limits, digests)
        try:
            with closing(_pieces(unpacked, layer, profile)) as pieces:
                tar = Tar(pieces, limits, stored.name)
                with profile.stage(WALK) if profile else nullcontext():
                    used = use(tar)
                    tar.drain()
        except (CorruptData, Unsupported):  # of the layer, or of other bytes that came in its place
            stored.drain()
            _compare("digest", layer.digest, digests.stored_digest(), stored.name)
            raise
        stored.drain()
        digest = digests.stored_digest()
        facts = _Facts(digest, digest if unpacked.is_plain else digests.unpacked_digest(), stored.size, unpacked.size)
    _compare("digest", layer.digest, facts.digest, stored.name)
    _compare("diff ID", layer.diff_id, facts.diff_id, stored.name)
    return facts, used


def _pieces(unpacked: Unpacked, layer: Layer, profile: Profile | None) -> Ahead | Generator[bytes]:
    return profiled_pieces(iter(unpacked), profile) if profile else Ahead(iter(unpacked), layer.size > MANY)


def _compare(what: str, promised: str, found: str, owner: str) -> None:
    if promised and promised != found:
        raise IntegrityError(f"{owner} should have the {what} {promised} but has {found}; push or export the image again")
