"""Registry logins: 12-hour tokens bound to a Region, and the proxy endpoint that says where the registry is."""

import base64
import binascii
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from hullmark.errors import AccessError
from hullmark.sources.ecr.failures import calling
from hullmark.sources.ecr.session import AwsSession

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

_EARLY = timedelta(minutes=15)  # a token is renewed this long before it expires


@dataclass(frozen=True, slots=True)
class RegistryLogin:
    """Where a registry answers (`https://host`) and the basic-auth pair for it; the token is left out of repr."""

    endpoint: str
    user: str
    token: str = field(repr=False)
    expires: datetime

    @property
    def host(self) -> str:
        """Host and port of the endpoint."""
        return urlsplit(self.endpoint).netloc


def registry_login(session: AwsSession, region: str, account: str = "") -> RegistryLogin:
    """A fresh login for the registry of an account in `region`; raises AccessError, Throttled and TransportError.

    `account` is that of the session unless it is given; in a foreign one the repositories' policies decide.
    """
    client: ECRClient = session.client("ecr", region)
    where = f"account {account or session.account or 'of these credentials'} in {region}"
    with calling("ecr:GetAuthorizationToken", where):
        answer = client.get_authorization_token(registryIds=[account]) if account else client.get_authorization_token()
    data = answer["authorizationData"][0]
    try:
        user, _, token = base64.b64decode(data["authorizationToken"], validate=True).decode("ascii").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise AccessError(f"AWS gave an unreadable registry token for {where}; try again.") from None
    return RegistryLogin(data["proxyEndpoint"], user, token, data["expiresAt"].astimezone(UTC))


class LoginProvider:
    """Logins for one registry, kept until shortly before they expire; safe between threads."""

    def __init__(self, session: AwsSession, region: str, account: str = "") -> None:
        self._session = session
        self._region = region
        self._account = account
        self._lock = Lock()
        self._login: RegistryLogin | None = None

    def login(self, *, renew: bool = False) -> RegistryLogin:
        """The login to use; `renew` asks for a new one, as after a 401 or 403. Raises what `registry_login` does."""
        with self._lock:
            if renew or self._login is None or self._login.expires - _EARLY <= datetime.now(UTC):
                self._login = registry_login(self._session, self._region, self._account)
            return self._login
