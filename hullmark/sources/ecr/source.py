"""An ECR reference as a Source, with the AWS credentials that this process has: what `hullmark scan` reads."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from hullmark.errors import UsageError
from hullmark.model import Image, Layer, Skipped
from hullmark.settings import Settings
from hullmark.sources.ecr.host import EcrHost, parse_ecr_host
from hullmark.sources.ecr.login import LoginProvider
from hullmark.sources.ecr.registry import ecr_registry
from hullmark.sources.ecr.session import own_session
from hullmark.sources.reference import RegistryReference

if TYPE_CHECKING:
    from hullmark.sources.registry import Registry


@dataclass(frozen=True, slots=True)
class EcrSource:
    """One repository of an ECR registry, asked for one tag or digest."""

    registry: "Registry"
    reference: RegistryReference

    def images(self, platform: str | None) -> list[Image | Skipped]:
        """See `hullmark.sources.base.Source`."""
        return self.registry.images(self.reference.repository, self.reference.version, platform)

    def open_layer(self, image: Image, layer: Layer) -> BinaryIO:
        """See `hullmark.sources.base.Source`."""
        return self.registry.open_blob(self.reference.repository, layer.digest, layer.size)

    def close(self) -> None:
        """Release the sockets."""
        self.registry.close()


def open_ecr(reference: RegistryReference, settings: Settings) -> EcrSource:
    """The image that `reference` names, whose host is one of ECR's (see `parse_ecr_host`).

    The account and the Region come from the host, the address from AWS's answer. Raises UsageError for another host,
    AccessError without credentials or when AWS denies the login, Throttled and TransportError.
    """
    where = parse_ecr_host(reference.host)
    if where is None:
        raise UsageError(f"{reference.host} is no registry of ECR; open it as a registry of another kind.")
    provider = LoginProvider(own_session(settings), where.region, where.account)
    return EcrSource(ecr_registry(provider, settings, _typed_endpoint(reference, where)), reference)


def _typed_endpoint(reference: RegistryReference, where: EcrHost) -> str:
    """The host as typed when it is a FIPS or dual-stack one, which AWS's answer never names; "" for the usual host."""
    usual = reference.host.lower().startswith(f"{where.account}.dkr.ecr.")
    return "" if usual else f"https://{reference.host.lower()}"
