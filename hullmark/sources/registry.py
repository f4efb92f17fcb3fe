"""Any OCI registry: images of a reference, blobs as streams, tags and catalog (distribution-spec 1.1, pull side)."""

import io
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, cast
from urllib.parse import quote

import httpx
import orjson

from hullmark.errors import CorruptData, IntegrityError, LimitExceeded, NotFound
from hullmark.model import Descriptor, Image, Skipped
from hullmark.settings import Limits
from hullmark.sources import media_types
from hullmark.sources.blob_stream import BlobStream
from hullmark.sources.digest import digest_of, is_digest, parse_digest, verified
from hullmark.sources.manifest import Index, StoredManifest, parse_manifest
from hullmark.sources.redirects import same_origin
from hullmark.sources.registry_auth import Credentials, Login
from hullmark.sources.registry_client import Answer, Ask, RegistryClient
from hullmark.sources.resolve import Root, resolve

__all__ = ["Login", "Registry", "StoredManifest"]

_PAGE = 100
_MOST_PAGES = 10_000
_MOST_NAMES = 500_000
_BUFFER = 256 * 1024
_CATALOG = "registry:catalog:*"
UNASKED = frozenset({400, 405, 406, 501})  # how registries that are older than a question answer it, beside 404
_NEXT = re.compile(r'<([^<>]{1,4000})>\s*;[^,]*\brel="?next"?', re.IGNORECASE)


class Registry:
    """One registry at `base_url` (`https://host[:port]`); safe between threads.

    Every method raises AccessError, Throttled and TransportError. `credentials` is called only when the registry asks
    for a login, with `renew=True` when it refused the last one. `name` is how messages and references call the registry.
    """

    def __init__(  # noqa: PLR0913  the last two are for people and for tests
        self,
        base_url: str,
        credentials: Credentials | None,
        limits: Limits,
        transport: httpx.BaseTransport | None = None,
        *,
        name: str = "",
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.limits = limits
        self._client = RegistryClient(base_url, name, credentials, transport, pause)
        self.name = self._client.name

    def images(self, repository: str, version: str, platform: str | None) -> list[Image | Skipped]:
        """What the tag or digest `version` holds, as `hullmark.sources.base.Source.images` says."""
        stored = self.get_manifest(repository, version)
        tags = () if is_digest(version) else (version,)
        root = Root(
            descriptor=Descriptor(stored.media_type, stored.digest, len(stored.data)),
            reference=_reference(self.name, repository, version),
            registry=self.name,
            repository=repository,
            tags=tags,
        )
        return resolve(_Repository(self, repository, {stored.digest: stored.data}), [root], platform)

    def get_manifest(self, repository: str, version: str) -> StoredManifest:
        """The manifest of a tag or digest; raises NotFound, IntegrityError, LimitExceeded too."""
        what = _reference("", repository, version)
        accept = {"Accept": ", ".join(media_types.ACCEPTED)}
        ask = Ask(_path(repository, "manifests", version), _pull(repository), what, accept)
        answer = self._client.read(ask, self.limits.manifest_bytes)
        stated = answer.headers.get("Docker-Content-Digest", "")
        expected = version if is_digest(version) else stated if is_digest(stated) else digest_of(answer.data)
        data = verified(answer.data, expected, f"the manifest of {what} at {self.name}")
        return StoredManifest(answer.headers.get("Content-Type", "").partition(";")[0].strip(), expected, data)

    def list_referrers(self, repository: str, digest: str) -> list[Descriptor]:
        """What says in its manifest that it is about a digest (distribution-spec 1.1, "Listing Referrers").

        Raises NotFound where the registry does not know that question, LimitExceeded and CorruptData too.
        """
        what = f"the list of what refers to {_reference('', repository, digest)}"
        found: list[Descriptor] = []
        for answer in self._all_pages(_path(repository, "referrers", digest), _pull(repository), what, UNASKED):
            if answer.headers.get("Content-Type", "").partition(";")[0].strip() != media_types.OCI_INDEX:
                raise NotFound(f"{self.name} does not know {what}")  # as some answer every question: with a page for people
            index = parse_manifest(answer.data, media_types.OCI_INDEX, self.limits)
            found += index.manifests if isinstance(index, Index) else ()
            if len(found) > self.limits.index_manifests:
                raise LimitExceeded(f"{what} at {self.name} has more than {self.limits.index_manifests} entries")
        return found

    def open_blob(self, repository: str, digest: str, size: int) -> BinaryIO:
        """The bytes of a blob of `size` bytes (-1: not known), as a stream and a context manager; not verified here.

        A connection that breaks is taken up again where it broke. Raises NotFound and, when the length is another
        than `size`, IntegrityError; reading may raise them too.
        """
        digest = parse_digest(digest, f"a layer of {repository}")
        path, scope, what = _path(repository, "blobs", digest), _pull(repository), f"layer {digest} of {repository}"

        def fetch(position: int) -> httpx.Response:
            headers = {"Range": f"bytes={position}-"} if position else {}
            return self._client.open(Ask(path, scope, what, headers))

        raw = BlobStream(fetch, size, f"{what} at {self.name}", self._client.pause, self._client.require_open)
        return cast(BinaryIO, io.BufferedReader(raw, _BUFFER))

    def list_tags(self, repository: str) -> list[str]:
        """Every tag of a repository, in the registry's order; raises NotFound and LimitExceeded too."""
        return self._pages(_path(repository, "tags", "list"), _pull(repository), "tags", f"list of tags of {repository}")

    def catalog(self) -> list[str]:
        """Every repository, in the registry's order, as far as it tells; raises NotFound and LimitExceeded too."""
        return self._pages("/v2/_catalog", _CATALOG, "repositories", "catalog")

    def stop(self, reason: str) -> None:
        """Forget every login: from now on whoever asks, or reads a blob that is open, gets Stopped with this reason."""
        self._client.stop(reason)

    def close(self) -> None:
        """Release the sockets; blobs that are open fail."""
        self._client.close()

    def read_blob(self, repository: str, descriptor: Descriptor, limit: int, owner: str) -> bytes:
        """All of a small blob, with its digest and size verified; raises NotFound, IntegrityError and LimitExceeded."""
        if descriptor.size > limit:
            raise LimitExceeded(f"{owner} has {descriptor.size} bytes, more than the {limit} that are read")
        ask = Ask(_path(repository, "blobs", descriptor.digest), _pull(repository), f"{owner} {descriptor.digest}")
        data = self._client.read(ask, limit).data
        if len(data) != descriptor.size:
            raise IntegrityError(f"{owner} should have {descriptor.size} bytes but has {len(data)}; push the image again")
        return verified(data, descriptor.digest, owner)

    def _pages(self, path: str, scope: str, key: str, what: str) -> list[str]:
        names: dict[str, None] = {}
        for answer in self._all_pages(f"{path}?n={_PAGE}", scope, what):
            names.update(dict.fromkeys(_parse_names(answer.data, key, f"the {what} of {self.name}")))
            if len(names) > _MOST_NAMES:
                raise self._endless(what)
        return list(names)

    def _all_pages(self, path: str, scope: str, what: str, absent: frozenset[int] = frozenset()) -> Iterator[Answer]:
        following, seen = path, set[str]()
        while following:
            if following in seen or len(seen) >= _MOST_PAGES:
                raise self._endless(what)
            seen.add(following)
            answer = self._client.read(Ask(following, scope, what, absent=absent), self.limits.manifest_bytes)
            yield answer
            following = self._next_page(following, answer.headers.get("Link", ""), what)

    def _endless(self, what: str) -> LimitExceeded:
        return LimitExceeded(f"{self.name} gives a {what} that does not end; check the registry")

    def _next_page(self, path: str, link: str, what: str) -> str:
        match = _NEXT.search(link)
        if match is None:
            return ""
        try:
            url = self._client.base_url.join(path).join(match[1])
        except httpx.InvalidURL:
            raise CorruptData(f"{self.name} gives a {what} that goes on nowhere; check the registry") from None
        if not same_origin(url, self._client.base_url):
            raise CorruptData(f"{self.name} gives a {what} that goes on at {url.host}; check the registry")
        return url.raw_path.decode("ascii")


@dataclass(frozen=True, slots=True)
class _Repository:
    """A repository as `hullmark.sources.resolve.Blobs`; `known` holds manifests that were read already."""

    registry: Registry
    repository: str
    known: dict[str, bytes] = field(default_factory=dict)

    @property
    def limits(self) -> Limits:
        return self.registry.limits

    def read_manifest(self, descriptor: Descriptor) -> bytes:
        if descriptor.digest not in self.known:
            return self.registry.get_manifest(self.repository, descriptor.digest).data
        return self.known[descriptor.digest]

    def read_config(self, descriptor: Descriptor) -> bytes:
        owner = f"the image configuration of {self.repository}"
        return self.registry.read_blob(self.repository, descriptor, self.limits.config_bytes, owner)


def _parse_names(data: bytes, key: str, owner: str) -> list[str]:
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise CorruptData(f"{owner} is not valid JSON; check the registry") from None
    names = value.get(key) if isinstance(value, dict) else None
    if names is None and isinstance(value, dict):  # Go writes an empty list as null
        return []
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise CorruptData(f"{owner} holds no list of names; check the registry")
    return names


def _path(repository: str, kind: str, name: str) -> str:
    return f"/v2/{quote(repository)}/{kind}/{quote(name, safe=':')}"


def _pull(repository: str) -> str:
    return f"repository:{repository}:pull"


def _reference(registry: str, repository: str, version: str) -> str:
    name = f"{registry}/{repository}" if registry else repository
    return f"{name}@{version}" if is_digest(version) else f"{name}:{version}"
