"""The registry's own port: manifests, blobs (by redirect), uploads, tags, referrers and catalog (distribution-spec 1.1)."""

import json
import re
import secrets
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from hmac import compare_digest
from urllib.parse import parse_qs, quote, urlsplit

from hullmark.demo.images import INDEX
from hullmark.demo.registry.content import DIGEST, NAME, Content, digest_of
from hullmark.demo.registry.faults import Faults
from hullmark.demo.registry.http import Handler

USER = "AWS"
_MANIFEST_LIMIT = 4 * 1024 * 1024
_PATH = re.compile(r"/v2/(?P<name>.+)/(?P<kind>manifests|blobs|tags|referrers)/(?P<rest>[^/]+|uploads/[^/]*)")
_KINDS = {
    "manifests": "manifest",
    "blobs": "blob",
    "tags": "tags",
    "referrers": "referrers",
    "/v2/": "ping",
    "/v2/_catalog": "catalog",
}


@dataclass(slots=True)
class ApiSite:
    """What the registry's port answers from; `link(digest)` is where a blob can be fetched, password "" means none."""

    content: Content
    faults: Faults
    password: Callable[[], str]
    link: Callable[[str], str]
    page: int  # the most entries of one page
    uploads: dict[str, bytearray] = field(default_factory=dict)


class Api(Handler):
    """Answers `/v2/...`."""

    def __init__(self, site: ApiSite, *request: object) -> None:
        self.site = site
        super().__init__(*request)  # type: ignore[arg-type]  # request, address and server, as http.server hands them over

    def setup(self) -> None:
        """Count the connection."""
        self.site.faults.count("connection")
        super().setup()

    def do_GET(self) -> None:  # noqa: N802  the names that http.server calls
        """Answer a GET or HEAD."""
        path = urlsplit(self.path).path
        match = _PATH.fullmatch(path)
        if not self._admitted(_KINDS.get(match["kind"] if match else path, "unknown"), match["rest"] if match else ""):
            return
        if path == "/v2/":
            self.answer(200, b"{}", {"Content-Type": "application/json"})
        elif path == "/v2/_catalog":
            self._list("repositories", self.site.content.repositories(), {})
        elif match is None:
            self.fail(404, "NAME_UNKNOWN", "no such path")
        else:
            answers = {"manifests": self._manifest, "blobs": self._blob, "tags": self._tags, "referrers": self._referrers}
            answers[match["kind"]](match["name"], match["rest"])

    do_HEAD = do_GET  # noqa: N815

    def do_POST(self) -> None:  # noqa: N802
        """Begin an upload, mount a blob, or take a whole one."""
        match = self._place()
        if match is None:
            return
        query, data = parse_qs(urlsplit(self.path).query), self.body()
        if "mount" in query and self.site.content.mount(match["name"], query["mount"][0]):
            self._created(match["name"], "blobs", query["mount"][0])
        elif "digest" in query:
            self._store(match["name"], query["digest"][0], data)
        else:
            session = secrets.token_hex(16)
            self.site.uploads[session] = bytearray(data)
            self._accepted(match["name"], session)

    def do_PATCH(self) -> None:  # noqa: N802
        """Take the next piece of an upload."""
        match = self._place()
        if match is None:
            return
        session, data = match["rest"].partition("/")[2], self.body()
        if session not in self.site.uploads:
            self.fail(404, "BLOB_UPLOAD_UNKNOWN", "no such upload")
            return
        self.site.uploads[session] += data
        self._accepted(match["name"], session)

    def do_PUT(self) -> None:  # noqa: N802
        """Finish an upload, or take a manifest."""
        match = self._place()
        if match is None:
            return
        data, session = self.body(), match["rest"].partition("/")[2]
        if match["kind"] == "manifests":
            self._put_manifest(match["name"], match["rest"], data)
        elif session not in self.site.uploads:
            self.fail(404, "BLOB_UPLOAD_UNKNOWN", "no such upload")
        else:
            digest = parse_qs(urlsplit(self.path).query).get("digest", [""])[0]
            self._store(match["name"], digest, bytes(self.site.uploads.pop(session)) + data)

    def _admitted(self, kind: str, target: str) -> bool:
        """Count the request, play a fault that is due and check the login; whether it is still to be answered."""
        self.site.faults.count(kind)
        due = self.site.faults.refusal(kind, target)
        password = self.site.password()
        expected = f"Basic {b64encode(f'{USER}:{password}'.encode()).decode()}"
        if due:
            self.fail(due[0], "UNKNOWN", "made to fail", {"Retry-After": due[1]} if due[1] else {})
        elif password and not compare_digest(self.headers.get("Authorization", "").encode(), expected.encode()):
            self.fail(401, "UNAUTHORIZED", "authentication required", {"WWW-Authenticate": 'Basic realm="hullmark"'})
        else:
            return True
        return False

    def _place(self) -> re.Match[str] | None:
        """Where something is to be stored; None when that was refused, and then the connection ends with its unread body."""
        match = _PATH.fullmatch(urlsplit(self.path).path)
        if self._admitted("upload", ""):
            if match is not None and NAME.fullmatch(match["name"]) and match["kind"] in ("manifests", "blobs"):
                return match
            self.fail(404, "NAME_INVALID", "no such path")
        self.close_connection = True
        return None

    def _manifest(self, name: str, reference: str) -> None:
        found = self.site.content.manifest(name, reference)
        if found is None:
            self.fail(404, "MANIFEST_UNKNOWN", "no such manifest")
        else:
            if self.command == "GET":
                self.site.faults.count_sent(found.digest)
            self.answer(200, found.data, {"Content-Type": found.media_type, "Docker-Content-Digest": found.digest})

    def _blob(self, name: str, digest: str) -> None:
        data = self.site.content.blob(digest, name)
        if data is None:
            self.fail(404, "BLOB_UNKNOWN", "no such blob")
        elif self.command == "HEAD":
            self.answer(200, b"", {"Content-Length": str(len(data)), "Docker-Content-Digest": digest})
        else:
            self.answer(307, b"", {"Location": self.site.link(digest)})

    def _tags(self, name: str, _: str) -> None:
        tags = self.site.content.tags(name)
        if tags is None:
            self.fail(404, "NAME_UNKNOWN", "no such repository")
        else:
            self._list("tags", tags, {"name": name})

    def _referrers(self, name: str, digest: str) -> None:
        """What says that it is about a digest, in pages as ECR gives it."""
        found = self.site.content.referrers(name, digest)
        url = urlsplit(self.path)
        start = int(parse_qs(url.query).get("start", ["0"])[0])
        end = start + self.site.page
        index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": found[start:end]}
        link = {"Link": f'<{url.path}?start={end}>; rel="next"'} if end < len(found) else {}
        self.answer(200, json.dumps(index).encode(), {"Content-Type": INDEX, **link})

    def _list(self, key: str, names: list[str], more: dict[str, str]) -> None:
        url = urlsplit(self.path)
        query = parse_qs(url.query)
        count = min(int(query.get("n", [str(self.site.page)])[0]), self.site.page)
        rest = [name for name in names if name > query.get("last", [""])[0]]
        shown = rest[:count]
        body = json.dumps({**more, key: shown}).encode()
        link = f'<{url.path}?last={quote(shown[-1])}&n={count}>; rel="next"' if len(rest) > count > 0 else ""
        self.answer(200, body, {"Content-Type": "application/json", **({"Link": link} if link else {})})

    def _put_manifest(self, name: str, reference: str, data: bytes) -> None:
        digest = digest_of(data)
        if len(data) > _MANIFEST_LIMIT or (DIGEST.fullmatch(reference) and reference != digest):
            self.fail(400, "MANIFEST_INVALID", "too large, or not of this digest")
            return
        self.site.content.put_manifest(name, reference, self.headers.get("Content-Type", ""), data)
        self._created(name, "manifests", digest)

    def _store(self, name: str, digest: str, data: bytes) -> None:
        if digest_of(data) != digest:
            self.fail(400, "DIGEST_INVALID", "the bytes have another digest")
            return
        self.site.content.put_blob(name, data)
        self._created(name, "blobs", digest)

    def _created(self, name: str, kind: str, digest: str) -> None:
        self.answer(201, b"", {"Location": f"/v2/{name}/{kind}/{digest}", "Docker-Content-Digest": digest})

    def _accepted(self, name: str, session: str) -> None:
        end = max(0, len(self.site.uploads[session]) - 1)
        self.answer(202, b"", {"Location": f"/v2/{name}/blobs/uploads/{session}", "Range": f"0-{end}"})
