"""Credentials and clients: Hullmark's own, then the platform's role, then the customer's role with its External ID.

Temporary credentials live in memory only and renew themselves. Role chaining caps a session at one hour.
"""

import logging
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.credentials import CredentialProvider, CredentialResolver, Credentials, RefreshableCredentials
from botocore.exceptions import ClientError
from botocore.loaders import Loader, create_loader
from botocore.session import Session

from hullmark.errors import Stopped
from hullmark.settings import Settings
from hullmark.sources.ecr.failures import calling, clock_skew
from hullmark.sources.ecr.narrowing import session_policies
from hullmark.sources.ecr.regions import sts_region
from hullmark.sources.ecr.values import Integration, require_valid

if TYPE_CHECKING:
    from mypy_boto3_sts import STSClient
    from mypy_boto3_sts.type_defs import CredentialsTypeDef

SESSION_SECONDS = 3600
SHORTEST_SECONDS = 900  # what STS gives at least
_ATTEMPTS = 6
_TOO_LARGE = "PackedPolicyTooLarge"  # what a policy within 2048 characters may still be


@dataclass(frozen=True, slots=True)
class Caller:
    """Who AWS sees: account id, ARN, and by how many seconds its clock is ahead of ours (negative: behind)."""

    account: str
    arn: str
    clock_skew: float = 0.0


class AwsSession:
    """Credentials with the clients made of them; safe between threads, and shows no credential in its repr."""

    def __init__(self, core: Session, settings: Settings, account: str = "") -> None:
        _quiet()
        core.set_config_variable("sts_regional_endpoints", "regional")
        core.register_component("data_loader", _service_models())
        self.settings = settings
        self.account = account  # "" when the credentials are not known to belong to one
        self._core = core
        self._clients: dict[tuple[str, str], Any] = {}
        self._lock = Lock()
        self._stopped = ""

    def __repr__(self) -> str:
        return f"AwsSession(account={self.account!r})"

    def client(self, service: str, region: str) -> Any:  # noqa: ANN401  botocore builds a class a service; callers annotate it
        """The client of a service in a Region, with adaptive retries; made once."""
        with self._lock:
            self._require_open()
            if (service, region) not in self._clients:
                client = self._clients[service, region] = self._core.create_client(
                    service,
                    region_name=region,
                    endpoint_url=self.settings.aws_endpoint_url or None,
                    config=Config(
                        retries={"mode": "adaptive", "total_max_attempts": _ATTEMPTS},
                        connect_timeout=10,
                        read_timeout=60,
                        max_pool_connections=32,
                        user_agent_extra="hullmark",
                    ),
                )
                client.meta.events.register_first("before-call", self._require_open)
            return self._clients[service, region]

    def caller(self, region: str) -> Caller:
        """Who AWS sees in these credentials; raises AccessError and TransportError."""
        sts: STSClient = self.client("sts", region)
        with calling("sts:GetCallerIdentity", f"Region {region}"):
            answer = sts.get_caller_identity()
        return Caller(answer["Account"], answer["Arn"], clock_skew(answer["ResponseMetadata"]["HTTPHeaders"].get("date")))

    def stop(self, reason: str) -> None:
        """Forget the credentials: every call from now on, by clients handed out before too, is Stopped for this reason."""
        self._stopped = reason
        with self._lock:
            self._clients.clear()
            self._core = Session()

    def _require_open(self, **_: object) -> None:
        if self._stopped:
            raise Stopped(self._stopped)

    def load(self) -> None:
        """Fetch the credentials now instead of at the first call; raises AccessError and TransportError."""
        self._core.get_credentials()


def own_session(settings: Settings) -> AwsSession:
    """The credentials that this process has by environment, profile or instance role."""
    return AwsSession(Session(), settings)


def static_session(key: str, secret: str, settings: Settings, account: str) -> AwsSession:
    """A session of long-lived keys, for the embedded stand-in's accounts."""
    core = Session()
    core.set_credentials(key, secret)
    return AwsSession(core, settings, account)


def platform_session(settings: Settings, region: str, run: str) -> AwsSession:
    """The session that customers' roles trust: the platform's role when one is set and this process is not it already."""
    own = own_session(settings)
    role = settings.platform_role_arn
    if not role or _is_role(own.caller(region).arn, role):
        return own
    return _assumed(own, {"RoleArn": role, "RoleSessionName": session_name(run)}, region, settings)


def assume(
    integration: Integration,
    settings: Settings,
    run: str,
    platform: AwsSession | None = None,
    places: Collection[tuple[str, str]] = (),
) -> AwsSession:
    """A session in the customer's account, by the platform's role and the External ID; `run` shows in their CloudTrail.

    It may read `places`, which are (Region, repository) pairs, or what the integration's filters include; see `narrowing`.
    Raises UsageError on malformed values, AccessError when a role cannot be assumed, Throttled and TransportError.
    """
    require_valid(integration)
    region = sts_region(integration.regions)
    platform = platform or platform_session(settings, region, run)
    request = {
        "RoleArn": integration.role_arn,
        "RoleSessionName": session_name(run),
        "ExternalId": integration.external_id,
    }
    policies = session_policies(integration, places)
    session = _assumed(platform, request, region, settings, integration.account_id, policies)
    session.load()
    return session


def session_name(run: str) -> str:
    """`hullmark-<run>` in the 64 characters that RoleSessionName allows."""
    return re.sub(r"[^\w+=,.@-]", "-", f"hullmark-{run}", flags=re.ASCII)[:64]


class _AssumedRole(CredentialProvider):
    METHOD = "hullmark-assume-role"

    def __init__(self, fetch: Callable[[], dict[str, str]]) -> None:
        super().__init__()
        self._fetch = fetch

    def load(self) -> Credentials:
        return RefreshableCredentials.create_from_metadata(self._fetch(), refresh_using=self._fetch, method=self.METHOD)


def _assumed(  # noqa: PLR0913, PLR0917  who, what, where, for whom, how narrow
    source: AwsSession,
    request: dict[str, str],
    region: str,
    settings: Settings,
    account: str = "",
    policies: Sequence[str] = (),
) -> AwsSession:
    def fetch() -> dict[str, str]:
        with calling("sts:AssumeRole", f"role {request['RoleArn']}"):
            answer = _credentials(source.client("sts", region), request, policies)
        return {
            "access_key": answer["AccessKeyId"],
            "secret_key": answer["SecretAccessKey"],
            "token": answer["SessionToken"],
            "expiry_time": answer["Expiration"].isoformat(),
        }

    core = Session()
    core.register_component("credential_provider", CredentialResolver([_AssumedRole(fetch)]))
    return AwsSession(core, settings, account)


def _credentials(sts: "STSClient", request: dict[str, str], policies: Sequence[str]) -> "CredentialsTypeDef":
    """Credentials under the narrowest of `policies` that STS can pack; raises ClientError."""
    for policy in policies[:-1]:
        try:
            return sts.assume_role(**request, Policy=policy, DurationSeconds=SESSION_SECONDS)["Credentials"]  # type: ignore[arg-type]
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") != _TOO_LARGE:
                raise
    last = {"Policy": policies[-1]} if policies else {}
    return sts.assume_role(**request, **last, DurationSeconds=SESSION_SECONDS)["Credentials"]  # type: ignore[arg-type]


def _is_role(caller_arn: str, role_arn: str) -> bool:
    """Whether an identity `arn:..:sts::A:assumed-role/NAME/SESSION` is a session of role `arn:..:iam::A:role/PATH/NAME`."""
    kind, _, rest = caller_arn.rpartition(":")[2].partition("/")
    same_account = caller_arn.split(":")[4:5] == role_arn.split(":")[4:5]
    return kind == "assumed-role" and same_account and rest.partition("/")[0] == role_arn.rpartition("/")[2]


@cache
def _service_models() -> Loader:
    """One loader for all sessions: parsing AWS's service models anew costs each of them more than half of its start."""
    return create_loader()


def _quiet() -> None:
    """Keep botocore's debug log out, whatever the root level is: it holds credentials, tokens and External IDs."""
    for name in ("botocore", "boto3", "urllib3"):
        logger = logging.getLogger(name)
        if logger.getEffectiveLevel() < logging.INFO:
            logger.setLevel(logging.INFO)
