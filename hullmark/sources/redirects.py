"""Where a registry may send us: its storage, yes; this machine's metadata service, never.

A target that is link-local, unspecified or multicast is refused, and one on this machine unless the registry is here
too. Names are resolved for that; a name that changes between the check and the request is not caught, but then nothing
secret is sent, and what comes back is believed only when it has the digest that was asked for.
"""

import ipaddress
import re
import socket
from dataclasses import dataclass

import httpx

from hullmark.errors import TransportError

MOST_HOPS = 5
_METADATA = (ipaddress.ip_address("fd00:ec2::254"), ipaddress.ip_address("100.100.100.200"))
_NUMBERS = re.compile(r"[0-9a-fx.]*[0-9][0-9a-fx.]*", re.IGNORECASE)  # inet_aton also takes 2852039166 and 0xa9.254.1
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Destinations:
    """Where the registry at `base_url` may send us; `name` is how messages call it.

    `resolve` is False where a transport of the caller's decides what names mean; then only addresses are judged.
    """

    base_url: httpx.URL
    name: str
    resolve: bool = True
    check: str = "the registry"  # what messages advise to check

    def follow(self, url: httpx.URL, location: str) -> httpx.URL:
        """The target of a redirect from `url`; raises TransportError when it is not safe to go there."""
        try:
            target = url.join(location)
        except httpx.InvalidURL:
            raise TransportError(f"{self.name} redirects to an address that is none; check {self.check}") from None
        if target.scheme not in ("http", "https") or not target.host:
            raise TransportError(f"{self.name} redirects to an address that is none; check {self.check}")
        if url.scheme == "https" and target.scheme != "https":
            raise TransportError(
                f"{self.name} redirects from https to http on {target.host}, which is not followed; check {self.check}"
            )
        if not same_origin(target, self.base_url):
            self.require_safe(target)
        return target.copy_with(username=None, password=None)

    def require_safe(self, target: httpx.URL) -> None:
        """Raise TransportError when `target` is an address that a registry has no business with."""
        for address in self._addresses(target.host):
            forbidden = address.is_link_local or address.is_unspecified or address.is_multicast or address in _METADATA
            if forbidden or (address.is_loopback and not self._is_here()):
                raise TransportError(
                    f"{self.name} sends us to {target.host}, an address of this machine or its network only; "
                    f"it is not followed, check {self.check}"
                )

    def _is_here(self) -> bool:
        return any(address.is_loopback for address in self._addresses(self.base_url.host))

    def _addresses(self, host: str) -> list[_Address]:
        literal = _literal(host)
        if literal is not None or not self.resolve:
            return [literal] if literal is not None else []
        try:
            found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except OSError:  # a proxy may know the name
            return []
        return [address for item in found if (address := _literal(str(item[4][0]).partition("%")[0]))]


def same_origin(one: httpx.URL, other: httpx.URL) -> bool:
    """Whether scheme, host and port agree; ports that are left out count as the scheme's own."""
    return (one.scheme, one.host, _port(one)) == (other.scheme, other.host, _port(other))


def same_site(one: httpx.URL, other: httpx.URL) -> bool:
    """Whether the hosts are the same, or share their last two labels (auth.docker.io and registry-1.docker.io)."""
    if one.host == other.host:
        return True
    if _literal(one.host) or _literal(other.host) or "." not in one.host:
        return False
    return one.host.split(".")[-2:] == other.host.split(".")[-2:]


def _port(url: httpx.URL) -> int | None:
    return url.port or {"http": 80, "https": 443}.get(url.scheme)


def _literal(host: str) -> _Address | None:
    """The address that `host` is without asking anybody, in every notation that the system's resolver takes."""
    if host == "localhost" or host.endswith(".localhost"):
        return ipaddress.ip_address("127.0.0.1")
    try:
        address = ipaddress.ip_address(socket.inet_aton(host) if _NUMBERS.fullmatch(host) else host)
    except (ValueError, OSError):
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
