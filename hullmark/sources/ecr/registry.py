"""The registry API of ECR: the blob side, at the proxy endpoint, with tokens that renew themselves."""

from typing import TYPE_CHECKING

from hullmark.settings import Settings
from hullmark.sources.ecr.host import parse_ecr_host
from hullmark.sources.ecr.login import LoginProvider

if TYPE_CHECKING:
    from hullmark.sources.registry import Registry


def ecr_registry(provider: LoginProvider, settings: Settings, typed: str = "") -> "Registry":
    """The registry that `provider` logs in to; raises AccessError, Throttled and TransportError.

    `typed` is another address of the same registry (FIPS, dual stack) that a person asked for; it counts only where AWS
    itself answers, for a stand-in has one address.
    """
    from hullmark.sources.registry import Registry  # noqa: PLC0415

    login = provider.login()
    endpoint = typed if typed and parse_ecr_host(login.host) else login.endpoint
    return Registry(endpoint, provider.login, settings.limits)
