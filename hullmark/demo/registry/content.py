"""What the embedded registry holds, in memory: blobs, manifests and tags by repository; safe between threads."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

NAME = re.compile(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*")
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class StoredManifest:
    """A manifest with the media type under which it was pushed."""

    media_type: str
    digest: str
    data: bytes


@dataclass(slots=True)
class _Repository:
    blobs: set[str] = field(default_factory=set)
    manifests: dict[str, StoredManifest] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)


def digest_of(data: bytes | bytearray) -> str:
    """`sha256:<hex>` of the bytes."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


class Content:
    """Blobs are stored once, and visible in the repositories that they were pushed to."""

    def __init__(self) -> None:
        self._blobs: dict[str, bytes] = {}
        self._repositories: dict[str, _Repository] = {}
        self._lock = Lock()

    def put_blob(self, repository: str, data: bytes) -> str:
        """Store a blob; its digest."""
        digest = digest_of(data)
        with self._lock:
            self._blobs[digest] = data
            self._repository(repository).blobs.add(digest)
        return digest

    def mount(self, repository: str, digest: str) -> bool:
        """Make a blob that some repository has visible in this one; whether there is such a blob."""
        with self._lock:
            if digest in self._blobs:
                self._repository(repository).blobs.add(digest)
            return digest in self._blobs

    def put_manifest(self, repository: str, reference: str, media_type: str, data: bytes) -> str:
        """Store a manifest under a tag or under its own digest; its digest."""
        digest = digest_of(data)
        with self._lock:
            found = self._repository(repository)
            found.manifests[digest] = StoredManifest(media_type, digest, data)
            if not DIGEST.fullmatch(reference):
                found.tags[reference] = digest
        return digest

    def blob(self, digest: str, repository: str = "") -> bytes | None:
        """A blob, of this repository when one is named."""
        with self._lock:
            visible = not repository or digest in self._repositories.get(repository, _Repository()).blobs
            return self._blobs.get(digest) if visible else None

    def manifest(self, repository: str, reference: str) -> StoredManifest | None:
        """The manifest of a tag or digest."""
        with self._lock:
            found = self._repositories.get(repository, _Repository())
            return found.manifests.get(found.tags.get(reference, reference))

    def referrers(self, repository: str, digest: str) -> list[dict[str, object]]:
        """Descriptors of the manifests whose `subject` has the digest, by their digests (distribution-spec 1.1)."""
        with self._lock:
            manifests = sorted(self._repositories.get(repository, _Repository()).manifests.items())
        read = [(stored, json.loads(stored.data)) for _, stored in manifests]
        return [_descriptor(stored, told) for stored, told in read if told.get("subject", {}).get("digest") == digest]

    def repositories(self) -> list[str]:
        """Every repository, sorted."""
        with self._lock:
            return sorted(self._repositories)

    def tags(self, repository: str) -> list[str] | None:
        """The tags of a repository, sorted; None when there is no such repository."""
        with self._lock:
            found = self._repositories.get(repository)
            return None if found is None else sorted(found.tags)

    def _repository(self, name: str) -> _Repository:
        return self._repositories.setdefault(name, _Repository())


def _descriptor(stored: StoredManifest, told: Mapping[str, Any]) -> dict[str, object]:
    descriptor = {"mediaType": stored.media_type, "digest": stored.digest, "size": len(stored.data)}
    kind = told.get("artifactType") or told.get("config", {}).get("mediaType", "")
    return {**descriptor, "artifactType": kind, "annotations": told.get("annotations", {})}
