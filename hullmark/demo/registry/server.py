"""The embedded registry as threads of this process: start and stop, push, count requests, ask for faults."""

import secrets
from collections import Counter
from collections.abc import Callable
from functools import partial
from types import TracebackType
from typing import Self

from hullmark.demo.images import Built
from hullmark.demo.registry.api import Api, ApiSite
from hullmark.demo.registry.content import Content
from hullmark.demo.registry.faults import Faults
from hullmark.demo.registry.http import Port
from hullmark.demo.registry.storage import Storage, StorageSite


class DemoRegistry:
    """A registry on 127.0.0.1, held in memory; a context manager, or start() and stop(). What was pushed outlives stop().

    User `AWS`, and `password` (a function is asked anew for every request, so that it may change; "" lets everyone in).
    GET of a blob answers 307 to a second port, which refuses any request with an Authorization header, as S3 does.
    """

    def __init__(self, password: str | Callable[[], str] = "", port: int = 0, page: int = 100) -> None:
        self._password: Callable[[], str] = password if callable(password) else lambda: str(password)
        self._number = port
        self._page = page
        self._secret = secrets.token_urlsafe(24)
        self._content = Content()
        self._faults = Faults()
        self._storage = StorageSite(self._content, self._faults, self._secret)
        self._ports: tuple[Port, Port] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Listen; returns when requests are answered. Raises OSError when the port is taken."""
        if self._ports is not None:
            return
        storage = Port(partial(Storage, self._storage), 0, "demo-storage")

        def link(digest: str) -> str:
            return f"{storage.url}/{digest}?signature={self._secret}"

        site = ApiSite(self._content, self._faults, self._password, link, self._page)
        try:
            self._ports = (Port(partial(Api, site), self._number, "demo-registry"), storage)
        except OSError:
            storage.close()
            raise

    def stop(self) -> None:
        """Close both ports and end their threads; harmless when it is not running."""
        ports, self._ports = self._ports, None
        for port in ports or ():
            port.close()

    @property
    def url(self) -> str:
        """`http://127.0.0.1:port`; raises RuntimeError when it is not running."""
        if self._ports is None:
            raise RuntimeError("the embedded registry is not running")
        return self._ports[0].url

    @property
    def host(self) -> str:
        """`127.0.0.1:port`, as image references begin."""
        return self.url.removeprefix("http://")

    @property
    def requests(self) -> Counter[str]:
        """How often each kind was asked: ping, catalog, tags, referrers, manifest, blob, storage and upload.

        "connection" counts connections to the registry itself, "leak" requests that brought an Authorization to the storage.
        """
        return self._faults.requests.copy()

    @property
    def sent(self) -> Counter[str]:
        """How often each manifest and blob, by digest, was sent from its beginning: no refusals, no logins, no HEAD."""
        return self._faults.sent.copy()

    def push_blob(self, repository: str, data: bytes) -> str:
        """Store a blob without HTTP; its digest."""
        return self._content.put_blob(repository, data)

    def push_manifest(self, repository: str, reference: str, media_type: str, data: bytes) -> str:
        """Store a manifest under a tag, or under its digest, without HTTP; its digest."""
        return self._content.put_manifest(repository, reference, media_type, data)

    def push(self, repository: str, tag: str, built: Built) -> str:
        """Store an image or index with all that it needs; its digest. Under its digest only when `tag` is ""."""
        for child in built.children:
            self.push(repository, "", child)
        for blob in built.blobs:
            self.push_blob(repository, blob.data)
        manifest = built.manifest
        return self.push_manifest(repository, tag or manifest.digest, manifest.media_type, manifest.data)

    def refuse(self, target: str, status: int = 500, times: int = 1, retry_after: str = "") -> None:
        """Answer the next `times` requests for `target` with `status`: a kind as in `requests`, a tag, or a digest.

        `storage <digest>` is the download itself, behind the redirect.
        """
        self._faults.refuse(target, status, times, retry_after)

    def forgive(self) -> None:
        """Refuse nothing that was to be refused."""
        self._faults.forgive()

    def drop(self, digest: str, after: int, times: int = 1) -> None:
        """Break the next `times` downloads of a blob after `after` bytes each."""
        self._faults.drop(digest, after, times)

    def tamper(self, digest: str, data: bytes) -> None:
        """Send other bytes for a blob than it has."""
        self._storage.tampered[digest] = data
