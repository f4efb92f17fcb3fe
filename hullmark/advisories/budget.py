"""What one feed may cost: seconds for all its files together, bytes for each, and how long its server may be silent."""

import hashlib
import time
from dataclasses import dataclass, field, replace
from typing import IO

from hullmark.errors import FeedError
from hullmark.settings import Limits


@dataclass(frozen=True, slots=True)
class Budget:
    """`bytes` of one file, as it is sent and as it unpacks; `idle` seconds without a byte; `until` is a monotonic time."""

    bytes: int
    seconds: float
    idle: float
    until: float
    raised_by: str = "HULLMARK_LIMIT_FEED_BYTES"  # the setting that bounds `bytes`, "" where none does

    @classmethod
    def of(cls, limits: Limits) -> "Budget":
        """A budget that begins now."""
        seconds = limits.feed_seconds
        return cls(limits.feed_bytes, seconds, limits.feed_idle_seconds, time.monotonic() + seconds)

    def of_bytes(self, most: int) -> "Budget":
        """The same for a file of at most so many bytes."""
        return replace(self, bytes=most, raised_by="") if most < self.bytes else self

    def left(self) -> float:
        """Seconds that are left, 0 for none."""
        return max(0.0, self.until - time.monotonic())

    def late(self, told: str) -> FeedError:
        """The error for what takes too long; `told` is the address as it may be told."""
        return FeedError(
            f"{told} was not read within the {self.seconds:,g} seconds that one feed may take; check the network, or raise "
            "HULLMARK_LIMIT_FEED_SECONDS"
        )

    def large(self, told: str) -> FeedError:
        """The error for what is too large."""
        more = f", or raise {self.raised_by}" if self.raised_by else ""
        return FeedError(f"{told} is larger than {self.bytes:,} bytes, the most that it may have; check the address{more}")


@dataclass(slots=True)
class Copy:
    """A file as it is written, bounded by its budget; `told` is its address as it may be told."""

    out: IO[bytes]
    budget: Budget
    told: str
    size: int = 0
    _found: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def write(self, chunk: bytes) -> None:
        """Add these bytes; raises FeedError when they are too many, or too late."""
        self.size += len(chunk)
        if self.size > self.budget.bytes:
            raise self.budget.large(self.told)
        if not self.budget.left():
            raise self.budget.late(self.told)
        self._found.update(chunk)
        self.out.write(chunk)

    def digest(self) -> str:
        """The digest of what was written."""
        return f"sha256:{self._found.hexdigest()}"
