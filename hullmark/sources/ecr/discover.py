"""What lies in an account's registry: its repositories, and every digest that ECR lists in them, to the last page.

Paging and fields follow the ECR API (DescribeRepositories, DescribeImages: at most 1000 a page). The role may lack
DescribeRepositories; then the registry's own catalog is asked, then the repositories named in the integration count.
"""

import logging
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC
from enum import StrEnum
from typing import TYPE_CHECKING

from hullmark.errors import AccessError, InputError, NotFound
from hullmark.sources.ecr.failures import calling
from hullmark.sources.ecr.listing import Listing
from hullmark.sources.ecr.login import LoginProvider, registry_login
from hullmark.sources.ecr.registry import ecr_registry
from hullmark.sources.ecr.repository import Described
from hullmark.sources.ecr.session import AwsSession
from hullmark.sources.ecr.values import Filters

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient
    from mypy_boto3_ecr.type_defs import ImageDetailTypeDef, RepositoryTypeDef

PAGE = 1000
EVERYTHING = Filters()
log = logging.getLogger(__name__)


class How(StrEnum):
    """By which way the repositories were found."""

    API = "ecr:DescribeRepositories"
    CATALOG = "the registry's catalog"
    NAMED = "the repositories named in the integration"


@dataclass(frozen=True, slots=True)
class Found:
    """The wanted repositories of one Region, sorted, how they were found, and those that the filters leave out.

    `described` says how the wanted ones are set up, where ECR itself was asked for them.
    """

    names: tuple[str, ...]
    how: How
    left_out: tuple[str, ...] = ()
    described: tuple[Described, ...] = field(default=(), compare=False)


def discover(session: AwsSession, region: str, filters: Filters = EVERYTHING) -> Iterator[Listing]:
    """Every digest of every wanted repository of one Region, repository by repository, tagged or not.

    Raises AccessError (naming the permission that is missing), Throttled and TransportError. One repository that may
    not be listed raises too; use `find_repositories` and `list_images` to go on with the others.
    """
    host = registry_login(session, region).host
    for name in find_repositories(session, region, filters).names:
        try:
            yield from list_images(session, region, name, host)
        except NotFound:
            log.info("a repository is not there", extra={"account": session.account, "region": region, "repository": name})


def find_repositories(session: AwsSession, region: str, filters: Filters = EVERYTHING) -> Found:
    """The wanted repositories of one Region by the first way that is open: the API, the catalog, the names given.

    Raises AccessError naming both remedies when no way is open, or saying what is wrong with the credentials.
    """
    try:
        described = {item.name: item for item in _described(session, region)}
        found = _found(described, filters, How.API)
        return replace(found, described=tuple(described[name] for name in found.names))
    except AccessError:
        _note_denied(session, region, How.API)
    provider = LoginProvider(session, region)
    provider.login()  # where even this fails, it is not for want of a permission to list
    try:
        with closing(ecr_registry(provider, session.settings)) as registry:
            return _found(registry.catalog(), filters, How.CATALOG)
    except (AccessError, InputError):
        _note_denied(session, region, How.CATALOG)
    if filters.named:
        return _found(filters.named, filters, How.NAMED)
    raise AccessError(
        f"The repositories of account {session.account} in {region} cannot be listed: ecr:DescribeRepositories is denied; "
        "update the role's stack with AllowRepositoryDiscovery=true, or name the repositories in the integration."
    )


def list_images(session: AwsSession, region: str, repository: str, registry: str) -> Iterator[Listing]:
    """Every digest of one repository, archived ones included; `registry` is the host of the proxy endpoint.

    Raises NotFound when the repository is gone, AccessError, Throttled and TransportError.
    """
    client: ECRClient = session.client("ecr", region)
    where = f"repository {repository} of account {session.account} in {region}"
    pages = client.get_paginator("describe_images").paginate(
        repositoryName=repository, filter={"tagStatus": "ANY", "imageStatus": "ANY"}, PaginationConfig={"PageSize": PAGE}
    )
    with calling("ecr:DescribeImages", where):
        for page in pages:
            for detail in page["imageDetails"]:
                yield _listing(detail, registry, repository, region, session.account)


def describe_image(session: AwsSession, region: str, repository: str, registry: str, digest: str) -> Listing:
    """One digest of one repository as ECR lists it now; raises NotFound, AccessError, Throttled and TransportError."""
    client: ECRClient = session.client("ecr", region)
    with calling("ecr:DescribeImages", f"repository {repository} of account {session.account} in {region}"):
        answer = client.describe_images(repositoryName=repository, imageIds=[{"imageDigest": digest}])
    return _listing(answer["imageDetails"][0], registry, repository, region, session.account)


def _described(session: AwsSession, region: str) -> Iterator[Described]:
    client: ECRClient = session.client("ecr", region)
    pages = client.get_paginator("describe_repositories").paginate(PaginationConfig={"PageSize": PAGE})
    with calling("ecr:DescribeRepositories", f"account {session.account} in {region}"):
        for page in pages:
            yield from map(_description, page["repositories"])


def _description(item: "RepositoryTypeDef") -> Described:
    created, encryption = item.get("createdAt"), item.get("encryptionConfiguration")
    return Described(
        name=item["repositoryName"],
        created_at=created.astimezone(UTC) if created else None,
        tag_mutability=item.get("imageTagMutability", ""),
        scan_on_push=item.get("imageScanningConfiguration", {}).get("scanOnPush"),
        encryption=encryption["encryptionType"] if encryption else "",
        kms_key=encryption.get("kmsKey", "") if encryption else "",
    )


def _found(names: Iterable[str], filters: Filters, how: How) -> Found:
    known = sorted(set(names))
    wanted = tuple(name for name in known if filters.admits(name))
    return Found(wanted, how, tuple(name for name in known if not filters.admits(name)))


def _note_denied(session: AwsSession, region: str, how: How) -> None:
    about = {"account": session.account, "region": region, "how": how.value}
    log.info("a way to list repositories is denied", extra=about)


def _listing(detail: "ImageDetailTypeDef", registry: str, repository: str, region: str, account: str) -> Listing:
    pushed, pulled = detail.get("imagePushedAt"), detail.get("lastRecordedPullTime")
    return Listing(
        registry=registry,
        repository=repository,
        digest=detail["imageDigest"],
        account=detail.get("registryId", account),
        region=region,
        tags=tuple(sorted(detail.get("imageTags", ()))),
        media_type=detail.get("imageManifestMediaType", ""),
        artifact_type=detail.get("artifactMediaType", ""),
        size=detail.get("imageSizeInBytes", -1),
        pushed_at=pushed.astimezone(UTC) if pushed else None,
        status=detail.get("imageStatus", "ACTIVE"),
        subject=detail.get("subjectManifestDigest", ""),
        pulled_at=pulled.astimezone(UTC) if pulled else None,
    )
