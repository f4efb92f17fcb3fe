"""An ECR reference as a Source, with the AWS credentials that this process has: what `hullmark scan` reads."""

from hullmark.errors import UsageError
from hullmark.settings import Settings
from hullmark.sources.base import Source
from hullmark.sources.ecr.host import EcrHost, parse_ecr_host
from hullmark.sources.ecr.login import LoginProvider
from hullmark.sources.ecr.registry import ecr_registry
from hullmark.sources.ecr.session import own_session
from hullmark.sources.reference import RegistryReference
from hullmark.sources.registry_source import RegistrySource


def open_ecr(reference: RegistryReference, settings: Settings) -> Source:
    """The image that `reference` names, whose host is one of ECR's (see `parse_ecr_host`).

    The account and the Region come from the host, the address from AWS's answer. Raises UsageError for another host,
    AccessError without credentials or when AWS denies the login, Throttled and TransportError.
    """
    where = parse_ecr_host(reference.host)
    if where is None:
        raise UsageError(f"{reference.host} is no registry of ECR; open it as a registry of another kind.")
    provider = LoginProvider(own_session(settings), where.region, where.account)
    return RegistrySource(ecr_registry(provider, settings, _typed_endpoint(reference, where)), reference)


def _typed_endpoint(reference: RegistryReference, where: EcrHost) -> str:
    """The host as typed when it is a FIPS or dual-stack one, which AWS's answer never names; "" for the usual host."""
    usual = reference.host.lower().startswith(f"{where.account}.dkr.ecr.")
    return "" if usual else f"https://{reference.host.lower()}"
