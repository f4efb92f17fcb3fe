"""HTTP to one registry: logins, redirects without them, bounded answers, and few, spaced repetitions. GET only."""

import random
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from typing import TypeVar

import httpx

from hullmark.errors import AccessError, CorruptData, LimitExceeded, NotFound, Stopped, TransportError
from hullmark.sources.redirects import MOST_HOPS, Destinations, same_origin
from hullmark.sources.registry_auth import Authenticator, Credentials
from hullmark.sources.registry_failures import Again, failure_of, parse_refusal, parse_retry_after, words_of_system

TRIES = 4
LONGEST_WAIT = 20.0  # seconds; who asks for more is not waited for
_ERROR_BYTES = 64 * 1024
_TOKEN_BYTES = 1024 * 1024
_BODY_SECONDS = 120.0
_TIMEOUT = httpx.Timeout(30.0, connect=10.0, pool=120.0)
_POOL = httpx.Limits(max_connections=64, max_keepalive_connections=32)
_REDIRECTS = (301, 302, 303, 307, 308)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing to GET: the path at the registry, the token scope that it needs, and what it is in words.

    Statuses of `absent` say that there is none, as 404 does.
    """

    path: str
    scope: str
    what: str
    headers: dict[str, str] = field(default_factory=dict)
    absent: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer, read within its bound."""

    data: bytes
    headers: httpx.Headers


class RegistryClient:
    """Requests to one registry; safe between threads. `pause` waits so many seconds."""

    def __init__(
        self,
        base_url: str,
        name: str,
        credentials: Credentials | None,
        transport: httpx.BaseTransport | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.base_url = httpx.URL(base_url.rstrip("/"))
        self.name = name or self.base_url.netloc.decode("ascii")
        self.pause = pause
        self._destinations = Destinations(self.base_url, self.name, resolve=transport is None)
        loopback = self.base_url.host in ("localhost", "127.0.0.1", "::1")
        self._http = httpx.Client(
            transport=transport,
            timeout=_TIMEOUT,
            limits=_POOL,
            trust_env=not loopback,
            headers={"User-Agent": "hullmark", "Accept-Encoding": "identity"},
        )
        self._auth = Authenticator(self._destinations, credentials, self._fetch_token)
        self._stopped = ""

    def close(self) -> None:
        """Release the sockets."""
        self._http.close()

    def stop(self, reason: str) -> None:
        """Ask nothing more from now on, and forget every login."""
        self._stopped = reason
        self._auth.forget()

    def require_open(self) -> None:
        """Raise Stopped when nothing more may be asked."""
        if self._stopped:
            raise Stopped(self._stopped)

    def read(self, ask: Ask, limit: int) -> Answer:
        """A whole answer of at most `limit` bytes; raises AccessError, NotFound, TransportError and LimitExceeded."""

        def read_once() -> Answer:
            with closing(self._open_once(ask)) as response:
                return Answer(self._body(response, limit, ask.what), response.headers)

        return self._repeated(read_once)

    def open(self, ask: Ask) -> httpx.Response:
        """An answer to be streamed and closed by the caller: 200, 206 or 416; raises as `read` does."""
        return self._repeated(lambda: self._open_once(ask))

    def failed(self, what: str, error: Exception) -> TransportError:
        """The error for a connection that broke or was never made."""
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            return TransportError(f"the certificate of {self.name} is not trusted; name its authority in SSL_CERT_FILE")
        why = words_of_system(error) or type(error).__name__
        return TransportError(
            f"{self.name} cannot be reached or broke off while {what} was read ({why}); check the network and try again"
        )

    def _repeated(self, action: Callable[[], T]) -> T:
        for tried in range(1, TRIES + 1):
            try:
                return action()
            except Again as again:
                wait = random.uniform(0.5, 1.0) * 0.25 * 4**tried if again.after is None else again.after  # noqa: S311
                if tried == TRIES or wait > LONGEST_WAIT:
                    raise again.failure from None
                self.pause(wait)
        raise AssertionError("the last try either answers or raises")

    def _open_once(self, ask: Ask) -> httpx.Response:
        try:
            response = self._follow(ask)
        except (httpx.TransportError, httpx.InvalidURL) as error:
            raise Again(self.failed(ask.what, error)) from None
        if response.status_code < 400 or response.status_code == 416:
            return response
        with closing(response):
            raise self._refused(response, ask)

    def _follow(self, ask: Ask) -> httpx.Response:
        """The answer at the end of the redirects; only the registry itself is shown a login."""
        url = self.base_url.copy_with(raw_path=self.base_url.raw_path.rstrip(b"/") + ask.path.encode("ascii"))
        for _ in range(MOST_HOPS + 1):
            response = self._authorized(url, ask) if same_origin(url, self.base_url) else self._send(url, ask.headers)
            location = response.headers.get("Location", "")
            if response.status_code not in _REDIRECTS or not location:
                return response
            _release(response)
            url = self._destinations.follow(url, location)
        raise TransportError(f"{self.name} redirects without end when {ask.what} is asked for; check the registry")

    def _authorized(self, url: httpx.URL, ask: Ask) -> httpx.Response:
        sent = self._auth.header(ask.scope)
        for _ in range(2):  # one answer to a challenge, one renewal
            response = self._send(url, ask.headers, sent)
            if not _wants_login(response):
                return response
            better = self._auth.answer(response.headers.get_list("WWW-Authenticate"), ask.scope, sent)
            if not better:
                return response
            _release(response)
            sent = better
        return self._send(url, ask.headers, sent)

    def _send(self, url: httpx.URL, headers: dict[str, str], authorization: str = "") -> httpx.Response:
        self.require_open()
        more = {"Authorization": authorization} if authorization else {}
        return self._http.send(self._http.build_request("GET", url, headers={**headers, **more}), stream=True, auth=None)

    def _refused(self, response: httpx.Response, ask: Ask) -> Exception:
        self.require_open()  # without its login it is refused for no other reason
        refusal = parse_refusal(response.status_code, _peek(response))
        if refusal.status in ask.absent:
            return NotFound(f"{self.name} has no {ask.what}")
        failure = failure_of(refusal, self.name, ask.what, logged_in=bool(self._auth.header(ask.scope)))
        if response.status_code in (408, 429) or response.status_code >= 500:
            return Again(failure, parse_retry_after(response.headers.get("Retry-After", "")))
        return failure

    def _body(self, response: httpx.Response, limit: int, what: str) -> bytes:
        data, deadline = bytearray(), time.monotonic() + _BODY_SECONDS
        try:
            for chunk in response.iter_raw():
                self.require_open()
                data += chunk
                if len(data) > limit:
                    raise LimitExceeded(f"{self.name} sends more than the {limit} bytes that are read for {what}")
                if time.monotonic() > deadline:
                    raise TransportError(f"{self.name} takes too long over {what}; try again later")
        except httpx.TransportError as error:
            raise Again(self.failed(what, error)) from None
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise CorruptData(f"{self.name} sends {what} in an encoding that was not asked for; check the registry")
        return bytes(data)

    def _fetch_token(self, url: str, authorization: str) -> bytes:
        what = "a login"
        response = self._send(httpx.URL(url), {}, authorization)
        with closing(response):
            if response.status_code == 200:
                return self._body(response, _TOKEN_BYTES, what)
            self.require_open()
            refusal = parse_refusal(response.status_code, _peek(response))
            failure = failure_of(refusal, self.name, what, logged_in=bool(authorization))
            if response.status_code == 429 or response.status_code >= 500:
                raise Again(failure, parse_retry_after(response.headers.get("Retry-After", "")))
            if isinstance(failure, AccessError):
                raise failure
            raise AccessError(f"the login service of {self.name} refuses ({response.status_code}); check the registry")


def _wants_login(response: httpx.Response) -> bool:
    """Whether another login may help: 401, or the 403 with which ECR answers an expired token."""
    if response.status_code == 401:
        return True
    return response.status_code == 403 and parse_refusal(403, _peek(response)).expired


def _release(response: httpx.Response) -> None:
    """Close an answer that nobody wants; with its few bytes read, the connection can be used again."""
    _peek(response)
    response.close()


def _peek(response: httpx.Response) -> bytes:
    """The beginning of an error body; what cannot be read counts as empty. May be called again."""
    kept: bytes = response.extensions.get("hullmark.body", b"")
    if kept or response.is_stream_consumed:
        return kept
    data = bytearray()
    try:
        for chunk in response.iter_raw():
            data += chunk
            if len(data) > _ERROR_BYTES:
                break
    except httpx.TransportError:
        pass
    response.extensions["hullmark.body"] = bytes(data)
    return bytes(data)
