"""How a registry is logged in to: basic or bearer, as its 401 asks (distribution spec, "Token Authentication"; RFC 7235).

A password goes to the registry and to a login service of the same domain, nowhere else. Tokens are asked for with the
narrowest scope, whatever scope the challenge names, and kept for this process only.
"""

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Protocol

import httpx
import orjson

from hullmark.errors import AccessError
from hullmark.sources.redirects import Destinations, same_site

_PAIR = re.compile(r'([A-Za-z_]+)="([^"]{0,2000})"')
_TOKEN = re.compile(r"[\x21-\x7e]{1,16384}")


class Login(Protocol):
    """A user and a password or token."""

    @property
    def user(self) -> str:
        """The user's name."""

    @property
    def token(self) -> str:
        """The password."""


Credentials = Callable[..., Login | None]  # called as credentials() or credentials(renew=True)


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a WWW-Authenticate header asks for: "basic", or "bearer" with a realm and a service."""

    scheme: str
    realm: str = ""
    service: str = ""


def parse_challenge(headers: list[str]) -> Challenge | None:
    """The challenge to answer, bearer before basic; None when there is none that is understood."""
    for header in headers:
        if header.lower().startswith("bearer "):
            values = {key.lower(): value for key, value in _PAIR.findall(header)}
            return Challenge("bearer", values.get("realm", ""), values.get("service", ""))
    return Challenge("basic") if any(header.lower().startswith("basic") for header in headers) else None


class Authenticator:
    """The logins of one registry; safe between threads, and renewed by one of them at a time."""

    def __init__(
        self, destinations: Destinations, credentials: Credentials | None, fetch: Callable[[str, str], bytes]
    ) -> None:
        """`fetch(url, authorization)` answers the body of a GET; it raises AccessError when that is refused."""
        self._destinations = destinations
        self._base_url = destinations.base_url
        self._name = destinations.name
        self._credentials = credentials
        self._fetch = fetch
        self._lock = Lock()
        self._challenge: Challenge | None = None
        self._basic = ""
        self._tokens: dict[str, str] = {}

    def forget(self) -> None:
        """Forget every login and the way to another one."""
        with self._lock:
            self._challenge, self._credentials, self._basic = None, None, ""
            self._tokens.clear()

    def header(self, scope: str) -> str:
        """The Authorization header to send with a request of this scope; "" until the registry has asked for one."""
        if self._challenge is None:
            return ""
        return self._basic if self._challenge.scheme == "basic" else self._tokens.get(scope, "")

    def answer(self, headers: list[str], scope: str, sent: str) -> str:
        """A header that may do better than `sent`, after the registry refused it; "" when there is none."""
        with self._lock:
            known = self.header(scope)
            if known and known != sent:  # another thread was here
                return known
            self._challenge = parse_challenge(headers) or self._challenge
            if self._challenge is None:
                return ""
            if self._challenge.scheme == "bearer":
                self._tokens[scope] = f"Bearer {self._token(self._challenge, scope, renew=bool(sent))}"
                return self._tokens[scope]
            self._basic = self._basic_header(renew=bool(sent))
            return self._basic if self._basic != sent else ""

    def _token(self, challenge: Challenge, scope: str, *, renew: bool) -> str:
        url = self._realm(challenge).copy_merge_params({"service": challenge.service, "scope": scope})
        basic = self._basic_header(renew=renew)
        if basic and not same_site(url, self._base_url):
            raise AccessError(
                f"{self._name} asks to send the password to {url.host}, which is of another domain; it was not sent, "
                "check the registry's configuration"
            )
        try:
            value = orjson.loads(self._fetch(str(url), basic))
        except orjson.JSONDecodeError:
            value = None
        token = (value.get("token") or value.get("access_token")) if isinstance(value, dict) else None
        if not isinstance(token, str) or not _TOKEN.fullmatch(token):
            raise AccessError(f"the login service of {self._name} gives no usable token; try again, or log in another way")
        return token

    def _realm(self, challenge: Challenge) -> httpx.URL:
        try:
            url = httpx.URL(challenge.realm)
        except httpx.InvalidURL:
            url = httpx.URL("")
        if url.scheme not in {"https", self._base_url.scheme}:
            raise AccessError(f"{self._name} names no login service that is safe to use; check the registry's configuration")
        self._destinations.require_safe(url)
        return url

    def _basic_header(self, *, renew: bool) -> str:
        login = None
        if self._credentials is not None:
            login = self._credentials(renew=True) if renew else self._credentials()
        if login is None:
            return ""
        return f"Basic {base64.b64encode(f'{login.user}:{login.token}'.encode()).decode('ascii')}"
