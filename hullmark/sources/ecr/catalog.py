"""The repositories that a registry itself names: `GET /v2/_catalog`, page by page (distribution API; ECR has it too)."""

from collections.abc import Iterator
from http import HTTPStatus

import httpx
import orjson

from hullmark.errors import AccessError, CorruptData, LimitExceeded, Throttled, TransportError
from hullmark.settings import Limits
from hullmark.sources.ecr.login import LoginProvider, RegistryLogin

_PAGE = 1000
_MOST_PAGES = 1000  # ECR's quota is 100,000 repositories a Region
_TIMEOUT = httpx.Timeout(60, connect=10)
_NO_CATALOG = (401, 403, 404, 405)


def catalog(provider: LoginProvider, limits: Limits) -> Iterator[str]:
    """Repository names in the registry's order; raises AccessError where there is no catalog for us, else TransportError,
    Throttled, CorruptData and LimitExceeded."""
    with httpx.Client(timeout=_TIMEOUT, follow_redirects=False) as client:
        url: httpx.URL | None = httpx.URL(provider.login().endpoint).join(f"/v2/_catalog?n={_PAGE}")
        for _ in range(_MOST_PAGES):
            if url is None:
                return
            names, url = _page(client, url, provider, limits)
            yield from names
    raise LimitExceeded(
        f"The registry {provider.login().host} lists more than {_MOST_PAGES} pages of repositories; name them instead."
    )


def _page(
    client: httpx.Client, url: httpx.URL, provider: LoginProvider, limits: Limits
) -> tuple[list[str], httpx.URL | None]:
    login = provider.login()
    status, link, body = _get(client, url, login, limits)
    if status == HTTPStatus.UNAUTHORIZED:
        login = provider.login(renew=True)
        status, link, body = _get(client, url, login, limits)
    if status != HTTPStatus.OK:
        raise _refusal(status, login.host)
    return _names(body, login.host), _next(url, link)


def _get(client: httpx.Client, url: httpx.URL, login: RegistryLogin, limits: Limits) -> tuple[int, str, bytes]:
    """(status, address of the next page or "", body) of one page."""
    body = bytearray()
    try:
        with client.stream("GET", url, auth=(login.user, login.token)) as answer:
            for piece in answer.iter_bytes(65536):
                body += piece
                if len(body) > limits.manifest_bytes:
                    raise LimitExceeded(
                        f"The catalog of {login.host} has a page over {limits.manifest_bytes} bytes; name the repositories."
                    )
            return answer.status_code, answer.links.get("next", {}).get("url", ""), bytes(body)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise TransportError(
            f"The registry {login.host} did not answer for its catalog ({type(error).__name__}); check the network."
        ) from None


def _names(body: bytes, host: str) -> list[str]:
    try:
        names = orjson.loads(body)["repositories"] or []
    except (orjson.JSONDecodeError, KeyError, TypeError):
        names = None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise CorruptData(f"The catalog of {host} is not what the registry API describes; name the repositories instead.")
    return names


def _next(url: httpx.URL, link: str) -> httpx.URL | None:
    """The next page, on the same server only: the token goes nowhere else."""
    if not link:
        return None
    following = url.join(link)
    same = (following.scheme, following.host, following.port) == (url.scheme, url.host, url.port)
    return following if same and following != url else None


def _refusal(status: int, host: str) -> AccessError | TransportError:
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Throttled(f"The registry {host} throttles its catalog; try again later.")
    if status in _NO_CATALOG:
        return AccessError(f"The registry {host} does not show its catalog ({status}); name the repositories instead.")
    return TransportError(f"The registry {host} failed at its catalog ({status}); try again later.")
