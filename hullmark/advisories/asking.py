"""How a kind of feed asks for its files: below a base, or of its publisher; and several files as one bundle of bytes.

The digest of a bundle is of the names and bytes of its files.
"""

import hashlib
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import quote

from hullmark.advisories.budget import Budget
from hullmark.advisories.fetch import Fetched, Validators, fetching, shown
from hullmark.advisories.passing import passing
from hullmark.advisories.unfinished import Unfinished
from hullmark.errors import FeedError
from hullmark.settings import MIB

LEAF_BYTES = 64 * MIB  # a file that is held in memory, such as a list of files


@dataclass(frozen=True, slots=True)
class Held:
    """What we have of a feed: its snapshot ("" for none that counts), and what to ask its publisher with."""

    snapshot: str = ""
    validators: Validators = field(default_factory=Validators)
    listing: Mapping[str, str] = field(default_factory=dict)  # of a publisher that lists records: id -> when modified
    unfinished: Unfinished | None = None  # where a fetch of many requests keeps what it has, should it break off


@dataclass(frozen=True, slots=True)
class Asker:
    """`base` is a folder or an address, "" for the publishers' own; `key` an API key for a publisher that takes one."""

    base: str
    budget: Budget
    endpoint: str = ""
    key: str = field(default="", repr=False)

    @property
    def is_remote(self) -> bool:
        """Whether asking costs a request over a network."""
        return not self.base or self.base.startswith(("http://", "https://", "s3://"))

    def url(self, path: str, publisher: str) -> str:
        """Where a file lies: at `path` below the base, else at its publisher's own address."""
        if not self.base:
            return publisher
        if "://" in self.base:
            return f"{self.base.rstrip('/')}/{quote(path)}"
        return str(Path(self.base) / path)

    def fetching(self, url: str, known: Validators) -> AbstractContextManager[Fetched | None]:
        """See `fetch.fetching`."""
        return fetching(url, known, self.budget, self.endpoint)

    def read(self, url: str, headers: Mapping[str, str] | None = None) -> bytes:
        """The bytes of a small file; raises Absent when there is none, else FeedError."""
        with fetching(url, Validators(), self.budget.of_bytes(LEAF_BYTES), self.endpoint, headers) as fetched:
            if fetched is None:
                raise FeedError(f"{shown(url)} answered that it has not changed, though nobody asked that; try again later")
            return fetched.path.read_bytes()


@contextmanager
def bundle(files: Iterable[tuple[str, bytes]], validators: Validators) -> Iterator[Fetched]:
    """The files (name, content), in order, as one that is on this machine until the block ends; its digest is of them."""
    found = hashlib.sha256()
    with passing() as folder:
        path = folder / "bundle.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for name, content in files:
                archive.writestr(name, content)
                found.update(f"{name} {digest_of(content)} ".encode())
        yield Fetched(path, f"sha256:{found.hexdigest()}", validators)


def digest_of(content: bytes) -> str:
    """The digest of bytes as `Fetched` has it."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def part_of(fetched: Fetched, base: str, replaced: frozenset[str], listing: bytes) -> Fetched:
    """A bundle of the records that have changed since the snapshot `base`; its digest is that of both together."""
    whole = digest_of(f"{base} {fetched.digest} {digest_of(listing)}".encode())
    return replace(fetched, digest=whole, base=base, replaced=replaced)
