"""Fetch one feed file over HTTP: conditional, spaced repetitions, never from https to http, and never longer than it may.

A server is believed in nothing: not in its lengths, not in where it sends us, not in how it packs what it sends. The request
runs in an event loop of its own, since only there one clock bounds all of it: names, handshakes, headers and bytes.
"""

import asyncio
import os
import re
import ssl
import zlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import httpx

from hullmark.advisories.budget import Budget, Copy
from hullmark.advisories.fetch import Absent, Fetched, Validators, shown
from hullmark.advisories.packed_transfer import PACKED, Unpacker
from hullmark.errors import FeedError, TransportError
from hullmark.sources.redirects import MOST_HOPS, Destinations, same_origin
from hullmark.sources.registry_failures import Again, parse_retry_after, words_of_system

TRIES = 3
CONNECTS = 2  # tries where nobody answers at all
PAUSE_SECONDS = 1.0
LONGEST_WAIT = 20.0  # seconds; who asks for more is not waited for
CONNECT_SECONDS = 8.0
CHECK = "the address of the feeds"


def fetch_http(url: str, known: Validators, budget: Budget, target: Path, more: Mapping[str, str]) -> Fetched | None:
    """The file at `url`, or None when it is the one that `known` describes; raises Absent and FeedError.

    The headers `more` go with the request, to the server of `url` alone.
    """
    headers = {"User-Agent": "hullmark", "Accept-Encoding": "identity"}
    if known.etag:
        headers["If-None-Match"] = known.etag
    if known.modified:
        headers["If-Modified-Since"] = known.modified
    conditional = bool(known.etag or known.modified)
    try:
        return asyncio.run(_in_time(_Ask(url, headers, conditional, budget, target, dict(more))))
    except TimeoutError:
        raise budget.late(shown(url)) from None
    except TransportError as error:  # a redirect that is not followed
        raise FeedError(str(error)) from None
    except httpx.InvalidURL as error:
        raise FeedError(f"{shown(url)} is no address ({_reason(error)}); check {CHECK}") from None


@dataclass(frozen=True, slots=True)
class _Ask:
    """One file to GET, and where it goes."""

    url: str
    headers: Mapping[str, str]
    conditional: bool
    budget: Budget
    target: Path
    more: Mapping[str, str] = field(repr=False)


class _Unheard(Again):
    """Nobody answers."""


async def _in_time(ask: _Ask) -> Fetched | None:
    timeout = httpx.Timeout(ask.budget.idle, connect=min(CONNECT_SECONDS, ask.budget.idle))
    trust = _trust(os.environ.get("SSL_CERT_FILE", ""), os.environ.get("SSL_CERT_DIR", ""))
    async with asyncio.timeout(ask.budget.left()), httpx.AsyncClient(timeout=timeout, verify=trust) as client:
        for tried in range(1, TRIES + 1):
            try:
                return await _try(client, ask)
            except Again as again:
                wait = PAUSE_SECONDS * tried if again.after is None else again.after
                if tried >= (CONNECTS if isinstance(again, _Unheard) else TRIES) or wait > LONGEST_WAIT:
                    raise again.failure from None
            await asyncio.sleep(wait)
    raise AssertionError("the last try either answers or raises")


@cache
def _trust(_file: str, _folder: str) -> ssl.SSLContext:
    """Whom we trust; made once, since that takes longer than a request, for each place of authorities that is set."""
    return httpx.create_ssl_context()


async def _try(client: httpx.AsyncClient, ask: _Ask) -> Fetched | None:
    """One attempt; raises Again for what may pass."""
    told = shown(ask.url)
    try:
        answer = await _follow(client, ask)
        try:
            return await _take(answer, ask)
        finally:
            await answer.aclose()
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            raise FeedError(f"the certificate of {told} is not trusted; name its authority in SSL_CERT_FILE") from None
        waited = f"nobody answered within {client.timeout.connect:g} seconds"
        raise _Unheard(_broken(told, _reason(error) if isinstance(error, httpx.ConnectError) else waited)) from None
    except httpx.ReadTimeout:
        silence = f"nothing came for {ask.budget.idle:g} seconds, HULLMARK_LIMIT_FEED_IDLE_SECONDS"
        raise Again(_broken(told, silence)) from None
    except httpx.TransportError as error:
        raise Again(_broken(told, _reason(error))) from None


async def _follow(client: httpx.AsyncClient, ask: _Ask) -> httpx.Response:
    """The answer at the end of the redirects; raises TransportError for one that is not followed."""
    first = url = httpx.URL(ask.url)
    destinations = Destinations(first.copy_with(username=None, password=None), shown(ask.url), check=CHECK)
    for _ in range(MOST_HOPS + 1):
        own = same_origin(url, first)
        asked = url.copy_with(userinfo=first.userinfo) if own else url
        request = client.build_request("GET", asked, headers={**ask.headers, **(ask.more if own else {})})
        answer = await client.send(request, stream=True)
        location = answer.headers.get("Location", "")
        if not answer.has_redirect_location:
            return answer
        await answer.aclose()
        url = await asyncio.to_thread(destinations.follow, url, location)  # it may ask for names
    raise TransportError(f"{shown(ask.url)} redirects without end; check {CHECK}")


async def _take(answer: httpx.Response, ask: _Ask) -> Fetched | None:
    status, stated, told = answer.status_code, answer.headers, shown(ask.url)
    if status == httpx.codes.NOT_MODIFIED and ask.conditional:  # else nobody asked for it
        return None
    if status != httpx.codes.OK:  # 206 too: a part, which nobody asked for
        failure = _refused(told, status)
        passing = status == httpx.codes.TOO_MANY_REQUESTS or status >= httpx.codes.INTERNAL_SERVER_ERROR
        if not passing:
            raise failure
        raise _later(failure, told, status, parse_retry_after(stated.get("Retry-After", "")))
    length = stated.get("Content-Length", "")
    if length.isdigit() and int(length[:20]) > ask.budget.bytes:
        raise ask.budget.large(told)
    with ask.target.open("wb") as out:
        copy = Copy(out, ask.budget, told)
        async for chunk in _content(answer, ask, told):
            copy.write(chunk)
    return Fetched(ask.target, copy.digest(), Validators(stated.get("ETag", ""), stated.get("Last-Modified", "")))


async def _content(answer: httpx.Response, ask: _Ask, told: str) -> AsyncIterator[bytes]:
    """The bytes of the file; nobody asked for them packed, but some servers pack all the same."""
    encoding = answer.headers.get("Content-Encoding", "identity").strip().lower()
    is_packed = encoding in PACKED and not httpx.URL(ask.url).path.endswith(".gz")  # there it says what the file itself is
    if encoding not in ("", "identity", *PACKED):
        raise FeedError(f"{told} is sent in the encoding {encoding[:20]!r}, which nobody asked for; check {CHECK}")
    unpacker = Unpacker()
    try:
        async for chunk in answer.aiter_raw():
            for piece in unpacker.pieces(chunk) if is_packed else (chunk,):
                yield piece
    except zlib.error as error:
        raise Again(_broken(told, _reason(error))) from None
    if not unpacker.is_whole:
        raise Again(_broken(told, "it ended too early"))


def _later(failure: FeedError, told: str, status: int, after: float | None) -> Again:
    if after is not None and after > LONGEST_WAIT:
        failure = FeedError(
            f"{told} wants to be asked again in {after:,.0f} seconds at the earliest (HTTP {status}); wait so long"
        )
    return Again(failure, after)


def _refused(told: str, status: int) -> FeedError:
    if status in (404, 410):
        return Absent(f"{told} is not there (HTTP {status}); check {CHECK}")
    if status in (401, 403):  # 403 is also what a bucket without a list permission says of what is not there
        return FeedError(f"{told} is denied or not there (HTTP {status}); check {CHECK}")
    if status < 400:
        return FeedError(f"{told} answered with HTTP {status}, which is no answer to what was asked; check {CHECK}")
    return FeedError(f"{told} answered with HTTP {status}; try again later")


def _broken(told: str, reason: str) -> FeedError:
    return FeedError(f"{told} cannot be fetched ({reason}); check the address and the network")


def _reason(error: Exception) -> str:
    """What a library says, in few words; of a connection, what the system says of it."""
    if isinstance(error, httpx.ConnectError) and (refused := words_of_system(error)):
        return refused
    said = re.sub(r"\[Errno -?\d+\] ", "", str(error)).split("\n")[0]
    return said[:160] or type(error).__name__
