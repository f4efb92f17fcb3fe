"""Fetch one feed file from https, a folder or S3, unless it is the one that we have; bounded in size and time."""

import hashlib
import os
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlsplit, urlunsplit

import httpx

from hullmark.errors import FeedError

TRIES = 3
CONNECTS = 2  # tries where nobody answers at all
PAUSE_SECONDS = 1.0
TIMEOUT = httpx.Timeout(60.0, connect=8.0)
CHUNK = 1 << 20
CONDITIONS = {"If-None-Match", "If-Modified-Since"}
MOST_SECONDS = 1800.0  # for one feed, however steadily it drips


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server said about the file that we have, to ask whether it has changed."""

    etag: str = ""
    modified: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file on this machine until the block ends, its digest, and its validators."""

    path: Path
    digest: str
    validators: Validators


class Absent(FeedError):
    """The place has no such feed."""


@contextmanager
def fetching(url: str, known: Validators, most_bytes: int, endpoint: str = "") -> Iterator[Fetched | None]:
    """The file at `url`, or None when it is the one that `known` describes.

    `url` is https, http, s3, file, or a path; `endpoint` an S3 stand-in. Raises Absent when there is none, else FeedError.
    """
    with tempfile.TemporaryDirectory(prefix="hullmark-feed-") as folder:
        target = Path(folder) / "feed"
        scheme = urlsplit(url).scheme if "://" in url else ""
        if scheme in ("http", "https"):
            found = _http(url, known, most_bytes, target)
        elif scheme == "s3":
            found = _s3(url, known, most_bytes, target, endpoint)
        elif scheme in ("", "file"):
            found = _file(url, known, most_bytes, target)
        else:
            raise FeedError(f"feeds cannot be fetched from {shown(url)}; give a folder, or an https, file or s3 address")
        yield found


def shown(url: str) -> str:
    """An address as it may be kept and told: without a name, a password or a query."""
    if "://" not in url:
        return url
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _http(url: str, known: Validators, most_bytes: int, target: Path) -> Fetched | None:
    headers = {"User-Agent": "hullmark", "Accept-Encoding": "identity"}
    told = shown(url)
    if known.etag:
        headers["If-None-Match"] = known.etag
    if known.modified:
        headers["If-Modified-Since"] = known.modified
    for tried in range(1, TRIES + 1):
        try:
            return _ask(url, headers, most_bytes, target)
        except httpx.HTTPStatusError as error:
            status = error.response.status_code
            if tried == TRIES or (status < 500 and status != 429):
                raise _refused(told, status) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            unheard = isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.InvalidURL))
            if tried >= (CONNECTS if unheard else TRIES):
                reason = re.sub(r"\[Errno -?\d+\] ", "", str(error)) or type(error).__name__
                raise FeedError(f"{told} cannot be fetched ({reason}); check the address and the network") from None
        time.sleep(PAUSE_SECONDS * tried)
    raise FeedError(f"{told} cannot be fetched; check the network")


def _refused(told: str, status: int) -> FeedError:
    if status in (404, 410):
        return Absent(f"{told} is not there (HTTP {status}); check the address of the feeds")
    if status in (401, 403):  # 403 is also what a bucket without a list permission says of what is not there
        return FeedError(f"{told} is denied or not there (HTTP {status}); check the address of the feeds")
    return FeedError(f"{told} answered with HTTP {status}; try again later")


def _ask(url: str, headers: dict[str, str], most_bytes: int, target: Path) -> Fetched | None:
    with httpx.stream("GET", url, headers=headers, timeout=TIMEOUT, follow_redirects=True) as answer:
        if answer.status_code == httpx.codes.NOT_MODIFIED and headers.keys() & CONDITIONS:  # else nobody asked for it
            return None
        answer.raise_for_status()
        if url.startswith("https:") and answer.url.scheme != "https":
            raise FeedError(f"{shown(url)} redirects to an address without https; check the address of the feeds")
        with target.open("wb") as out:
            digest = _copy(answer.iter_bytes(), out, most_bytes, url)
        stated = answer.headers
        return Fetched(target, digest, Validators(stated.get("ETag", ""), stated.get("Last-Modified", "")))


def _s3(url: str, known: Validators, most_bytes: int, target: Path, endpoint: str) -> Fetched | None:
    from boto3.session import Session  # noqa: PLC0415  boto3 costs time, and few feeds lie in S3
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    parts = urlsplit(url)
    client = Session().client("s3", endpoint_url=endpoint or None)
    condition = {"IfNoneMatch": known.etag} if known.etag else {}
    try:
        answer = client.get_object(Bucket=parts.netloc, Key=unquote(parts.path.lstrip("/")), **condition)
        with target.open("wb") as out:
            digest = _copy(answer["Body"].iter_chunks(CHUNK), out, most_bytes, url)
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


def _file(url: str, known: Validators, most_bytes: int, target: Path) -> Fetched | None:
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
            digest = _copy(iter(partial(file.read, CHUNK), b""), out, most_bytes, url)
    except (FileNotFoundError, NotADirectoryError):
        raise Absent(f"{path} is not there; check the address of the feeds") from None
    except (OSError, ValueError) as error:
        raise FeedError(f"{path} cannot be read ({error}); check its permissions") from None
    return Fetched(target, digest, Validators(etag))


def _copy(chunks: Iterator[bytes], out: IO[bytes], most_bytes: int, url: str) -> str:
    digest, size, until = hashlib.sha256(), 0, time.monotonic() + MOST_SECONDS
    for chunk in chunks:
        size += len(chunk)
        if size > most_bytes:
            raise FeedError(
                f"{shown(url)} is larger than {most_bytes:,} bytes, the most that a feed may have; check the address"
            )
        if time.monotonic() > until:
            raise FeedError(f"{shown(url)} took more than {MOST_SECONDS:,.0f} seconds; check the network")
        digest.update(chunk)
        out.write(chunk)
    return f"sha256:{digest.hexdigest()}"
