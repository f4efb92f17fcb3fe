"""Fetch one feed file from https, a folder or S3, unless it is the one that we have; bounded in size and time."""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from hullmark.advisories.budget import Budget, Copy
from hullmark.advisories.passing import passing
from hullmark.errors import FeedError
from hullmark.lake.place import one_line

CHUNK = 1 << 20
_PAGE = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server said about the file that we have, to ask whether it has changed."""

    etag: str = ""
    modified: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file on this machine until the block ends, its digest, and its validators.

    `base` is the snapshot that it adds to, "" for a whole feed; the records `replaced` of that one count no more.
    `listing` is what the publisher says that it has: the id of each record, and when it was modified.
    """

    path: Path
    digest: str
    validators: Validators
    base: str = ""
    replaced: frozenset[str] = frozenset()
    listing: Mapping[str, str] = field(default_factory=dict)


class Absent(FeedError):
    """The place has no such feed."""


@contextmanager
def fetching(
    url: str, known: Validators, budget: Budget, endpoint: str = "", headers: Mapping[str, str] | None = None
) -> Iterator[Fetched | None]:
    """The file at `url`, or None when it is the one that `known` describes.

    `url` is https, http, s3, file, or a path; `endpoint` an S3 stand-in; `headers` go with a request over http.
    Raises Absent when there is none, else FeedError.
    """
    with passing() as folder:
        target = folder / "feed"
        scheme = urlsplit(url).scheme if "://" in url else ""
        if scheme in ("http", "https"):
            from hullmark.advisories.fetch_http import fetch_http  # noqa: PLC0415  httpx costs time; a folder needs none

            found = fetch_http(url, known, budget, target, headers or {})
        elif scheme == "s3":
            found = _s3(url, known, budget, target, endpoint)
        elif scheme in ("", "file"):
            found = _file(url, known, budget, target)
        else:
            raise FeedError(f"feeds cannot be fetched from {shown(url)}; give a folder, or an https, file or s3 address")
        if found is not None and _is_page(found.path):
            raise FeedError(
                f"{shown(url)} is a web page and no feed; check the address, and whether the network wants a login"
            )
        yield found


def shown(url: str) -> str:
    """An address as it may be kept and told: without a name, a password or a query."""
    if "://" not in url:
        return url
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _s3(url: str, known: Validators, budget: Budget, target: Path, endpoint: str) -> Fetched | None:
    from boto3.session import Session  # noqa: PLC0415  boto3 costs time, and few feeds lie in S3
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    parts = urlsplit(url)
    client = Session().client("s3", endpoint_url=endpoint or None)
    condition = {"IfNoneMatch": known.etag} if known.etag else {}
    try:
        answer = client.get_object(Bucket=parts.netloc, Key=unquote(parts.path.lstrip("/")), **condition)
        with target.open("wb") as out:
            digest = _copied(answer["Body"].iter_chunks(CHUNK), Copy(out, budget, shown(url)))
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in ("304", "NotModified"):
            return None
        if code in ("404", "NoSuchKey", "NoSuchBucket"):
            raise Absent(f"{url} is not there ({code}); check the address of the feeds") from None
        raise FeedError(f"{url} cannot be read ({code}); check the bucket's policy") from None
    except BotoCoreError as error:
        raise FeedError(f"{url} cannot be read ({error}); check credentials and network") from None
    return Fetched(target, digest, Validators(answer.get("ETag", "")))


def _file(url: str, known: Validators, budget: Budget, target: Path) -> Fetched | None:
    """A copy, since the file may be replaced while it is read."""
    path = Path(unquote(urlsplit(url).path)) if url.startswith("file://") else Path(url)
    try:
        if path.exists() and not path.is_file():  # a pipe would wait for ever
            raise Absent(f"{path} is no file; check the address of the feeds")
        with path.open("rb") as file, target.open("wb") as out:
            facts = os.fstat(file.fileno())
            etag = f"{facts.st_mtime_ns}-{facts.st_size}"
            if known.etag == etag:
                return None
            digest = _copied(iter(partial(file.read, CHUNK), b""), Copy(out, budget, shown(url)))
    except (FileNotFoundError, NotADirectoryError):
        raise Absent(f"{path} is not there; check the address of the feeds") from None
    except (OSError, ValueError) as error:
        raise FeedError(f"{path} cannot be read ({one_line(error)}); check its permissions") from None
    return Fetched(target, digest, Validators(etag))


def _copied(chunks: Iterator[bytes], copy: Copy) -> str:
    """The digest of what these chunks are; raises FeedError."""
    for chunk in chunks:
        copy.write(chunk)
    return copy.digest()


def _is_page(path: Path) -> bool:
    """Whether it is HTML, as a network that wants a login serves it for every address."""
    with path.open("rb") as file:
        return _PAGE.match(file.read(1000)) is not None
