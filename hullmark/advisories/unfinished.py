"""What was fetched of a feed before its fetch broke off: files that are no snapshot, with which the next fetch goes on.

`<feed>/unfinished/begun.json` says when and from where; beside it lie the files, packed.
"""

import zlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import orjson

from hullmark.advisories.unwritten import unwritten
from hullmark.lake.place import Place

FOLDER, BEGUN = "unfinished", "begun.json"


@dataclass(frozen=True, slots=True)
class Unfinished:
    """The files of one feed, `begun` at a time at the address `url`; all methods raise LakeError."""

    place: Place
    feed: str
    url: str = ""
    begun: datetime | None = None

    def since(self, url: str, now: datetime, oldest: datetime) -> "Unfinished":
        """What was begun at this address and not before `oldest`; else one that begins now, and nothing is here any more."""
        mark = self.place.read(f"{self.feed}/{FOLDER}/{BEGUN}")
        try:
            facts = orjson.loads(mark or b"{}")
            begun = datetime.fromisoformat(facts["at"]).astimezone(UTC)
            if facts["url"] == url and oldest <= begun <= now:
                return replace(self, url=url, begun=begun)
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
            pass
        self.clear()
        return replace(self, url=url, begun=now)

    def read(self, name: str) -> bytes | None:
        """A file that was kept, None for none, and for what is no whole file."""
        packed = self.place.read(f"{self.feed}/{FOLDER}/{name}.z")
        try:
            return None if packed is None else zlib.decompress(packed)
        except zlib.error:
            return None

    def keep(self, name: str, content: bytes) -> None:
        """Keep a file."""
        if self.begun and self.place.read(f"{self.feed}/{FOLDER}/{BEGUN}") is None:
            self._write(BEGUN, orjson.dumps({"at": self.begun.isoformat(), "url": self.url}))
        self._write(f"{name}.z", zlib.compress(content, 1))

    def clear(self) -> None:
        """Keep nothing any more."""
        self.place.remove(f"{self.feed}/{FOLDER}")

    def _write(self, name: str, content: bytes) -> None:
        try:
            self.place.write(f"{self.feed}/{FOLDER}/{name}", content)
        except OSError as error:
            raise unwritten(f"the feed {self.feed}", self.place.root, error) from None
