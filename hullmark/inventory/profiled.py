"""Reading a layer with a clock beside it: every cataloger, the inflating and the walk counted for themselves."""

from collections.abc import Generator, Iterator
from dataclasses import replace
from functools import partial
from hashlib import sha256
from time import perf_counter

from hullmark.catalogers.base import Cataloger, Find
from hullmark.inventory.globs import Matcher
from hullmark.profile import Profile

INFLATE = "read and inflate"
HASH = "hash"
WALK = "walk the tar"
ROWS = "make rows"


def profiled_matcher(catalogers: tuple[Cataloger, ...], profile: Profile) -> Matcher:
    """A matcher of the same catalogers, whose time, files and bytes are counted."""
    return Matcher([replace(item, parse=partial(_parse, item, profile)) for item in catalogers], profile)


def _parse(cataloger: Cataloger, profile: Profile, path: str, data: bytes) -> Iterator[Find]:
    def add(seconds: float) -> None:
        profile.add(profile.catalogers, cataloger.name, seconds, 1, len(data))
        profile.add(profile.stages, WALK, -seconds)

    return profile.each(cataloger.parse(path, data), add)


def profiled_pieces(pieces: Iterator[bytes], profile: Profile) -> Generator[bytes]:
    """The unpacked pieces of a layer, counted as inflating and not as walking."""

    def add(seconds: float) -> None:
        profile.add(profile.stages, INFLATE, seconds)
        profile.add(profile.stages, WALK, -seconds)

    return profile.each(pieces, add)


class ProfiledHash:
    """SHA-256 whose time is counted; most of it is spent in a thread beside the others."""

    def __init__(self, profile: Profile) -> None:
        self._hash = sha256()
        self._profile = profile

    def update(self, data: bytes, /) -> None:
        """Take in the next bytes."""
        started = perf_counter()
        self._hash.update(data)
        self._profile.add(self._profile.stages, HASH, perf_counter() - started, 0, len(data))

    def hexdigest(self) -> str:
        """The digest as 64 hex digits."""
        return self._hash.hexdigest()
