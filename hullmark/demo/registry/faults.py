"""Faults that a test asks the embedded registry for, and the counts of what it was asked and what it sent."""

from collections import Counter
from dataclasses import dataclass, field
from threading import Lock


@dataclass(slots=True)
class Faults:
    """Targets are digests, or kinds of request ("manifest", "storage"); safe between threads."""

    requests: Counter[str] = field(default_factory=Counter)
    sent: Counter[str] = field(default_factory=Counter)
    _refusals: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    _drops: dict[str, list[int]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def count(self, kind: str) -> None:
        """Note one request."""
        with self._lock:
            self.requests[kind] += 1

    def count_sent(self, digest: str) -> None:
        """Note that a manifest or blob was sent from its beginning."""
        with self._lock:
            self.sent[digest] += 1

    def refuse(self, target: str, status: int, times: int, retry_after: str) -> None:
        """Answer the next `times` requests for `target` with `status`."""
        with self._lock:
            self._refusals.setdefault(target, []).extend([(status, retry_after)] * times)

    def forgive(self) -> None:
        """Forget every refusal that is still due."""
        with self._lock:
            self._refusals.clear()

    def drop(self, digest: str, after: int, times: int) -> None:
        """Break the next `times` downloads of a blob after `after` bytes each."""
        with self._lock:
            self._drops.setdefault(digest, []).extend([after] * times)

    def refusal(self, *targets: str) -> tuple[int, str] | None:
        """(status, Retry-After) for a request with these targets, if one is due."""
        with self._lock:
            due = next((self._refusals[target] for target in targets if self._refusals.get(target)), None)
            return due.pop() if due else None

    def drop_after(self, digest: str) -> int | None:
        """After how many bytes to break this download, if that is due."""
        with self._lock:
            due = self._drops.get(digest)
            return due.pop() if due else None
