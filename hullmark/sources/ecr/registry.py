"""The registry API of ECR: the blob side, at the proxy endpoint, with tokens that renew themselves."""

from typing import TYPE_CHECKING

from hullmark.settings import Settings
from hullmark.sources.ecr.login import LoginProvider

if TYPE_CHECKING:
    from hullmark.sources.registry import Registry


def ecr_registry(provider: LoginProvider, settings: Settings) -> "Registry":
    """The registry that `provider` logs in to; raises AccessError, Throttled and TransportError."""
    from hullmark.sources.registry import Registry  # noqa: PLC0415

    return Registry(provider.login().endpoint, provider.login, settings.limits)
