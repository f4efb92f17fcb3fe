"""Host names of ECR registries, as people write them in image references."""

import re
from dataclasses import dataclass

_HOST = re.compile(
    r"(?P<account>[0-9]{12})\.(?:"
    r"dkr\.ecr(?:-fips)?\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?"
    r"|dkr-ecr(?:-fips)?\.(?P<region_on_aws>[a-z0-9-]+)\.on\.(?:aws|amazonwebservices\.com\.cn)"
    r")"
)


@dataclass(frozen=True, slots=True)
class EcrHost:
    """The account and Region that an ECR registry's host name states."""

    account: str
    region: str


def parse_ecr_host(host: str) -> EcrHost | None:
    """What `host` says when it is a private ECR registry (dual-stack, FIPS and China included), else None."""
    match = _HOST.fullmatch(host.lower())
    if match is None:
        return None
    return EcrHost(match["account"], match["region"] or match["region_on_aws"])
