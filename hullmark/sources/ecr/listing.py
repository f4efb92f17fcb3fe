"""One digest as ECR lists it in one repository, before anything of it is read."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Listing:
    """A digest in a repository of an account and Region; sizes in bytes, times UTC.

    `registry` is the host (with port) of the proxy endpoint. `status` is ECR's imageStatus: ACTIVE, ARCHIVED or
    ACTIVATING. `subject` is the digest that a referrer speaks of. For an index, `size` is that of its largest child.
    `pulled_at` is when it was last pulled, to a day or so, as ECR records it.
    """

    registry: str
    repository: str
    digest: str
    account: str
    region: str
    tags: tuple[str, ...] = ()
    media_type: str = ""
    artifact_type: str = ""
    size: int = -1
    pushed_at: datetime | None = None
    status: str = "ACTIVE"
    subject: str = ""
    pulled_at: datetime | None = None
