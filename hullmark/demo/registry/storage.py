"""The storage behind the registry, as S3 behaves: links instead of logins, ranges, and no request with an Authorization."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from hullmark.demo.registry.content import Content
from hullmark.demo.registry.faults import Faults
from hullmark.demo.registry.http import Handler

_RANGE = re.compile(r"bytes=(\d+)-(\d*)")


@dataclass(slots=True)
class StorageSite:
    """What the storage port answers from; `tampered` bytes are sent in place of the real ones."""

    content: Content
    faults: Faults
    secret: str
    tampered: dict[str, bytes] = field(default_factory=dict)


class Storage(Handler):
    """Answers `/<digest>?signature=<secret>`."""

    def __init__(self, site: StorageSite, *request: object) -> None:
        self.site = site
        super().__init__(*request)  # type: ignore[arg-type]  # request, address and server, as http.server hands them over

    def do_GET(self) -> None:  # noqa: N802  the name that http.server calls
        """Send a blob, or the rest of it."""
        faults, url = self.site.faults, urlsplit(self.path)
        digest = url.path.lstrip("/")
        data = self.site.tampered.get(digest, self.site.content.blob(digest))
        faults.count("storage")
        due = faults.refusal("storage", f"storage {digest}")
        if due:
            self.answer(due[0], b"", {"Retry-After": due[1]} if due[1] else {})
        elif "Authorization" in self.headers:
            faults.count("leak")
            self.answer(400, b"<Error><Code>InvalidArgument</Code></Error>")
        elif url.query != f"signature={self.site.secret}":
            self.answer(403, b"<Error><Code>AccessDenied</Code></Error>")
        elif data is None:
            self.answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
        else:
            self._send(digest, data)

    def _send(self, digest: str, data: bytes) -> None:
        match = _RANGE.fullmatch(self.headers.get("Range", ""))
        start = int(match[1]) if match else 0
        end = min(int(match[2]) + 1 if match and match[2] else len(data), len(data))
        if start >= max(len(data), 1):
            self.answer(416, b"", {"Content-Range": f"bytes */{len(data)}"})
            return
        if start == 0:
            self.site.faults.count_sent(digest)
        headers = {"Content-Range": f"bytes {start}-{end - 1}/{len(data)}"} if match else {}
        headers |= {"Content-Type": "application/octet-stream", "Accept-Ranges": "bytes", "Content-Length": str(end - start)}
        limit = self.site.faults.drop_after(digest)
        if limit is not None:
            end = min(start + limit, end)
            self.close_connection = True
        self.answer(206 if match else 200, data[start:end], headers)
