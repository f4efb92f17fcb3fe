"""Fetch one feed file over HTTP: conditional, spaced repetitions, never from https to http."""

import re
import time
from collections.abc import Mapping
from pathlib import Path

import httpx

from hullmark.advisories.fetch import Absent, Fetched, Validators, copy_bounded, shown
from hullmark.errors import FeedError

TRIES = 3
CONNECTS = 2  # tries where nobody answers at all
PAUSE_SECONDS = 1.0
TIMEOUT = httpx.Timeout(60.0, connect=8.0)
CONDITIONS = {"If-None-Match", "If-Modified-Since"}


def fetch_http(url: str, known: Validators, most_bytes: int, target: Path, more: Mapping[str, str]) -> Fetched | None:
    """The file at `url`, or None when it is the one that `known` describes; raises Absent and FeedError.

    The headers `more` go with the request.
    """
    headers = {"User-Agent": "hullmark", "Accept-Encoding": "identity", **more}
    told = shown(url)
    if known.etag:
        headers["If-None-Match"] = known.etag
    if known.modified:
        headers["If-Modified-Since"] = known.modified
    for tried in range(1, TRIES + 1):
        try:
            return _ask(url, headers, most_bytes, target, follow=not more)  # a key is for this server alone
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


def _ask(url: str, headers: dict[str, str], most_bytes: int, target: Path, *, follow: bool) -> Fetched | None:
    with httpx.stream("GET", url, headers=headers, timeout=TIMEOUT, follow_redirects=follow) as answer:
        if answer.status_code == httpx.codes.NOT_MODIFIED and headers.keys() & CONDITIONS:  # else nobody asked for it
            return None
        answer.raise_for_status()
        if url.startswith("https:") and answer.url.scheme != "https":
            raise FeedError(f"{shown(url)} redirects to an address without https; check the address of the feeds")
        with target.open("wb") as out:
            digest = copy_bounded(answer.iter_bytes(), out, most_bytes, url)
        stated = answer.headers
        return Fetched(target, digest, Validators(stated.get("ETag", ""), stated.get("Last-Modified", "")))
